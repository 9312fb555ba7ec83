import { describe, expect, it } from 'vitest';
import type { GateLedger } from '#main/bank/review/ledger-port.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { epsilonByRdp } from '#shared/privacy/rdp.ts';
import { LedgerEntryView, PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import {
  BUDGET,
  CHARGE,
  failureOf,
  ledgerFixture,
  OTHER_RUN,
  ROUND,
  rowCount,
  RUN,
  STEPS,
} from './ledger-fixture.ts';

const { delta } = BUDGET;
const epsilonOf = (rounds: number): number =>
  epsilonByPld([{ ...STEPS, steps: rounds * STEPS.steps }], delta);
/** A measurement over all rows: exact and quick to account for. */
const count = (noiseMultiplier: number) => ({ samplingRate: 1, noiseMultiplier, steps: 1 });

describe('budget', () => {
  it('is needed before anything is charged or set aside', () => {
    const { ledger, database } = ledgerFixture();
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('budget-not-set');
    expect(failureOf(() => ledger.hold({ runId: RUN, mechanisms: [STEPS], clippingNorm: 1 })).code).toBe(
      'budget-not-set',
    );
    expect(rowCount(database)).toBe(0);
    expect(ledger.budget()).toBeNull();
    expect(ledger.state()).toMatchObject({ chargedEpsilon: 0, budget: null });
  });

  it('keeps its δ and its unit for ever', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    expect(
      failureOf(() => {
        ledger.setBudget({ ...BUDGET, unit: 'account' });
      }).code,
    ).toBe('unit-mismatch');
    expect(
      failureOf(() => {
        ledger.setBudget({ ...BUDGET, delta: 1e-6 });
      }).code,
    ).toBe('invalid-input');
    expect(
      failureOf(() => {
        ledger.setBudget({ ...BUDGET, delta: 1e-9, reason: 'stricter' });
      }).code,
    ).toBe('invalid-input');
    expect(ledger.budget()).toMatchObject(BUDGET);
  });

  it('is lowered freely and raised only with a reason, which the ledger keeps', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    ledger.setBudget({ ...BUDGET, epsilon: 2 });
    expect(
      failureOf(() => {
        ledger.setBudget({ ...BUDGET, epsilon: 3 });
      }).code,
    ).toBe('invalid-input');
    expect(
      failureOf(() => {
        ledger.setBudget({ ...BUDGET, epsilon: 3, reason: '  ' });
      }).code,
    ).toBe('invalid-input');
    expect(ledger.budget()?.epsilon).toBe(2);
    ledger.setBudget({ ...BUDGET, epsilon: 3, reason: 'board decision of 24 November' });
    expect(ledger.budget()?.epsilon).toBe(3);
    expect(ledger.entries({ afterSequence: 2, limit: 10 })[0]).toMatchObject({
      kind: 'budget-set',
      budgetEpsilon: 3,
      note: 'board decision of 24 November',
    });
  });

  it.each([0, -1, Number.NaN, Infinity])('is not %d', (epsilon) => {
    const { ledger } = ledgerFixture();
    expect(
      failureOf(() => {
        ledger.setBudget({ ...BUDGET, epsilon });
      }).code,
    ).toBe('invalid-input');
  });

  it('is not spendable any more once it was lowered below what is charged and held', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const hold = ledger.hold({ runId: RUN, mechanisms: [STEPS, STEPS], clippingNorm: 1 });
    ledger.setBudget({ ...BUDGET, epsilon: 0.1 });
    expect(failureOf(() => ledger.charge({ ...CHARGE, hold })).code).toBe('budget-exhausted');
    expect(failureOf(() => ledger.charge({ ...CHARGE, mechanism: count(1e6) })).code).toBe(
      'budget-exhausted',
    );
  });
});

