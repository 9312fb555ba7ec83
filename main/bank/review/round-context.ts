/** The open round as the bank verified it: what training, review and release are bound to. */
import type { SignedRunPlan } from '#shared/contract/federation.ts';
import type { ConsortiumId, Digest, RoundId, RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { Checkpoint } from '#main/learning/recipes/checkpoint.ts';
import type { SumCheck } from '../rounds/store/records.ts';
import type { Cohort } from '../settings/policy.ts';

/** What is known of the model that came in. Its hash was recomputed by this bank before it stands here (D2). */
export interface IncomingModel {
  readonly sumCheck: SumCheck;
  /** Findings of the health checks (D3), in words; they are alarms, not proofs. */
  readonly alarms: readonly string[];
}

export interface RoundContext {
  readonly consortiumId: ConsortiumId;
  readonly runId: RunId;
  readonly roundId: RoundId;
  /** Committed rounds before this one. */
  readonly index: number;
  readonly plan: SignedRunPlan;
  readonly charter: Charter;
  readonly charterHash: Digest;
  /** Hash of `checkpoint`, computed here. */
  readonly baseHash: Digest;
  readonly checkpoint: Checkpoint;
  readonly model: IncomingModel;
  readonly tier: number;
  /** Banks in the round that signed for the run, and their public tiers together. */
  readonly cohort: number;
  readonly cohortTiers: number;
  readonly epsilonAtJoin: number;
  /** Monotonic milliseconds at which the round closes; null while no deadline runs. */
  readonly closesAt: number | null;
}

/** The cohort as the local policy judges it. */
export function cohortOf({ cohort, cohortTiers, tier }: RoundContext): Cohort {
  return { banks: cohort, ownTier: tier, tiers: cohortTiers };
}

/** ḡ of the base checkpoint; null before the first committed round. */
export function lastPublished(round: Pick<RoundContext, 'checkpoint'>): Float64Array | null {
  return round.checkpoint.round === 0 ? null : round.checkpoint.lastMean;
}

/** The release button closes this long before the round does. */
export const CLOSING_MARGIN_MS = 5000;

export function remainingMs(round: Pick<RoundContext, 'closesAt'>, now: number): number | null {
  return round.closesAt === null ? null : Math.max(0, round.closesAt - now);
}
