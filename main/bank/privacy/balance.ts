/** What the entries of a ledger add up to, as a pure fold; ε is computed elsewhere, from the mechanisms kept here. */
import type { RunId, UtcTime } from '#shared/ids.ts';
import { type Mechanism, mergeMechanisms } from '#shared/privacy/mechanism.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import type { ChargeOutcome, LedgerEntry } from './entry.ts';

export interface Budget {
  readonly epsilon: number;
  /** Fixed by the first setting, like the unit. */
  readonly delta: number;
  readonly unit: PrivacyUnit;
  readonly setAt: UtcTime;
}

export interface ChargeRecord {
  readonly mechanism: Mechanism;
  readonly outcomes: ReadonlySet<ChargeOutcome>;
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
  /** Largest charged ε that an entry recorded: no later rounding or change of the accountant shows less. */
  readonly recordedEpsilon: number;
}

export const EMPTY_BALANCE: Balance = {
  budget: null,
  charges: new Map(),
  holds: new Map(),
  recordedEpsilon: 0,
};

/** The balance after further entries; `before` stays as it is. */
export function balanceAfter(entries: readonly LedgerEntry[], before: Balance = EMPTY_BALANCE): Balance {
  let { budget, recordedEpsilon } = before;
  const charges = new Map(before.charges);
  const holds = new Map(before.holds);
  for (const { sequence, at, fact } of entries) {
    switch (fact.kind) {
      case 'budget-set':
        budget = { epsilon: fact.epsilon, delta: fact.delta, unit: fact.unit, setAt: at };
        break;
      case 'charge': {
        charges.set(sequence, { mechanism: fact.mechanism, outcomes: new Set() });
        recordedEpsilon = Math.max(recordedEpsilon, fact.epsilonAfter ?? 0);
        const hold = fact.hold === null ? undefined : holds.get(fact.hold);
        if (fact.hold !== null && hold !== undefined) holds.set(fact.hold, takenFrom(hold, fact.mechanism));
        break;
      }
      case 'hold':
        holds.set(sequence, { runId: fact.runId, remaining: mergeMechanisms(fact.mechanisms) });
        break;
      case 'hold-returned':
        holds.delete(fact.hold);
        break;
      case 'released':
      case 'withheld':
      case 'late':
      case 'not-sent': {
        const charge = charges.get(fact.charge);
        if (charge !== undefined) {
          charges.set(fact.charge, { ...charge, outcomes: new Set([...charge.outcomes, fact.kind]) });
        }
        break;
      }
    }
  }
  return { budget, charges, holds, recordedEpsilon };
}

/** Whether the hold still has these steps, at this sampling rate and noise. */
export function isCovered(hold: HoldRecord, mechanism: Mechanism): boolean {
  return hold.remaining.some((held) => isSameKind(held, mechanism) && held.steps >= mechanism.steps);
}

export function chargedMechanisms(balance: Balance): readonly Mechanism[] {
  return mergeMechanisms([...balance.charges.values()].map((charge) => charge.mechanism));
}

/** Charges whose output was released, or anything derived from it. */
export function releasedMechanisms(balance: Balance): readonly Mechanism[] {
  const released = [...balance.charges.values()].filter((charge) => charge.outcomes.has('released'));
  return mergeMechanisms(released.map((charge) => charge.mechanism));
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
