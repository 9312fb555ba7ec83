/**
 * What the leak tests found on the very update under review (privacy.md section 4). Figures computed from rows: they stay
 * in the bank, and none of them decides by rule whether an update leaves (privacy.md 2g.12).
 */
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { Digest, UpdateId, UtcTime } from '../ids.ts';
import { WorkProgress } from '../round/round-view.ts';

export const LeakTestId = z.enum([
  'analytic-inversion',
  'optimisation-inversion',
  'membership',
  'canary-audit',
  'trap-alarm',
]);
export type LeakTestId = z.infer<typeof LeakTestId>;

/** A figure with the value that chance alone would give, or its limit, and its 95 % interval where it has one. */
export const LeakFigure = z.object({
  name: z.string(),
  value: z.number().nullable(),
  /** The same statistic where nothing can have leaked (rows that were not trained on, a coin); null where it has none. */
  chance: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Empty for a plain number. */
  unit: z.string(),
});
export type LeakFigure = z.infer<typeof LeakFigure>;

export const LeakTest = z.object({
  id: LeakTestId,
  title: z.string(),
  verdict: z.enum(['nothing-found', 'leak-found', 'not-applicable']),
  /** What was tried and what came out, in plain words; never more than was shown. */
  sentence: z.string(),
  /** What chance alone would give, or what the figure is compared with. */
  chanceSentence: z.string(),
  figures: z.array(LeakFigure),
});
export type LeakTest = z.infer<typeof LeakTest>;

export const LeakReport = z.object({
  updateId: UpdateId,
  /** The bytes that were tested (I14). */
  payloadHash: Digest,
  computedAt: UtcTime,
  seconds: z.number(),
  tests: z.array(LeakTest),
});
export type LeakReport = z.infer<typeof LeakReport>;

export const LeakState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('running'), progress: WorkProgress }),
  z.object({ kind: z.literal('done'), report: LeakReport }),
  z.object({ kind: z.literal('stopped') }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
]);
export type LeakState = z.infer<typeof LeakState>;

/** One input of a row as the attack gave it back, beside the real one, in the feature's own scale. */
export const RecoveredValue = z.object({
  feature: z.string(),
  unit: z.string(),
  real: z.number(),
  recovered: z.number(),
});
export type RecoveredValue = z.infer<typeof RecoveredValue>;

/**
 * The same attacks on an update made from the same rows without noise, so that a person sees that they work. It is never
 * held, has no type that the gate accepts, and is forgotten when the page is closed.
 */
export const Rehearsal = z.object({
  updateId: UpdateId,
  /** Rows in the batch that the unprotected update was made of. */
  batch: z.number(),
  seconds: z.number(),
  tests: z.array(LeakTest),
  /** Best recovered rows first. */
  rows: z.array(
    z.object({ relativeDistance: z.number(), isFraud: z.boolean(), values: z.array(RecoveredValue) }),
  ),
});
export type Rehearsal = z.infer<typeof Rehearsal>;
