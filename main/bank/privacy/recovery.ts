/**
 * The way on from a ledger that is older than it was, or altered: what has to be charged so that nothing is counted less
 * than it was spent (privacy.md 2g, design.md I1). Decides; the ledger writes the entry once a person gave a reason.
 */
import type { KeyObject } from 'node:crypto';
import { Digest, UtcTime } from '#shared/ids.ts';
import type { Accountant } from '#shared/privacy/accountant.ts';
import { type Mechanism, mergeMechanisms } from '#shared/privacy/mechanism.ts';
import { type Balance, balanceAfter, chargedMechanisms, heldMechanisms, lostEpsilon } from './balance.ts';
import { digestOfRows, EMPTY_HEAD, isGenuine, type LedgerRow } from './chain.ts';
import { type BudgetTerms, decodeRow, type LedgerEntry, type RecoveredFact } from './entry.ts';
import { isOnTrail, type LedgerMark, type MirroredHead, openMark } from './mark.ts';
import type { KnownLedger } from './known-ledger.ts';
import { chargedEpsilon, epsilonOf } from './views.ts';
import { faultWords } from './words.ts';

export type RecoveryFact = Omit<RecoveredFact, 'reason' | 'epsilonAfter'>;

export interface RecoveryPlan {
  readonly kind: 'charge-missing' | 'close-budget';
  readonly fact: RecoveryFact;
  /** What the file can be relied on for: where it is altered, what its intact entries add up to. */
  readonly standing: Balance;
  /** Largest charged ε that is on record outside the file. */
  readonly recordedEpsilon: number;
}

export interface RecoveryQuestion {
  readonly known: KnownLedger;
  /** Every row as it stands. */
  readonly rows: readonly LedgerRow[];
  readonly mirrored: MirroredHead | 'damaged' | undefined;
  /** A head that the hub was heard to hold and the file has not. */
  readonly foreign: string | undefined;
  readonly macKey: KeyObject;
  /** Whether a hash is in the history of the file. */
  readonly isOwnHead: (hash: string) => boolean;
  readonly accountant: Accountant;
}

/** Undefined where the ledger verifies: there is nothing to recover. */
export function planRecovery(question: RecoveryQuestion): RecoveryPlan | undefined {
  const { known } = question;
  const { health } = known;
  if (health.kind === 'verified') return undefined;
  const mark = usableMark(question);
  const standing = health.kind === 'broken' ? balanceAfter(intactEntries(question)) : known.balance;
  const common = {
    kind: 'recovered',
    fault: faultWords(health),
    answersFor: answersFor(question),
    trail: mark?.trail ?? '',
    sealed: health.kind === 'broken' ? sealOf(question.rows) : null,
  } as const;
  if (mark === undefined)
    return {
      ...{ kind: 'close-budget', standing, recordedEpsilon: 0 },
      fact: { ...common, ...closed(question) },
    };
  const added = health.kind === 'broken' ? wholeMark(mark) : missing(mark, known);
  const budget = mark.budget ?? accountOf(question).budget;
  return {
    ...{ kind: 'charge-missing', standing },
    fact: { ...common, budget, ...added },
    recordedEpsilon: mark.recordedEpsilon,
  };
}

/** The entry with its ε: never below what was recorded, nor below what intact entries of the file have already. */
export function recoveredFact(
  plan: RecoveryPlan,
  { accountant, reason }: { readonly accountant: Accountant; readonly reason: string },
): RecoveredFact {
  const fact: RecoveredFact = { ...plan.fact, reason, epsilonAfter: null };
  const after = balanceWith(plan.standing, fact);
  if (after.budget === null) return fact;
  const charged = chargedEpsilon(after, accountant);
  return { ...fact, epsilonAfter: Math.max(charged, plan.recordedEpsilon) };
}

/** The balance once this entry is written; its number, time and hash do not matter to it. */
function balanceWith(standing: Balance, fact: RecoveredFact): Balance {
  const at = UtcTime.parse(new Date(0).toISOString());
  const hash = Digest.parse(EMPTY_HEAD.hash);
  return balanceAfter([{ sequence: 1, at, fact, hash }], standing);
}

/** Each by itself as it was written with this key, whatever became of the chain. */
function intactEntries({ rows, macKey }: Pick<RecoveryQuestion, 'rows' | 'macKey'>): readonly LedgerEntry[] {
  return rows.filter((row) => isGenuine(row, macKey)).flatMap((row) => decodeRow(row) ?? []);
}