describe('charge', () => {
  it('adds up to the ε of all steps together, and shows the cross-check beside it', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    ledger.charge(CHARGE);
    ledger.charge(CHARGE);
    expect(ledger.chargedEpsilon()).toBe(epsilonOf(2));
    const state = ledger.state();
    expect(PrivacyStateView.parse(state)).toEqual(state);
    expect(state).toMatchObject({
      releasedEpsilon: 0,
      heldEpsilon: 0,
      charged: [{ ...STEPS, steps: 40 }],
      held: [],
    });
    expect(state.chargedEpsilonByRdp).toBe(epsilonByRdp([{ ...STEPS, steps: 40 }], delta));
    expect(state.chargedEpsilonByRdp).toBeGreaterThan(state.chargedEpsilon);
  });

  it('is refused beyond the budget, with figures, and leaves no row', () => {
    const { ledger, database } = ledgerFixture();
    ledger.setBudget({ ...BUDGET, epsilon: epsilonOf(2) + 0.001 });
    ledger.charge(CHARGE);
    ledger.charge(CHARGE);
    const rows = rowCount(database);
    const failure = failureOf(() => ledger.charge(CHARGE));
    expect(failure.code).toBe('budget-exhausted');
    expect(failure.message).toMatch(/needs ε 0\.\d\d; 0\.00 of/);
    expect(rowCount(database)).toBe(rows);
    expect(ledger.chargedEpsilon()).toBe(epsilonOf(2));
  });

  it('may use the budget up to its last digit', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget({ ...BUDGET, epsilon: epsilonOf(1) });
    expect(ledger.charge(CHARGE)).toBe(2);
  });

  it('without noise is refused: no budget covers it', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget({ ...BUDGET, epsilon: 1e9 });
    expect(
      failureOf(() => ledger.charge({ ...CHARGE, mechanism: { ...STEPS, noiseMultiplier: 0 } })),
    ).toMatchObject({
      code: 'budget-exhausted',
      message: expect.stringContaining('needs ε ∞') as string,
    });
  });

  it('of another unit is refused', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    expect(failureOf(() => ledger.charge({ ...CHARGE, unit: 'account' })).code).toBe('unit-mismatch');
  });

  it('is known to a ledger opened anew, with the head mirrored', () => {
    const { ledger, open, mirror } = ledgerFixture();
    ledger.setBudget(BUDGET);
    ledger.charge(CHARGE);
    const again = open();
    expect(again.state()).toEqual(ledger.state());
    expect(again.health()).toMatchObject({ kind: 'verified', entries: 2, head: mirror.head?.hash });
    expect(mirror.head).toMatchObject(again.head());
  });

  it('never shows less than it recorded, whatever a later accountant computes', () => {
    const { ledger, open } = ledgerFixture();
    ledger.setBudget(BUDGET);
    ledger.charge(CHARGE);
    const tighter = { epsilon: () => 0.01, crossCheck: () => 0.01 };
    expect(open({ accountant: tighter }).chargedEpsilon()).toBe(epsilonOf(1));
  });
});

describe('outcome', () => {
  it('tells released from charged and gives nothing back', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const charges = [
      ledger.charge(CHARGE),
      ledger.charge(CHARGE),
      ledger.charge(CHARGE),
      ledger.charge(CHARGE),
    ];
    (['released', 'withheld', 'late', 'not-sent'] as const).forEach((outcome, i) => {
      ledger.recordOutcome(charges[i] ?? 0, outcome);
    });
    expect(ledger.state()).toMatchObject({ chargedEpsilon: epsilonOf(4), releasedEpsilon: epsilonOf(1) });
  });

  it('stays released when the update then comes too late', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const charge = ledger.charge(CHARGE);
    ledger.recordOutcome(charge, 'released');
    ledger.recordOutcome(charge, 'late');
    expect(ledger.state().releasedEpsilon).toBe(epsilonOf(1));
  });

  it('said twice is written once', () => {
    const { ledger, database } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const charge = ledger.charge(CHARGE);
    ledger.recordOutcome(charge, 'released');
    ledger.recordOutcome(charge, 'released');
    expect(rowCount(database)).toBe(3);
  });

  it('needs its charge', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    expect(
      failureOf(() => {
        ledger.recordOutcome(1, 'released');
      }).code,
    ).toBe('not-found');
  });

  it('is one commit with what the caller writes, and nothing remains of a transaction rolled back', () => {
    const { ledger, database, mirror } = ledgerFixture();
    database.exec('CREATE TABLE outbox (digest TEXT)');
    ledger.setBudget(BUDGET);
    const charge = ledger.charge(CHARGE);
    const before = { health: ledger.health(), head: mirror.head };
    const approve = (isInterrupted: boolean) =>
      database.transaction(() => {
        database.prepare('INSERT INTO outbox VALUES (?)').run('d');
        ledger.recordOutcome(charge, 'released');
        expect(ledger.state().releasedEpsilon).toBe(epsilonOf(1));
        expect(mirror.head).toEqual(before.head);
        if (isInterrupted) throw new Error('power cut');
      });
    expect(() => {
      approve(true).immediate();
    }).toThrow('power cut');
    expect(ledger.state().releasedEpsilon).toBe(0);
    expect(ledger.health()).toEqual(before.health);

    approve(false).immediate();
    expect(mirror.head).toEqual(before.head);
    ledger.mirrorCommitted();
    expect(ledger.state().releasedEpsilon).toBe(epsilonOf(1));
    expect(mirror.head).toMatchObject(ledger.head());
    expect(mirror.head?.sequence).toBe(3);
  });
});

