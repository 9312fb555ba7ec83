/**
 * The high-water mark: what was charged and set aside when the ledger's head was last mirrored, kept outside the file. From
 * it an older or damaged file is recovered without counting less than was spent.
 */
import { createHmac, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '#shared/canonical.ts';
import { Mechanism, mergeMechanisms } from '#shared/privacy/mechanism.ts';
import { type Balance, chargedMechanisms, heldMechanisms } from './balance.ts';
import type { LedgerHead } from './chain.ts';
import { BudgetTerms, LostSpend } from './entry.ts';

export const LedgerMark = z.strictObject({
  budget: BudgetTerms.nullable(),
  lost: LostSpend,
  /** Largest charged ε that an entry recorded. */
  recordedEpsilon: z.number().min(0),
  /**
   * Charges and holds, merged. Both: a recovery ends every hold, and what one of them covered counts as drawn, also where
   * the key store could not be written after a charge from it.
   */
  mechanisms: z.array(Mechanism),
  /** Every entry's hash up to the head, shortened: tells an older copy of this ledger from another history. */
  trail: z.string(),
});
export type LedgerMark = Readonly<z.infer<typeof LedgerMark>>;

/** With the HMAC of head and mark, so that a mark can't be put beside another head. */
export const SealedMark = LedgerMark.extend({ mac: z.string().regex(/^[0-9a-f]{64}$/) });
export type SealedMark = Readonly<z.infer<typeof SealedMark>>;

/** The head kept outside the store's file. Without a mark it was written before there were marks. */
export interface MirroredHead extends LedgerHead {
  readonly mark?: SealedMark;
  /** A head that the hub holds, signed by this bank, and that is not in the ledger. */
  readonly foreign?: string;
}

export function markOf(balance: Balance, trail: string): LedgerMark {
  const { budget, lost, recordedEpsilon } = balance;
  const terms = budget === null ? null : { epsilon: budget.epsilon, delta: budget.delta, unit: budget.unit };
  const mechanisms = mergeMechanisms([...chargedMechanisms(balance), ...heldMechanisms(balance)]);
  return { budget: terms, lost, recordedEpsilon, mechanisms: [...mechanisms], trail };
}

export function sealMark(head: LedgerHead, mark: LedgerMark, macKey: KeyObject): SealedMark {
  return { ...mark, mac: macOf(head, mark, macKey) };
}

/** The mark that belongs to this head; undefined where there is none, or where it was written with another key or changed. */
export function openMark(mirrored: MirroredHead, macKey: KeyObject): LedgerMark | undefined {
  if (mirrored.mark === undefined) return undefined;
  const { mac, ...mark } = mirrored.mark;
  return mac === macOf(mirrored, mark, macKey) ? mark : undefined;
}

function macOf({ sequence, hash }: LedgerHead, mark: LedgerMark, macKey: KeyObject): string {
  const { budget, lost, recordedEpsilon, trail } = mark;
  const mechanisms = mark.mechanisms.map((one) => ({ ...one }));
  const text = canonicalJson({
    format: 'parley/ledger-mark/1',
    ...{ sequence, hash, lost, recordedEpsilon, mechanisms, trail },
    budget: budget === null ? null : { ...budget },
  });
  return createHmac('sha256', macKey).update(text).digest('hex');
}

/** Hex digits of each hash that a trail keeps: 48 bits, so that two of a million entries are not taken for each other. */
const TRAIL_DIGITS = 12;

export function trailOf(hashes: readonly string[]): string {
  return hashes.map((hash) => hash.slice(0, TRAIL_DIGITS)).join('');
}

export function isOnTrail(trail: string, hash: string): boolean {
  const digits = hash.slice(0, TRAIL_DIGITS);
  for (let at = trail.indexOf(digits); at !== -1; at = trail.indexOf(digits, at + 1)) {
    if (at % TRAIL_DIGITS === 0) return true;
  }
  return false;
}
