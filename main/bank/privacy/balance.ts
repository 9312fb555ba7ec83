/** What the entries of a ledger add up to, as a pure fold; ε is computed elsewhere, from the mechanisms kept here. */
import type { RoundId, RunId, UtcTime } from '#shared/ids.ts';
import { type Mechanism, mergeMechanisms } from '#shared/privacy/mechanism.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import type { ChargeOutcome, LedgerEntry, LedgerFact, LostSpend, RecoveredFact } from './entry.ts';

export interface Budget {
  readonly epsilon: number;
  /** Fixed by the first setting, like the unit. */
  readonly delta: number;
  readonly unit: PrivacyUnit;
  readonly setAt: UtcTime;
}

export interface ChargeRecord {
  readonly mechanism: Mechanism;
  readonly roundId: RoundId | null;
  readonly outcomes: ReadonlySet<ChargeOutcome>;
  /** False once a recovery counts it within its own figures. */
  readonly isCounted: boolean;
}

export interface HoldRecord {
  readonly runId: RunId;
  /** What is still set aside; charges from the hold were taken out. */
  readonly remaining: readonly Mechanism[];
}

export interface Balance {
  readonly budget: Budget | null;
  readonly charges: ReadonlyMap<number, ChargeRecord>;
  /** Open holds by sequence number. */
  readonly holds: ReadonlyMap<number, HoldRecord>;
  /** Charged by recoveries. Whether any of it was released is unknown, so all of it counts as released. */
  readonly recovered: readonly Mechanism[];
  /** ε spent before a recovery that knew no steps: everything else comes on top of it, by basic composition. */
  readonly lost: LostSpend;
  /** Every recovery, oldest first. */
  readonly recoveries: readonly RecoveredFact[];
  /** Largest charged ε that an entry recorded: no later rounding or change of the accountant shows less. */
  readonly recordedEpsilon: number;
}

export const EMPTY_BALANCE: Balance = {
  budget: null,
  charges: new Map(),
  holds: new Map(),
  recovered: [],
  lost: 0,
  recoveries: [],
  recordedEpsilon: 0,
};

/** A balance that is being added up; local to `balanceAfter`. */
interface Draft {
  budget: Budget | null;
  readonly charges: Map<number, ChargeRecord>;
  readonly holds: Map<number, HoldRecord>;
  recovered: readonly Mechanism[];
  lost: LostSpend;
  recoveries: readonly RecoveredFact[];
  recordedEpsilon: number;
}

/** The balance after further entries; `before` stays as it is. */
export function balanceAfter(entries: readonly LedgerEntry[], before: Balance = EMPTY_BALANCE): Balance {
  const draft: Draft = { ...before, charges: new Map(before.charges), holds: new Map(before.holds) };
  for (const entry of entries) add(draft, entry);
  return draft;
}

function add(draft: Draft, { sequence, at, fact }: LedgerEntry): void {
  const { charges, holds } = draft;
  switch (fact.kind) {
    case 'budget-set':
      draft.budget = { epsilon: fact.epsilon, delta: fact.delta, unit: fact.unit, setAt: at };
      if (draft.lost === 'next-budget') draft.lost = fact.epsilon;
      return;
    case 'charge':
      addCharge(draft, sequence, fact);
      return;
    case 'hold':
      holds.set(sequence, { runId: fact.runId, remaining: mergeMechanisms(fact.mechanisms) });
      return;
    case 'hold-returned':
      holds.delete(fact.hold);
      return;
    case 'released':
    case 'withheld':
    case 'late':
    case 'not-sent': {
      const charge = charges.get(fact.charge);
      if (charge === undefined) return;
      charges.set(fact.charge, { ...charge, outcomes: new Set([...charge.outcomes, fact.kind]) });
      return;
    }
    case 'recovered':
      addRecovery(draft, fact, at);
      return;
  }
}

function addCharge(draft: Draft, sequence: number, fact: Extract<LedgerFact, { kind: 'charge' }>): void {
  const { mechanism, roundId } = fact;
  draft.charges.set(sequence, { mechanism, roundId, outcomes: new Set(), isCounted: true });
  draft.recordedEpsilon = Math.max(draft.recordedEpsilon, fact.epsilonAfter ?? 0);
  const hold = fact.hold === null ? undefined : draft.holds.get(fact.hold);
  if (fact.hold !== null && hold !== undefined) draft.holds.set(fact.hold, takenFrom(hold, mechanism));
}

function addRecovery(draft: Draft, fact: RecoveredFact, at: UtcTime): void {
  const { budget, mechanisms, lost, earlier, epsilonAfter } = fact;
  if (budget !== null) draft.budget = { ...budget, setAt: at };
  draft.holds.clear();
  if (earlier === 'included') {
    for (const [sequence, charge] of draft.charges)
      draft.charges.set(sequence, { ...charge, isCounted: false });
    draft.recovered = [];
  }
  draft.recovered = mergeMechanisms([...draft.recovered, ...mechanisms]);
  draft.lost = lost;
  draft.recoveries = [...draft.recoveries, fact];
  draft.recordedEpsilon = Math.max(draft.recordedEpsilon, epsilonAfter ?? 0);
}

/** Whether the hold still has these steps, at this sampling rate and noise. */
export function isCovered(hold: HoldRecord, mechanism: Mechanism): boolean {
  return hold.remaining.some((held) => isSameKind(held, mechanism) && held.steps >= mechanism.steps);
}

export function chargedMechanisms(balance: Balance): readonly Mechanism[] {
  return mergeMechanisms([...balance.recovered, ...countedCharges(balance, () => true)]);
}

/** Charges whose output was released, or anything derived from it. */
export function releasedMechanisms(balance: Balance): readonly Mechanism[] {
  const released = countedCharges(balance, ({ outcomes }) => outcomes.has('released'));
  return mergeMechanisms([...balance.recovered, ...released]);
}

function countedCharges(
  { charges }: Balance,
  isWanted: (charge: ChargeRecord) => boolean,
): readonly Mechanism[] {
  return [...charges.values()]
    .filter((charge) => charge.isCounted && isWanted(charge))
    .map(({ mechanism }) => mechanism);
}

/** ε that comes before that of every mechanism. */
export function lostEpsilon({ lost }: Pick<Balance, 'lost'>): number {
  return lost === 'next-budget' ? 0 : lost;
}

export function heldMechanisms(balance: Balance): readonly Mechanism[] {
  return mergeMechanisms([...balance.holds.values()].flatMap((hold) => hold.remaining));
}

function takenFrom(hold: HoldRecord, mechanism: Mechanism): HoldRecord {
  const remaining = hold.remaining.map((held) =>
    isSameKind(held, mechanism) ? { ...held, steps: Math.max(0, held.steps - mechanism.steps) } : held,
  );
  return { ...hold, remaining: mergeMechanisms(remaining) };
}

function isSameKind(a: Mechanism, b: Mechanism): boolean {
  return a.samplingRate === b.samplingRate && a.noiseMultiplier === b.noiseMultiplier;
}
