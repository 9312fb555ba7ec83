/** Runs, rounds and model versions as the bank's screens and command line see them. */
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { BankId, Digest, RoundId, RunId, UpdateId, UtcTime } from '../ids.ts';
import { Charter } from './charter.ts';
import { RoundPhase } from '../contract/federation.ts';

/** Quality on the bank's own test days; null where undefined (no fraud, no row). Never leaves the bank. */
export const Quality = z.object({
  prAuc: z.number().nullable(),
  rocAuc: z.number().nullable(),
  cardPrecisionAt100: z.number().nullable(),
  recallAtCapacity: z.number().nullable(),
});
export type Quality = z.infer<typeof Quality>;

/** PR-AUC over the banks of a round, from their noisy score histograms, with its 90 % interval (privacy.md 2g.10). */
export const FederationQuality = z.object({
  prAuc: z.number(),
  low: z.number(),
  high: z.number(),
  /** Banks whose histograms are in it. */
  banks: z.number(),
});
export type FederationQuality = z.infer<typeof FederationQuality>;

export const WorkProgress = z.object({
  phase: z.string(),
  share: z.number(),
  secondsLeft: z.number().nullable(),
});
export type WorkProgress = z.infer<typeof WorkProgress>;

/** design.md §3: offered → joined → training → reviewing → released → sending → sent → completed, with named ends. */
export const ParticipationView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('offered') }),
  z.object({ kind: z.literal('joined') }),
  z.object({ kind: z.literal('training'), progress: WorkProgress }),
  z.object({ kind: z.literal('stopped'), failure: Failure }),
  z.object({ kind: z.literal('reviewing'), updateId: UpdateId }),
  /** Undo runs: the update leaves when it has counted down. */
  z.object({ kind: z.literal('released'), updateId: UpdateId, sendsInMs: z.number() }),
  z.object({ kind: z.literal('sending'), updateId: UpdateId, sentBytes: z.number(), totalBytes: z.number() }),
  z.object({ kind: z.literal('sent'), updateId: UpdateId }),
  z.object({ kind: z.literal('completed'), included: z.boolean() }),
  z.object({ kind: z.literal('declined') }),
  z.object({ kind: z.literal('withheld'), updateId: UpdateId }),
  z.object({ kind: z.literal('missed') }),
  z.object({ kind: z.literal('withdrawn') }),
  z.object({ kind: z.literal('refused'), failure: Failure }),
]);
export type ParticipationView = z.infer<typeof ParticipationView>;

export const RoundView = z.object({
  roundId: RoundId,
  index: z.number(),
  phase: RoundPhase,
  cohort: z.number(),
  received: z.number(),
  closesInMs: z.number().nullable(),
  reason: z.string().nullable(),
  participation: ParticipationView,
});
export type RoundView = z.infer<typeof RoundView>;

/** This bank's part in a round, over or not. */
export const RoundHistoryView = z.object({
  roundId: RoundId,
  index: z.number(),
  /** How often it trained for it: each has a charge of its own. */
  trainings: z.number(),
  participation: ParticipationView,
  /** The newest update that was held for it, whatever became of it: its record is kept. */
  updateId: UpdateId.nullable(),
});
export type RoundHistoryView = z.infer<typeof RoundHistoryView>;

/** Limits of automatic releases (design.md §6): on held bytes and public values only. */
export const ScopeLimits = z.strictObject({
  /** ‖γG_b‖ / (σC√(P·K)): less than .9 would mean that noise is missing. */
  minimumNoiseRatio: z.number().min(0.9),
  maximumNoiseRatio: z.number().positive(),
  /** Cosine of G_b with the last published gradient. */
  minimumCosine: z.number().min(-1).max(1),
  maximumEpsilonPerRound: z.number().positive(),
});
export type ScopeLimits = z.infer<typeof ScopeLimits>;

export const ScopeFigures = z.object({
  noiseRatio: z.number().nullable(),
  cosine: z.number().nullable(),
  epsilon: z.number(),
});

export const ScopeView = z.object({
  runId: RunId,
  /** A review by hand, or the saved standing policy. */
  source: z.enum(['review', 'standing-policy']),
  rounds: z.number(),
  sent: z.number(),
  epsilonHeld: z.number(),
  epsilonCharged: z.number(),
  limits: ScopeLimits,
  figures: z.array(z.object({ index: z.number(), figures: ScopeFigures })),
  state: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('running') }),
    z.object({ kind: z.literal('ended') }),
    z.object({ kind: z.literal('stopped-by-person') }),
    z.object({
      kind: z.literal('stopped-by-limit'),
      index: z.number(),
      figure: z.string(),
      value: z.number().nullable(),
      limit: z.number().nullable(),
    }),
  ]),
});
export type ScopeView = z.infer<typeof ScopeView>;

export const RunView = z.object({
  runId: RunId,
  charterHash: Digest,
  charter: Charter,
  status: z.enum(['open', 'completed', 'cancelled']),
  joined: z.boolean(),
  /** The public tier that this bank would declare or has declared. */
  tier: z.number().nullable(),
  committed: z.number(),
  planned: z.number(),
  members: z.array(z.object({ bankId: BankId, name: z.string(), tier: z.number() })),
  round: RoundView.nullable(),
  scope: ScopeView.nullable(),
  /** Sums recomputed from open payloads, or the hub's word (I8). */
  sumCheck: z.enum(['recomputed', 'hub-word', 'none']),
  /** Why this bank can't join, with the next step; null when it can. */
  obstacle: Failure.nullable(),
  /** ε of the whole run on top of the ledger, and of the next round. */
  epsilonOfRun: z.number().nullable(),
  epsilonOfNextRound: z.number().nullable(),
});
export type RunView = z.infer<typeof RunView>;

export const ModelVersionView = z.object({
  runId: RunId,
  runTitle: z.string(),
  /** Committed rounds behind it: version n follows from n rounds. */
  version: z.number(),
  checkpointHash: Digest,
  adoptedAt: UtcTime,
  current: z.boolean(),
  included: z.boolean(),
  banks: z.number(),
  /** null until evaluated. */
  quality: Quality.nullable(),
  /** null where the charter has no score histogram of this version, or until its round is published. */
  federationQuality: FederationQuality.nullable(),
});
export type ModelVersionView = z.infer<typeof ModelVersionView>;
