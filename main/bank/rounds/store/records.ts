/** What the bank keeps of runs and rounds, as records. */
import type {
  SignedCheckpointEntry,
  SignedRosterEntry,
  SignedRunMembership,
  SignedRunPlan,
} from '#shared/contract/federation.ts';
import type { Failure } from '#shared/failure.ts';
import type { Digest, RoundId, RunId, UtcTime } from '#shared/ids.ts';
import type { ParticipationState } from '#shared/round/participation.ts';
import type { Quality } from '#shared/round/round-view.ts';

export type RunStatus = 'open' | 'completed' | 'cancelled';
export type RunMembershipState = 'none' | 'joined' | 'left';
export type SumCheck = 'recomputed' | 'hub-word' | 'none';

export interface RunRecord {
  readonly runId: RunId;
  readonly plan: SignedRunPlan;
  readonly charterHash: Digest;
  readonly status: RunStatus;
  readonly membership: RunMembershipState;
  readonly tier: number | null;
  /** Charged ε of the ledger when this bank joined. */
  readonly epsilonAtJoin: number;
  readonly sumCheck: SumCheck;
  /** Findings of the health checks on the newest model. */
  readonly alarms: readonly string[];
  /** Committed rounds that this bank verified; the log's length. */
  readonly version: number;
  /** Set when the hub's log stopped verifying: nothing of this run goes on. */
  readonly failure: Failure | null;
}

export interface LogRecord {
  readonly runId: RunId;
  readonly index: number;
  readonly roundId: RoundId;
  readonly entry: SignedCheckpointEntry;
  readonly hash: Digest;
  readonly checkpointHash: Digest;
  readonly included: boolean;
  readonly banks: number;
  readonly sums: Uint8Array;
  readonly adoptedAt: UtcTime;
}

/** What replaces the model before, with the entry that published it. */
export interface AdoptedModel {
  readonly checkpoint: Uint8Array;
  readonly sumCheck: SumCheck;
  readonly alarms: readonly string[];
}

export interface ParticipationRecord {
  readonly roundId: RoundId;
  readonly runId: RunId;
  readonly index: number;
  readonly baseHash: Digest;
  readonly state: ParticipationState;
  /** Trainings started, each with a charge of its own. */
  readonly trainings: number;
  /** Remaining time when it was last heard (I13); null before training starts. */
  readonly closesInMs: number | null;
}

export interface ModelRecord {
  readonly runId: RunId;
  readonly version: number;
  readonly checkpointHash: Digest;
  readonly adoptedAt: UtcTime;
  readonly included: boolean;
  readonly banks: number;
  readonly quality: Quality | null;
}

export interface RoundsStore {
  roster(): readonly SignedRosterEntry[];
  saveRosterEntry(entry: SignedRosterEntry): void;
  runs(): readonly RunRecord[];
  run(runId: RunId): RunRecord | undefined;
  addRun(plan: SignedRunPlan, firstSeenAt: UtcTime): void;
  setStatus(runId: RunId, status: RunStatus): void;
  noteJoined(runId: RunId, joined: { readonly tier: number; readonly epsilonAtJoin: number }): void;
  noteLeft(runId: RunId): void;
  setRunFailure(runId: RunId, failure: Failure | null): void;
  /** A verified membership, kept as evidence; the newest of a bank counts. */
  saveMember(signed: SignedRunMembership): void;
  members(runId: RunId): readonly SignedRunMembership[];
  /** One verified round: the entry, and the checkpoint that replaces the one before. */
  appendEntry(record: LogRecord, model: AdoptedModel): void;
  logEntry(runId: RunId, index: number): LogRecord | undefined;
  /** Every verified round of the run, in order. */
  log(runId: RunId): readonly LogRecord[];
  checkpoint(runId: RunId): Uint8Array | undefined;
  models(): readonly ModelRecord[];
  saveQuality(model: { readonly runId: RunId; readonly version: number }, quality: Quality): void;
  participation(roundId: RoundId): ParticipationRecord | undefined;
  openParticipations(): readonly ParticipationRecord[];
  /** Of one run, in the order of its rounds. */
  participationsOf(runId: RunId): readonly ParticipationRecord[];
  saveParticipation(record: ParticipationRecord): void;
}
