/** The privacy ledger as screens and command line see it. */
import { z } from 'zod';
import { Digest, RoundId, RunId, UtcTime } from '../ids.ts';
import { PrivacyUnit } from '../round/charter.ts';

/** What a charge pays for; all of them leave the bank as functions of noised values only. */
export const ChargePurpose = z.enum(['update', 'evaluation', 'consortium-table', 'count']);
export type ChargePurpose = z.infer<typeof ChargePurpose>;

export const LedgerEntryKind = z.enum([
  'budget-set',
  'charge',
  'hold',
  'hold-returned',
  'released',
  'withheld',
  'late',
  'not-sent',
  'recovered',
]);
export type LedgerEntryKind = z.infer<typeof LedgerEntryKind>;

const Segment = z.object({ samplingRate: z.number(), noiseMultiplier: z.number(), steps: z.number() });

/** The people by name, two where two signed; or the limits of a running scope, which rests on a review. */
export const Deciders = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('people'), names: z.array(z.string()) }),
  z.object({ kind: z.literal('scope') }),
]);
export type Deciders = z.infer<typeof Deciders>;

export const LedgerEntryView = z.object({
  sequence: z.number(),
  at: UtcTime,
  kind: LedgerEntryKind,
  runId: RunId.nullable(),
  roundId: RoundId.nullable(),
  /** Committed rounds before that one. */
  roundIndex: z.int().nullable(),
  /** For releases and withholdings that somebody decided on. */
  decidedBy: Deciders.nullable(),
  /** For outcomes: the sequence number of their charge. For a returned hold: that of the hold. */
  refersTo: z.number().nullable(),
  /** For charges. */
  purpose: ChargePurpose.nullable(),
  /** For charges: sequence number of the hold that it was taken from; null from the free budget. */
  fromHold: z.number().nullable(),
  mechanism: Segment.nullable(),
  clippingNorm: z.number().nullable(),
  /** Budget ε of a `budget-set`. */
  budgetEpsilon: z.number().nullable(),
  /** The reason that a person gave. */
  note: z.string().nullable(),
  /** ε of all charges up to and including this entry; null where it does not change. */
  chargedEpsilonAfter: z.number().nullable(),
  hash: Digest,
});
export type LedgerEntryView = z.infer<typeof LedgerEntryView>;

/** Who knows of a newer ledger than the file: the key store of this machine, the hub, or nobody, because the mirrored head is gone. */
export const LedgerWitness = z.enum(['mirror', 'hub', 'none']);
export type LedgerWitness = z.infer<typeof LedgerWitness>;

export const LedgerHealth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verified'), entries: z.number(), head: Digest.nullable() }),
  z.object({ kind: z.literal('broken'), atSequence: z.number(), reason: z.string() }),
  z.object({
    kind: z.literal('rolled-back'),
    entries: z.number(),
    /** Number of an entry that was written and is not there. The hub knows no numbers: then the least it can be. */
    expected: z.number(),
    witness: LedgerWitness.optional(),
  }),
]);
export type LedgerHealth = z.infer<typeof LedgerHealth>;

/** What `privacy.recover` will do with a ledger that blocks all charging and sending. It never lowers what is charged. */
export const LedgerRecovery = z.discriminatedUnion('kind', [
  /** Nothing to recover. */
  z.object({ kind: z.literal('none') }),
  /** The high-water mark outside the file is known: exactly the steps that the file lacks are charged. */
  z.object({
    kind: z.literal('charge-missing'),
    fault: z.string(),
    mechanisms: z.array(Segment),
    epsilonBefore: z.number(),
    epsilonAfter: z.number(),
    /** Holds that end: their scopes stop, and what they held counts as charged where it may have been used. */
    holdsEnded: z.number(),
  }),
  /** What was spent is known nowhere: the whole budget counts as spent, and raising it with a reason is the way on. */
  z.object({
    kind: z.literal('close-budget'),
    fault: z.string(),
    epsilonBefore: z.number(),
    /** The budget; null where no budget is known: then the first one that is set counts as spent. */
    epsilonAfter: z.number().nullable(),
    holdsEnded: z.number(),
  }),
  /** The ledger is whole; only the end of the audit is missing. Its loss is recorded, nothing is charged. */
  z.object({ kind: z.literal('accept-audit-end'), fault: z.string() }),
]);
export type LedgerRecovery = z.infer<typeof LedgerRecovery>;

export const PrivacyStateView = z.object({
  budget: z.object({ epsilon: z.number(), delta: z.number(), unit: PrivacyUnit, setAt: UtcTime }).nullable(),
  /** ε by PLD, add/remove, rounded nowhere. "Infinity" can't occur within a budget. */
  chargedEpsilon: z.number(),
  releasedEpsilon: z.number(),
  /** ε(charges + holds) − ε(charges). */
  heldEpsilon: z.number(),
  /** RDP of the charges: the cross-check, never below chargedEpsilon. */
  chargedEpsilonByRdp: z.number(),
  /**
   * ε of what was spent before a recovery that knew no steps; part of the three figures above and usually 0. `charged` and
   * `held` come on top by basic composition: ε = lostEpsilon + ε(charged + held), and δ counts once more.
   */
  lostEpsilon: z.number().optional(),
  /** Updates that left without any noise: no ε bounds what they reveal, and none of the figures above counts them. */
  releasedWithoutNoise: z.int().min(0).optional(),
  /** Merged charges and holds, so that what-if sliders compute locally. */
  charged: z.array(Segment),
  held: z.array(Segment),
  health: LedgerHealth,
});
export type PrivacyStateView = z.infer<typeof PrivacyStateView>;
