/** The privacy ledger as screens and command line see it. */
import { z } from 'zod';
import { Digest, RoundId, RunId, UtcTime } from '../ids.ts';
import { PrivacyUnit } from '../round/charter.ts';

export const LedgerEntryKind = z.enum([
  'budget-set',
  'charge',
  'hold',
  'hold-returned',
  'released',
  'withheld',
  'late',
  'not-sent',
]);
export type LedgerEntryKind = z.infer<typeof LedgerEntryKind>;

export const LedgerEntryView = z.object({
  sequence: z.number(),
  at: UtcTime,
  kind: LedgerEntryKind,
  runId: RunId.nullable(),
  roundId: RoundId.nullable(),
  /** For outcomes: the sequence number of their charge. */
  refersTo: z.number().nullable(),
  mechanism: z
    .object({ samplingRate: z.number(), noiseMultiplier: z.number(), steps: z.number() })
    .nullable(),
  clippingNorm: z.number().nullable(),
  /** Budget ε of a `budget-set`. */
  budgetEpsilon: z.number().nullable(),
  note: z.string().nullable(),
  /** ε of all charges up to and including this entry; null where it does not change. */
  chargedEpsilonAfter: z.number().nullable(),
  hash: Digest,
});
export type LedgerEntryView = z.infer<typeof LedgerEntryView>;

export const LedgerHealth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verified'), entries: z.number(), head: Digest.nullable() }),
  z.object({ kind: z.literal('broken'), atSequence: z.number(), reason: z.string() }),
  z.object({ kind: z.literal('rolled-back'), entries: z.number(), expected: z.number() }),
]);
export type LedgerHealth = z.infer<typeof LedgerHealth>;

const Segment = z.object({ samplingRate: z.number(), noiseMultiplier: z.number(), steps: z.number() });

export const PrivacyStateView = z.object({
  budget: z.object({ epsilon: z.number(), delta: z.number(), unit: PrivacyUnit, setAt: UtcTime }).nullable(),
  /** ε by PLD, add/remove, rounded nowhere. "Infinity" can't occur within a budget. */
  chargedEpsilon: z.number(),
  releasedEpsilon: z.number(),
  /** ε(charges + holds) − ε(charges). */
  heldEpsilon: z.number(),
  /** RDP of the charges: the cross-check, never below chargedEpsilon. */
  chargedEpsilonByRdp: z.number(),
  /** Merged charges and holds, so that what-if sliders compute locally. */
  charged: z.array(Segment),
  held: z.array(Segment),
  health: LedgerHealth,
});
export type PrivacyStateView = z.infer<typeof PrivacyStateView>;
