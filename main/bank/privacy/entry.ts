/** What an entry of the privacy ledger says; not how it is chained (chain.ts) or kept (store.ts). */
import { z } from 'zod';
import { canonicalJson } from '#shared/canonical.ts';
import { Digest, RoundId, RunId, UtcTime } from '#shared/ids.ts';
import { Mechanism } from '#shared/privacy/mechanism.ts';
import { PrivacyUnit } from '#shared/round/charter.ts';
import type { LedgerRow } from './chain.ts';

/** What a charge pays for; all of them leave the bank as functions of noised values only. */
export const ChargePurpose = z.enum(['update', 'evaluation', 'consortium-table', 'count']);
export type ChargePurpose = z.infer<typeof ChargePurpose>;

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
