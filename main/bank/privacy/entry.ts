/** What an entry of the privacy ledger says; not how it is chained (chain.ts) or kept (store.ts). */
import { z } from 'zod';
import { canonicalJson } from '#shared/canonical.ts';
import { Digest, RoundId, RunId, UtcTime } from '#shared/ids.ts';
import { ChargePurpose } from '#shared/privacy/ledger-view.ts';
import { Mechanism } from '#shared/privacy/mechanism.ts';
import { PrivacyUnit } from '#shared/round/charter.ts';
import type { LedgerRow } from './chain.ts';

/** What became of a charge's output. None of them gives anything back. */
export const ChargeOutcome = z.enum(['released', 'withheld', 'late', 'not-sent']);
export type ChargeOutcome = z.infer<typeof ChargeOutcome>;

const Delta = z.number().gt(0).lt(1);
const Sequence = z.int().min(1);

const BudgetSet = z.strictObject({
  kind: z.literal('budget-set'),
  epsilon: z.number().positive(),
  delta: Delta,
  unit: PrivacyUnit,
  reason: z.string().nullable(),
});

const Charge = z.strictObject({
  kind: z.literal('charge'),
  runId: RunId.nullable(),
  roundId: RoundId.nullable(),
  purpose: ChargePurpose,
  unit: PrivacyUnit,
  adjacency: z.literal('add-remove'),
  mechanism: Mechanism,
  clippingNorm: z.number().positive(),
  delta: Delta,
  /** Sequence number of the hold that it is taken from. */
  hold: Sequence.nullable(),
  /**
   * ε of all charges up to and including this one, as the accountant of that day saw it. null for a charge from a hold:
   * its steps were accounted for when they were set aside, so an unattended round costs no evaluation.
   */
  epsilonAfter: z.number().min(0).nullable(),
});

const Hold = z.strictObject({
  kind: z.literal('hold'),
  runId: RunId,
  mechanisms: z.array(Mechanism),
  clippingNorm: z.number().positive(),
});

const HoldReturned = z.strictObject({ kind: z.literal('hold-returned'), hold: Sequence });

/** What every budget of a store is in; δ and the unit never change. */
export const BudgetTerms = z.strictObject({
  epsilon: z.number().positive(),
  delta: Delta,
  unit: PrivacyUnit,
});
export type BudgetTerms = z.infer<typeof BudgetTerms>;

/** ε of spending whose steps are known nowhere; `next-budget`: as much as the next budget that is set. 0: there is none. */
export const LostSpend = z.union([z.number().min(0), z.literal('next-budget')]);
export type LostSpend = z.infer<typeof LostSpend>;

/**
 * A person went on from a ledger that was older than it had been, or altered. It only ever adds: what is known outside the
 * file and missing in it, or the whole budget. All holds end with it.
 */
const Recovered = z.strictObject({
  kind: z.literal('recovered'),
  reason: z.string().min(1),
  /** What was found, in words. */
  fault: z.string(),
  /** The terms that stand from here on; null where no budget was ever set. */
  budget: BudgetTerms.nullable(),
  /** Charged by this entry. */
  mechanisms: z.array(Mechanism),
  lost: LostSpend,
  /** `stand`: the charges before count as they are; `included`: they are within `mechanisms` and `lost`. */
  earlier: z.enum(['stand', 'included']),
  /** Heads known outside the file that this entry answers for: they are part of this ledger's history now. */
  answersFor: z.array(Digest),
  /** The trail (mark.ts) of the history that was lost; empty where nobody kept it. */
  trail: z.string(),
  /** A chain that did not verify: its rows stay for the auditor as they are, under this digest, and are not verified again. */
  sealed: z.strictObject({ rows: z.int().min(1), digest: Digest }).nullable(),
  /** ε of all charges with this one, as the accountant of that day saw it; null without a budget. */
  epsilonAfter: z.number().min(0).nullable(),
});
export type RecoveredFact = z.infer<typeof Recovered>;

const outcome = <K extends ChargeOutcome>(kind: K) =>
  z.strictObject({ kind: z.literal(kind), charge: Sequence });

/** The body of an entry. */
export const LedgerFact = z.discriminatedUnion('kind', [
  BudgetSet,
  Charge,
  Hold,
  HoldReturned,
  outcome('released'),
  outcome('withheld'),
  outcome('late'),
  outcome('not-sent'),
  Recovered,
]);
export type LedgerFact = z.infer<typeof LedgerFact>;

export interface LedgerEntry {
  readonly sequence: number;
  readonly at: UtcTime;
  readonly fact: LedgerFact;
  readonly hash: Digest;
}

export function encodeFact(fact: LedgerFact): { kind: string; body: string } {
  const { kind, ...body } = LedgerFact.parse(fact);
  return { kind, body: canonicalJson(body) };
}

/** The entry of a row, or undefined where the row holds none. */
export function decodeRow(row: LedgerRow): LedgerEntry | undefined {
  const at = UtcTime.safeParse(row.at);
  const hash = Digest.safeParse(row.hash);
  const fact = LedgerFact.safeParse(withKind(row));
  if (!at.success || !hash.success || !fact.success) return undefined;
  return { sequence: row.sequence, at: at.data, fact: fact.data, hash: hash.data };
}

function withKind(row: LedgerRow): unknown {
  const body = z.record(z.string(), z.unknown()).safeParse(parseJson(row.body));
  return body.success ? { ...body.data, kind: row.kind } : undefined;
}

/** Undefined for text that is not JSON: a damaged row is a finding here, not a fault. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