/** The mark, unless the hub knows of a head that came after it. */
function usableMark({ mirrored, macKey, isOwnHead }: RecoveryQuestion): LedgerMark | undefined {
  if (mirrored === undefined || mirrored === 'damaged') return undefined;
  const mark = openMark(mirrored, macKey);
  const { foreign } = mirrored;
  if (mark === undefined || foreign === undefined) return mark;
  return isOnTrail(mark.trail, foreign) || isOwnHead(foreign) ? mark : undefined;
}

type Added = Pick<RecoveredFact, 'mechanisms' | 'lost' | 'earlier'>;

function wholeMark({ mechanisms, lost }: LedgerMark): Added {
  return { mechanisms: [...mechanisms], lost, earlier: 'included' };
}

/** What the mark has and the file has not. */
function missing(mark: LedgerMark, { head, balance }: KnownLedger): Added {
  const isOlderCopy = head.hash === EMPTY_HEAD.hash || isOnTrail(mark.trail, head.hash);
  // Another history of the same store: what both have in common can't be told apart, so both count in full.
  if (!isOlderCopy)
    return { mechanisms: [...mark.mechanisms], lost: bothLost(mark, balance), earlier: 'stand' };
  if (mark.lost !== balance.lost) return wholeMark(mark);
  const mechanisms = [...stepsBeyond(mark.mechanisms, chargedMechanisms(balance))];
  return { mechanisms, lost: mark.lost, earlier: 'stand' };
}

function bothLost(mark: LedgerMark, balance: Balance): RecoveredFact['lost'] {
  if (mark.lost === 'next-budget' || balance.lost === 'next-budget') return 'next-budget';
  return lostEpsilon(mark) + lostEpsilon(balance);
}

/** Steps of `whole` that `part` has not, by kind of step. */
export function stepsBeyond(whole: readonly Mechanism[], part: readonly Mechanism[]): readonly Mechanism[] {
  const have = mergeMechanisms(part);
  const left = mergeMechanisms(whole).map((wanted) => {
    const same = have.find(
      ({ samplingRate, noiseMultiplier }) =>
        samplingRate === wanted.samplingRate && noiseMultiplier === wanted.noiseMultiplier,
    );
    return { ...wanted, steps: Math.max(0, wanted.steps - (same?.steps ?? 0)) };
  });
  return mergeMechanisms(left);
}

/** Nobody knows what was spent, but no more than the budget allowed. */
function closed(question: RecoveryQuestion): Added & Pick<RecoveredFact, 'budget'> {
  const { budget, reservedEpsilon } = accountOf(question);
  const spent = budget === null ? 'next-budget' : Math.max(budget.epsilon, reservedEpsilon);
  return { budget, mechanisms: [], lost: spent, earlier: 'included' };
}

/** Terms and ε that the file speaks for: where it is altered, its intact entries alone, and of its budgets the largest. */
function accountOf(question: RecoveryQuestion): {
  readonly budget: BudgetTerms | null;
  readonly reservedEpsilon: number;
} {
  const { known, accountant } = question;
  const isBroken = known.health.kind === 'broken';
  const intact = isBroken ? intactEntries(question) : known.entries;
  const hasTerms = balanceAfter(intact).budget !== null;
  const entries = hasTerms ? intact : known.entries;
  const balance = balanceAfter(entries);
  if (balance.budget === null) return { budget: null, reservedEpsilon: 0 };
  const { delta, unit } = balance.budget;
  const epsilon = isBroken ? largestBudget(entries) : balance.budget.epsilon;
  const reserved = epsilonOf(balance, accountant, [
    ...chargedMechanisms(balance),
    ...heldMechanisms(balance),
  ]);
  // An altered entry may say that it had no noise: an infinite ε would leave no way on.
  const reservedEpsilon = Number.isFinite(reserved) ? Math.max(reserved, balance.recordedEpsilon) : epsilon;
  return { budget: { epsilon, delta, unit }, reservedEpsilon };
}

function largestBudget(entries: readonly LedgerEntry[]): number {
  const budgets = entries.map(({ fact }) => {
    if (fact.kind === 'budget-set') return fact.epsilon;
    return fact.kind === 'recovered' ? (fact.budget?.epsilon ?? 0) : 0;
  });
  return Math.max(0, ...budgets);
}

function sealOf(rows: readonly LedgerRow[]): RecoveredFact['sealed'] {
  return { rows: rows.length, digest: digestOfRows(rows) };
}

function answersFor({ mirrored, foreign }: RecoveryQuestion): Digest[] {
  const kept = mirrored === undefined || mirrored === 'damaged' ? [] : [mirrored.hash, mirrored.foreign];
  const heads = [...kept, foreign].filter((hash) => hash !== undefined && hash !== EMPTY_HEAD.hash);
  return [...new Set(heads)].map((hash) => Digest.parse(hash));
}