describe('the release gate', () => {
  it('finds in the ledger what it asks for, and a look does not mirror: what sends does', () => {
    const { ledger, database, mirror } = ledgerFixture();
    const gate: GateLedger = ledger;
    ledger.setBudget(BUDGET);
    const charge = database.transaction(() => gate.charge(CHARGE)).immediate();
    expect(mirror.head?.sequence).toBe(1);
    expect(gate.health()).toMatchObject({ kind: 'verified', entries: 2 });
    expect(mirror.head?.sequence).toBe(1);
    gate.mirrorCommitted();
    expect(mirror.head?.sequence).toBe(charge);
  });
});

describe('hold', () => {
  const TWO_ROUNDS = { runId: RUN, mechanisms: [STEPS, STEPS], clippingNorm: 1 };

  it('is counted at once, shrinks with its charges and costs them nothing new', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget({ ...BUDGET, epsilon: epsilonOf(2) });
    const hold = ledger.hold(TWO_ROUNDS);
    expect(ledger.state()).toMatchObject({
      chargedEpsilon: 0,
      heldEpsilon: epsilonOf(2),
      held: [{ ...STEPS, steps: 40 }],
    });
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('budget-exhausted');

    ledger.charge({ ...CHARGE, hold });
    expect(ledger.state()).toMatchObject({ chargedEpsilon: epsilonOf(1), held: [STEPS] });
    expect(ledger.state().heldEpsilon).toBeCloseTo(epsilonOf(2) - epsilonOf(1), 10);
    ledger.charge({ ...CHARGE, hold });
    expect(ledger.state()).toMatchObject({ chargedEpsilon: epsilonOf(2), heldEpsilon: 0, held: [] });
  });

  it('covers steps of its own kind and number only', () => {
    const { ledger, database } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const hold = ledger.hold(TWO_ROUNDS);
    const other = [
      { ...STEPS, steps: 41 },
      { ...STEPS, noiseMultiplier: 1.1 },
      { ...STEPS, samplingRate: 0.04 },
    ];
    expect(ledger.isCovered(hold, { ...STEPS, steps: 40 })).toBe(true);
    const rows = rowCount(database);
    for (const mechanism of other) {
      expect(ledger.isCovered(hold, mechanism)).toBe(false);
      expect(failureOf(() => ledger.charge({ ...CHARGE, mechanism, hold })).code).toBe('scope-stopped');
    }
    expect(failureOf(() => ledger.charge({ ...CHARGE, hold: 1 })).code).toBe('scope-stopped');
    expect(rowCount(database)).toBe(rows);
  });

  it('gives back what no charge took, once', () => {
    const { ledger, database } = ledgerFixture();
    ledger.setBudget({ ...BUDGET, epsilon: epsilonOf(2) });
    const hold = ledger.hold(TWO_ROUNDS);
    ledger.charge({ ...CHARGE, hold });
    ledger.returnHold(hold);
    expect(ledger.state()).toMatchObject({ chargedEpsilon: epsilonOf(1), heldEpsilon: 0 });
    expect(failureOf(() => ledger.charge({ ...CHARGE, hold })).code).toBe('scope-stopped');
    const rows = rowCount(database);
    ledger.returnHold(hold);
    expect(rowCount(database)).toBe(rows);
    ledger.charge(CHARGE);
    expect(ledger.chargedEpsilon()).toBe(epsilonOf(2));
  });

  it('is refused beyond the budget', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget({ ...BUDGET, epsilon: epsilonOf(1) });
    expect(failureOf(() => ledger.hold(TWO_ROUNDS)).code).toBe('budget-exhausted');
    ledger.hold({ ...TWO_ROUNDS, mechanisms: [STEPS] });
    expect(
      failureOf(() => ledger.hold({ ...TWO_ROUNDS, runId: OTHER_RUN, mechanisms: [count(5)] })).code,
    ).toBe('budget-exhausted');
  });
});

