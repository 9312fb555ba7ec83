/** Rounds that carry a score histogram: two charges, one commit, one release, one digest. */
import { describe, expect, it } from 'vitest';
import { plannedRounds } from '#shared/round/charter.ts';
import {
  isChargedAsPlanned,
  mechanismsByRound,
  plannedMechanisms,
  roundCost,
} from '#main/bank/review/cost.ts';
import { layoutOf } from '#main/bank/review/held.ts';
import { runCost } from '#main/bank/rounds/joining.ts';
import { planTable } from '#main/bank/review/plan-table.ts';
import { wireSample } from '#main/bank/review/wire-view.ts';
import { codeOf, type GateFixture, gateFixture, testCharter } from './gate-fixture.ts';

const EVERY = 4;
const HISTOGRAM = { kind: 'on', everyRounds: EVERY, noiseStandardDeviation: 12, rowsPerUnit: 1 } as const;
const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };
const charter = testCharter({
  evaluation: { alertsPerDay: 100, leaveOutKnownCards: false, histogram: HISTOGRAM },
});
const EVALUATION = { samplingRate: 1, noiseMultiplier: 0.998 * 12, steps: 1 };

function heldNow({ store, round }: GateFixture) {
  const held = store.heldOfRound(round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  return held;
}

function entries({ ledger }: GateFixture) {
  return ledger.entries({ afterSequence: 0, limit: 1000 });
}

describe('a round with a score histogram', () => {
  it('comes every fourth round, never first', () => {
    const carrying = Array.from({ length: plannedRounds(charter) }, (_, index) => index).filter(
      (index) => roundCost(charter, index)?.evaluation,
    );
    expect(carrying).toEqual([4, 8]);
    const names = (index: number) => layoutOf({ charter, index }).map(({ name }) => name);
    expect(names(4)).toEqual(['difference', 'sum', 'evaluation']);
    expect(names(5)).toEqual(['difference', 'sum']);
  });

  it('is charged by itself, in one commit with the training and before any noise', async () => {
    const fixture = gateFixture({ charter });
    fixture.openRound(5, 4);
    await fixture.gate.train(fixture.round);
    expect(fixture.log).toEqual(['charge', 'charge', 'commit', 'noise', 'held', 'commit']);
    const [, training, evaluation] = entries(fixture);
    expect(training?.mechanism).toEqual(roundCost(charter, 4)?.training);
    expect(evaluation?.mechanism).toEqual(EVALUATION);
    const { charge } = heldNow(fixture);
    expect(charge).toMatchObject({ sequence: 2, evaluation: { sequence: 3, mechanism: EVALUATION } });
    // ε of this round is that of both together
    expect(charge?.epsilonAfter).toBe(fixture.ledger.chargedEpsilon());
  });

  it('shares the fate of its update: released, withheld and stopped name both charges', async () => {
    const fixture = gateFixture({ charter });
    fixture.openRound(5, 4);
    await fixture.gate.train(fixture.round);
    const { updateId, header } = heldNow(fixture);
    const scope = { kind: 'this-round' } as const;
    fixture.gate.ask({ updateId, digest: header.payloadHash, scope, note: '' });
    fixture.clock.advance(5000);
    expect(fixture.store.release(updateId)?.approval).toMatchObject({
      chargeSequence: 2,
      evaluationChargeSequence: 3,
      evaluationCost: EVALUATION,
    });
    fixture.openRound(9, 8);
    await fixture.gate.train(fixture.round);
    fixture.gate.withhold(heldNow(fixture).updateId, 'not today');
    fixture.openRound(10, 8);
    fixture.trainer.isHeldBack = true;
    const training = fixture.gate.train(fixture.round);
    await fixture.gate.stopTraining(fixture.round.roundId);
    await training;
    const fates = entries(fixture).flatMap(({ kind, refersTo }) => (refersTo ? [[kind, refersTo]] : []));
    expect(fates).toEqual([
      ['released', 2],
      ['released', 3],
      ['withheld', 6],
      ['withheld', 7],
      ['not-sent', 10],
      ['not-sent', 11],
    ]);
  });

  it('is refused together with the training: a budget for one of them charges neither', async () => {
    const plain = gateFixture({ charter: testCharter() });
    plain.openRound(5, 4);
    await plain.gate.train(plain.round);
    const enoughForTraining = plain.ledger.chargedEpsilon();
    const fixture = gateFixture({ charter, budget: enoughForTraining });
    fixture.openRound(5, 4);
    expect(await codeOf(() => fixture.gate.train(fixture.round))).toBe('budget-exhausted');
    expect(fixture.log).not.toContain('noise');
    expect(entries(fixture).map(({ kind }) => kind)).toEqual(['budget-set']);
  });

  it('a scope holds both and charges both from the hold', async () => {
    const fixture = gateFixture({ charter });
    fixture.standing = { kind: 'on', rounds: 10, limits: LIMITS };
    fixture.openRound(4, 3);
    await fixture.gate.trainWithinScope(fixture.round);
    const reserved = fixture.ledger.reservedEpsilon();
    fixture.openRound(5, 4);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.ledger.reservedEpsilon()).toBeCloseTo(reserved, 12);
    expect(heldNow(fixture).charge?.fromHold).not.toBeNull();
    expect(fixture.sent).toHaveLength(2);
  });

  it('is charged as planned only with its evaluation', async () => {
    const fixture = gateFixture({ charter });
    fixture.openRound(5, 4);
    await fixture.gate.train(fixture.round);
    const { charge } = heldNow(fixture);
    const planned = roundCost(charter, 4);
    expect(isChargedAsPlanned(charge, planned)).toBe(true);
    expect(isChargedAsPlanned(charge && { ...charge, evaluation: null }, planned)).toBe(false);
    const cheaper = { sequence: 3, mechanism: { ...EVALUATION, noiseMultiplier: 12.1 } };
    expect(isChargedAsPlanned(charge && { ...charge, evaluation: cheaper }, planned)).toBe(false);
    expect(isChargedAsPlanned(charge, roundCost(charter, 5))).toBe(false);
  });

  it('does not change the figures of the update, and shows its first counts as they travel', async () => {
    const [carrying, without] = [gateFixture({ charter }), gateFixture({ charter: testCharter() })];
    for (const fixture of [carrying, without]) {
      fixture.openRound(5, 4);
      await fixture.gate.train(fixture.round);
    }
    const figures = (fixture: GateFixture) => heldNow(fixture).statistics;
    expect(figures(carrying).noiseRatio).toBeCloseTo(figures(without).noiseRatio ?? 0, 12);
    expect(figures(carrying).layers).toEqual(figures(without).layers);
    const sample = wireSample(heldNow(carrying), charter).find(({ vector }) => vector === 'evaluation');
    expect(sample).toEqual({ vector: 'evaluation', gridStep: 1, first: [-3, -2, -1, 0, 1, 2, 3, 4] });
  });
});

describe('the plan of a run with score histograms', () => {
  it('counts them in the cost of the run', () => {
    const { ledger } = gateFixture({ charter });
    const steps = plannedMechanisms(charter, 0, 10).reduce((sum, one) => sum + one.steps, 0);
    expect(runCost(ledger, charter, 0)).toBeCloseTo(0.1 * Math.sqrt(steps), 12);
    expect(runCost(ledger, charter, 0)).toBeGreaterThan(runCost(ledger, testCharter(), 0));
  });

  it('has a table that ends in the exact total and rises with every round', () => {
    const { ledger } = gateFixture({ charter });
    const table = planTable(ledger, mechanismsByRound(charter, 0, 10));
    expect(table).toHaveLength(11);
    expect(table.at(-1)).toBeCloseTo(runCost(ledger, charter, 0), 12);
    expect(table.every((epsilon, k) => k === 0 || epsilon > (table[k - 1] ?? 0))).toBe(true);
  });
});
