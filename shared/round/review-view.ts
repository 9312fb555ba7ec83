/** What the review shows of the held update: computed from the exact bytes that would be sent (I14). */
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { BankId, Digest, ReviewerId, RoundId, RunId, UpdateId, UtcTime } from '../ids.ts';
import { PrivacyUnit } from './charter.ts';
import { Quality, ScopeLimits } from './round-view.ts';

export const ReviewCheck = z.object({
  id: z.string(),
  /** `block` forbids the release; `warning` may be passed. */
  level: z.enum(['pass', 'warning', 'block']),
  title: z.string(),
  detail: z.string(),
  nextStep: z.string().nullable(),
});
export type ReviewCheck = z.infer<typeof ReviewCheck>;

export const LayerNorms = z.object({
  layer: z.string(),
  numbers: z.number(),
  /** L2 norm of Δ (or of the model difference); null when the update has none. */
  difference: z.number().nullable(),
  /** L2 norm of γG_b; null when the update has none. */
  sum: z.number().nullable(),
  /** Norm that noise alone would have in this layer: σC√(K·numbers). */
  noiseOnly: z.number().nullable(),
});
export type LayerNorms = z.infer<typeof LayerNorms>;

export const ReleaseScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('this-round') }),
  z.strictObject({ kind: z.literal('rounds'), following: z.int().min(1).max(10_000), limits: ScopeLimits }),
]);
export type ReleaseScope = z.infer<typeof ReleaseScope>;

/** Who signed this update so far; in mode `one` the analyst's click is the decision and nothing is listed. */
export const ReviewSignatures = z.object({
  needed: z.union([z.literal(1), z.literal(2)]),
  given: z.array(z.object({ reviewerId: ReviewerId, name: z.string(), at: UtcTime })),
  /** What the first reviewer signed for; the second signs the same or starts anew. null: nobody signed. */
  scope: ReleaseScope.nullable(),
});
export type ReviewSignatures = z.infer<typeof ReviewSignatures>;

/** What is kept of a decision, for the printed record. */
export const ReviewDecision = z.object({
  kind: z.enum(['released', 'withheld', 'late']),
  at: UtcTime,
  /** A review by hand, or the scope whose limits it kept to. */
  source: z.enum(['review', 'scope']).nullable(),
  /** The review that a release by scope rests on. */
  restsOn: UpdateId.nullable(),
  /** Audit entry that records it. */
  audit: z.object({ sequence: z.number(), hash: Digest }).nullable(),
});
export type ReviewDecision = z.infer<typeof ReviewDecision>;

/** What discarding the held update and training again with more noise costs, and what forbids it now. */
export const RetrainingView = z.object({
  agreedNoiseMultiplier: z.number(),
  /** Most noise that the charter's grid and clamp leave room for. */
  largestNoiseMultiplier: z.number(),
  /** Trainings of this round so far, each charged, and the most that it may take. */
  trainings: z.number(),
  mostTrainings: z.number(),
  /** Of charges and holds, with the training asked about; null where nothing can be charged. */
  cost: z.object({ epsilonBefore: z.number(), epsilonAfter: z.number(), budget: z.number() }).nullable(),
  refusal: Failure.nullable(),
});
export type RetrainingView = z.infer<typeof RetrainingView>;

export const ReviewView = z.object({
  updateId: UpdateId,
  runId: RunId,
  roundId: RoundId,
  roundIndex: z.number(),
  rounds: z.number(),
  state: z.discriminatedUnion('kind', [
    /** `failure`: why the last countdown did not end in a release, until the next decision. */
    z.object({ kind: z.literal('waiting'), failure: Failure.optional() }),
    z.object({ kind: z.literal('counting-down'), sendsInMs: z.number() }),
    z.object({ kind: z.literal('sending') }),
    z.object({ kind: z.literal('sent') }),
    z.object({ kind: z.literal('late') }),
    z.object({ kind: z.literal('withheld') }),
    /** It never left, and this bank trained for the round again, or does so now. */
    z.object({ kind: z.literal('discarded') }),
    z.object({ kind: z.literal('changed') }),
  ]),
  destination: z.object({
    consortium: z.string(),
    address: z.string(),
    operatorFingerprint: z.string(),
    runTitle: z.string(),
  }),
  identity: z.object({ bank: z.string(), bankId: BankId, analyst: z.string(), keyFingerprint: z.string() }),
  numbers: z.number(),
  bytes: z.number(),
  digest: Digest,
  createdAt: UtcTime,
  closesInMs: z.number().nullable(),
  privacy: z
    .object({
      unit: PrivacyUnit,
      epsilonBefore: z.number(),
      epsilonAfter: z.number(),
      epsilonOfThisRound: z.number(),
      budget: z.number(),
      delta: z.number(),
      /** The charge was written before the noise was drawn; withholding does not give it back. */
      chargeSequence: z.number(),
    })
    .nullable(),
  terms: z.object({
    clippingNorm: z.number().nullable(),
    /** Of the noise that the held bytes carry, as charged. */
    noiseMultiplier: z.number(),
    /** Of the charter; less than the other where a person trained again with more noise. */
    agreedNoiseMultiplier: z.number(),
    samplingRate: z.number().nullable(),
    steps: z.number(),
  }),
  checks: z.array(ReviewCheck),
  layers: z.array(LayerNorms),
  figures: z.object({
    noiseRatio: z.number().nullable(),
    cosineWithLastPublished: z.number().nullable(),
    cosineWithOwnLast: z.number().nullable(),
    differenceNorm: z.number().nullable(),
    /** Share of sampled rows whose gradient was clipped; stays here. */
    clippedShare: z.number().nullable(),
  }),
  history: z.array(
    z.object({
      index: z.number(),
      noiseRatio: z.number().nullable(),
      cosine: z.number().nullable(),
      norm: z.number().nullable(),
    }),
  ),
  /** Quality on own test days before and after the local steps; null while it is computed or not computable. */
  localEffect: z.object({ before: Quality, after: Quality }).nullable(),
  /** Name and value of every field of the signed header, as the hub receives it. */
  wire: z.array(z.object({ field: z.string(), value: z.string(), meaning: z.string() })),
  /** First numbers of each vector as they travel. */
  wireSample: z.array(z.object({ vector: z.string(), gridStep: z.number(), first: z.array(z.number()) })),
  /** The noisy score histogram of the incoming model that travels in the same bytes; null where there is none. */
  evaluation: z
    .object({
      /** Model version that it judges. */
      version: z.number(),
      counts: z.number(),
      /** Of the noise on each count, in rows. */
      noiseStandardDeviation: z.number(),
      /** Test rows of one unit that count at most. */
      rowsPerUnit: z.number(),
      /** Charged by itself, in the same commit as the training. */
      chargeSequence: z.number(),
    })
    .nullable(),
  scope: z
    .object({
      /** ε that would be held for this and the following k rounds, k = 0… remaining. */
      epsilonHeldByRounds: z.array(z.number()),
      epsilonInTheEndByRounds: z.array(z.number()),
      defaultLimits: ScopeLimits,
    })
    .nullable(),
  dataVersion: z.object({ rows: z.number(), until: UtcTime.nullable() }),
  note: z.string().nullable(),
  signatures: ReviewSignatures,
  /** null while it waits. */
  decision: ReviewDecision.nullable(),
});
export type ReviewView = z.infer<typeof ReviewView>;