describe('cost', () => {
  it('is ε(ledger + steps) − ε(ledger), with and without holds', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    ledger.charge(CHARGE);
    ledger.hold({ runId: RUN, mechanisms: [STEPS], clippingNorm: 1 });
    expect(ledger.costOf([STEPS])).toEqual({
      charged: { before: epsilonOf(1), after: epsilonOf(2) },
      withHolds: { before: epsilonOf(2), after: epsilonOf(3) },
    });
  });

  it('is listed round by round, and the first round costs most', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const table = ledger.epsilonTable([[STEPS], [STEPS], [STEPS]]);
    expect(table).toEqual([0, epsilonOf(1), epsilonOf(2), epsilonOf(3)]);
    const costs = table.slice(1).map((epsilon, i) => epsilon - (table[i] ?? 0));
    expect(costs[0]).toBeGreaterThan(2 * (costs[1] ?? Infinity));
  });
});

describe('entries', () => {
  it('come page by page, as the contract has them', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const hold = ledger.hold({ runId: RUN, mechanisms: [STEPS, STEPS], clippingNorm: 0.5 });
    const charge = ledger.charge({ ...CHARGE, hold });
    ledger.recordOutcome(charge, 'released');
    ledger.returnHold(hold);
    const all = ledger.entries({ afterSequence: 0, limit: 100 });
    expect(all.map((entry) => LedgerEntryView.parse(entry))).toEqual(all);
    expect(all.map((entry) => entry.kind)).toEqual([
      'budget-set',
      'hold',
      'charge',
      'released',
      'hold-returned',
    ]);
    expect(all[1]).toMatchObject({
      mechanism: { ...STEPS, steps: 40 },
      clippingNorm: 0.5,
      runId: RUN,
      roundId: null,
    });
    expect(all[2]).toMatchObject({
      roundId: ROUND,
      refersTo: null,
      fromHold: hold,
      purpose: 'update',
      // not recorded, since its steps were accounted for when they were set aside
      chargedEpsilonAfter: epsilonOf(1),
      mechanism: STEPS,
    });
    expect(ledger.chargedEpsilon()).toBe(epsilonOf(1));
    expect(all[3]?.refersTo).toBe(charge);
    expect(ledger.entries({ afterSequence: 2, limit: 2 })).toEqual(all.slice(2, 4));
  });

  it('show the ε of twenty of many charges from a hold, spread evenly, the last among them', () => {
    const { ledger } = ledgerFixture();
    ledger.setBudget(BUDGET);
    const step = { ...STEPS, steps: 1 };
    const hold = ledger.hold({ runId: RUN, mechanisms: [{ ...STEPS, steps: 60 }], clippingNorm: 1 });
    for (let k = 0; k < 50; k++) ledger.charge({ ...CHARGE, mechanism: step, hold });
    const charges = ledger.entries({ afterSequence: hold, limit: 100 });
    const shown = charges.map((entry) => entry.chargedEpsilonAfter);
    const figures = shown.filter((epsilon) => epsilon !== null);
    expect(charges).toHaveLength(50);
    expect(figures).toHaveLength(20);
    expect(figures).toEqual([...figures].sort((a, b) => a - b));
    expect(shown.at(-1)).toBe(ledger.chargedEpsilon());
    const gaps = shown
      .flatMap((epsilon, i) => (epsilon === null ? [] : [i]))
      .map((i, k, all) => i - (all[k - 1] ?? -1));
    expect(Math.max(...gaps)).toBe(3);
  });
});
