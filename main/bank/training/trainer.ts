/** What training is to the rest of the bank: local steps on own rows, and quality on own test days. */
import type { Checkpoint } from '#main/learning/recipes/checkpoint.ts';
import type { RoundId, RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { Quality, WorkProgress } from '#shared/round/round-view.ts';

export interface TrainingRequest {
  readonly runId: RunId;
  readonly roundId: RoundId;
  /** Committed rounds before this one. */
  readonly index: number;
  readonly charter: Charter;
  /** The public tier that this bank declared for the run. */
  readonly tier: number;
  /** The published state that the round starts from, already verified. */
  readonly checkpoint: Checkpoint;
  /** ḡ_b of the last included update. */
  readonly ownGradient: Float64Array | undefined;
  /** Also measures own test days before and after this update alone, which costs two evaluations. */
  readonly withLocalEffect?: boolean;
  /** More noise than the charter's, as charged; without it the charter's own. */
  readonly noiseMultiplier?: number | undefined;
}

/** Raw figures: no noise covers them, so they stay in the bank and decide nothing by rule. */
export interface TrainingStatistics {
  /** Units of privacy, rows or accounts, in all batches together. */
  readonly sampledUnits: number;
  /** Share of them whose gradient was clipped; null where nothing is clipped. */
  readonly clippedShare: number | null;
  /** Rows left out because their gradient, or their account's, was not finite. */
  readonly nonFiniteRows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly engine: string;
}

export interface TrainingOutcome {
  /** The exact bytes that would be sent. */
  readonly payload: Uint8Array;
  readonly statistics: TrainingStatistics;
  /** ḡ_b of this update, to be kept until it is known whether the round included it. */
  readonly ownGradient: Float64Array | undefined;
  /** `after`: the published step taken with this update alone. */
  readonly localEffect: { readonly before: Quality; readonly after: Quality } | null;
}

export interface TrainingJob {
  /** Rejects with FailureError `training-stopped` after `stop`, `worker-died` when the thread was lost. */
  readonly result: Promise<TrainingOutcome>;
  /** Resolves when nothing of the job runs any more. Its noise is gone; the charge for it stays. */
  stop(): Promise<void>;
}

/** What the bank has to train with under one charter. */
export interface TrainingData {
  /** Units of privacy: training rows, or the accounts that have one. */
  readonly units: number;
  /** Public size tier of `units`. */
  readonly tier: number;
  readonly rows: number;
  readonly frauds: number;
}

export interface Trainer {
  /** Loads the rows and warms the engine. @throws FailureError `data-missing`, `not-supported-yet`, `charter-invalid`. */
  prepare(charter: Charter): Promise<TrainingData>;
  /** Draws noise: the charge for it must already be written (design.md I2). One training at a time. */
  start(request: TrainingRequest, onProgress: (progress: WorkProgress) => void): TrainingJob;
  /** Quality of the checkpoint's model on the bank's own test days. */
  evaluate(charter: Charter, checkpoint: Checkpoint): Promise<Quality>;
  close(): Promise<void>;
}
