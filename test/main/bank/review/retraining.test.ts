import { describe, expect, it } from 'vitest';
import { FailureError } from '#shared/failure.ts';
import { largestNoise, MOST_TRAININGS } from '#shared/round/more-noise.ts';
import {
  chargedTerms,
  isChargedAsPlanned,
  isChargedWithPlannedNoise,
  roundCost,
} from '#main/bank/review/cost.ts';
import { retrainingView } from '#main/bank/review/retraining.ts';
import { reviewView } from '#main/bank/review/review-view.ts';
import { checksOf } from '#main/bank/review/review-checks.ts';
import { codeOf, type GateFixture, gateFixture, RUN, testCharter } from './gate-fixture.ts';
import { enterTwo } from './two-reviewers.ts';

const THIS_ROUND = { kind: 'this-round' } as const;

function heldNow({ store, round }: GateFixture) {
  const held = store.heldOfRound(round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  return held;
}

function kinds({ ledger }: GateFixture): readonly string[] {
  return ledger.entries({ afterSequence: 0, limit: 1000 }).map(({ kind }) => kind);
}

function partOf({ participations, round }: GateFixture) {
  return participations.get(round.roundId);
}

/** The waiting update, and what asks to train again with `factor` times the charter's noise. */
function again(fixture: GateFixture, factor = 1.5) {
  const { updateId, header } = heldNow(fixture);
  const noiseMultiplier = factor * fixture.round.charter.privacy.noiseMultiplier;
  return { updateId, digest: header.payloadHash, noiseMultiplier, note: 'too close to a row' };
}

async function waiting(options: Parameters<typeof gateFixture>[0] = {}): Promise<GateFixture> {
  const fixture = gateFixture(options);
  await fixture.gate.train(fixture.round);
  return fixture;
}

/** Asked for with this request, it is refused with the code, and neither store nor memory is any other than before. */
async function refused(fixture: GateFixture, request = again(fixture)): Promise<string> {
  const before = [kinds(fixture), partOf(fixture), fixture.audited.length, fixture.trainer.started.length];
  const { updateId } = heldNow(fixture);
  const code = await codeOf(() => fixture.gate.retrain(request));
  expect([kinds(fixture), partOf(fixture), fixture.audited.length, fixture.trainer.started.length]).toEqual(
    before,
  );
  expect(heldNow(fixture).updateId).toBe(updateId);
  expect(fixture.store.decision(updateId)).toBeUndefined();
  return code;
}

describe('discarding an update and training again with more noise', () => {
  it('writes decision, outcome, audit, new charge and state in one commit, before the new noise', async () => {
    const fixture = await waiting();
    const first = heldNow(fixture);
    fixture.log.length = 0;
    fixture.audited.length = 0;
    const chargedBefore = fixture.ledger.chargedEpsilon();
    await fixture.gate.retrain(again(fixture));
    expect(fixture.log).toEqual(['charge', 'commit', 'noise', 'held', 'commit']);
    expect(kinds(fixture)).toEqual(['budget-set', 'charge', 'withheld', 'charge']);
    expect(fixture.ledger.chargedEpsilon()).toBeGreaterThan(chargedBefore);
    expect(fixture.store.decision(first.updateId)).toMatchObject({
      kind: 'withheld',
      note: 'too close to a row',
    });
    expect(fixture.audited.map(([action]) => action)).toEqual(['update.withheld', 'update.discarded']);
    expect(fixture.audited[1]?.[1]).toEqual({
      updateId: first.updateId,
      roundId: fixture.round.roundId,
      noiseMultiplier: 1.5 * 1.1,
      agreedNoiseMultiplier: 1.1,
    });
    const second = heldNow(fixture);
    expect(second.updateId).not.toBe(first.updateId);
    expect(partOf(fixture)).toMatchObject({
      trainings: 2,
      state: { kind: 'reviewing', updateId: second.updateId },
    });
    expect(fixture.trainer.started.map(({ noiseMultiplier }) => noiseMultiplier)).toEqual([
      undefined,
      1.5 * 1.1,
    ]);
    // The hub is not told.
    expect(fixture.log).not.toContain('tell-declined');
  });

  it('charges the larger noise, and shows and checks the new bytes by it', async () => {
    const fixture = await waiting();
    await fixture.gate.retrain(again(fixture, 2));
    const held = heldNow(fixture);
    expect(held.charge).toMatchObject({
      mechanism: { samplingRate: 0.05, noiseMultiplier: 2.2, steps: 16 },
      fromHold: null,
    });
    // The ratio goes by the noise that is really there: else it would be 2.
    expect(held.statistics.noiseRatio).toBeCloseTo(1, 2);
    const signatures = fixture.gate.signatures(held.updateId);
    const checks = checksOf(fixture.ports, { held, round: fixture.round, signatures });
    expect(checks.filter(({ level }) => level === 'block')).toEqual([]);
    expect(checks.find(({ id }) => id === 'cost')?.detail).toBe(
      '16 steps at noise multiplier 2.200, more than the planned 1.100, charged before the training',
    );
  });

  it('releases the new update alone, bound to the larger noise; the discarded one can never leave', async () => {
    const fixture = await waiting();
    const first = heldNow(fixture);
    await fixture.gate.retrain(again(fixture));
    const second = heldNow(fixture);
    const ask = (held: typeof first): void => {
      fixture.gate.ask({
        ...{ updateId: held.updateId, digest: held.header.payloadHash },
        scope: THIS_ROUND,
        note: '',
      });
    };
    expect(
      await codeOf(() => {
        ask(first);
      }),
    ).toBe('nothing-to-review');
    ask(second);
    fixture.clock.advance(5000);
    expect(fixture.sent).toEqual([second.updateId]);
    expect(fixture.store.release(second.updateId)?.approval.cost?.noiseMultiplier).toBe(1.5 * 1.1);
    expect(
      await codeOf(() => {
        ask(first);
      }),
    ).toBe('already-released');
    expect(kinds(fixture)).toEqual(['budget-set', 'charge', 'withheld', 'charge', 'released']);
  });

  it('blocks bytes that carry less noise than the larger one that was charged', async () => {
    const fixture = await waiting();
    fixture.trainer.noiseRatio = 1 / 1.5;
    await fixture.gate.retrain(again(fixture));
    const held = heldNow(fixture);
    const signatures = fixture.gate.signatures(held.updateId);
    const checks = checksOf(fixture.ports, { held, round: fixture.round, signatures });
    expect(checks.filter(({ level }) => level === 'block').map(({ id }) => id)).toEqual(['noise']);
  });

  it('ends as stopped, with both charges, when it is cut off', async () => {
    const fixture = await waiting();
    fixture.trainer.isHeldBack = true;
    void fixture.gate.retrain(again(fixture));
    const reopened = fixture.restart();
    expect(partOf(reopened)?.state.kind).toBe('stopped');
    expect(kinds(reopened)).toEqual(['budget-set', 'charge', 'withheld', 'charge']);
    expect(reopened.ledger.health().kind).toBe('verified');
  });

  it('keeps its noise when it was cut off and a person starts it again', async () => {
    const fixture = await waiting();
    const request = again(fixture);
    fixture.trainer.isHeldBack = true;
    void fixture.gate.retrain(request);
    const reopened = fixture.restart();
    reopened.trainer.isHeldBack = false;
    await reopened.gate.train(reopened.round);
    expect(reopened.trainer.started.at(-1)?.noiseMultiplier).toBe(request.noiseMultiplier);
    const charges = reopened.ledger
      .entries({ afterSequence: 0, limit: 1000 })
      .filter(({ kind }) => kind === 'charge');
    expect(charges.map(({ mechanism }) => mechanism?.noiseMultiplier)).toEqual([
      reopened.round.charter.privacy.noiseMultiplier,
      request.noiseMultiplier,
      request.noiseMultiplier,
    ]);
    expect(partOf(reopened)?.state.kind).toBe('reviewing');
    const held = heldNow(reopened);
    const signatures = reopened.gate.signatures(held.updateId);
    const checks = checksOf(reopened.ports, { held, round: reopened.round, signatures });
    expect(checks.filter(({ level }) => level === 'block')).toEqual([]);
  });

  it('makes the score histogram anew, with a charge of its own', async () => {
    const base = testCharter();
    const histogram = { kind: 'on', everyRounds: 2, noiseStandardDeviation: 20, rowsPerUnit: 1 } as const;
    const charter = testCharter({ evaluation: { ...base.evaluation, histogram } });
    const fixture = gateFixture({ charter });
    fixture.openRound(5, 4);
    await fixture.gate.train(fixture.round);
    const first = heldNow(fixture);
    await fixture.gate.retrain(again(fixture));
    expect(kinds(fixture)).toEqual([
      'budget-set',
      'charge',
      'charge',
      'withheld',
      'withheld',
      'charge',
      'charge',
    ]);
    const { charge } = heldNow(fixture);
    expect(charge?.evaluation?.mechanism).toEqual(first.charge?.evaluation?.mechanism);
    expect(charge?.evaluation?.sequence).not.toBe(first.charge?.evaluation?.sequence);
  });
});

describe('a refusal changes nothing', () => {
  it('when the budget, or a floor, does not allow the charge', async () => {
    const fixture = await waiting({ budget: 0.5 });
    expect(await refused(fixture)).toBe('budget-exhausted');
    fixture.ledger.setBudget({ epsilon: 4, delta: 5e-7, unit: 'transaction', reason: 'more' });
    fixture.policy = { ...fixture.policy, maximumEpsilonPerRun: 0.45 };
    expect(await refused(fixture)).toBe('policy-refused');
  });

  it('when the new charge fails at the last moment: the old update still waits', async () => {
    const fixture = await waiting();
    const { charge } = fixture.ports.ledger;
    const failing = {
      ...fixture.ports.ledger,
      charge: () => {
        throw new RangeError('disk');
      },
    };
    Object.assign(fixture.ports, { ledger: failing });
    await expect(fixture.gate.retrain(again(fixture))).rejects.toThrow('disk');
    Object.assign(fixture.ports, { ledger: { ...failing, charge } });
    expect(kinds(fixture)).toEqual(['budget-set', 'charge']);
    expect(partOf(fixture)?.state).toEqual({ kind: 'reviewing', updateId: heldNow(fixture).updateId });
  });

  it('when the noise is not above the charter, or above what may be asked', async () => {
    const fixture = await waiting();
    for (const factor of [0.5, 1, 4.001, Number.NaN]) {
      expect(await refused(fixture, again(fixture, factor))).toBe('invalid-input');
    }
  });

  it('when the digest is not the one shown, or the update counts down, is sent or late', async () => {
    const fixture = await waiting();
    const digest = heldNow(fixture).header.baseHash;
    expect(await refused(fixture, { ...again(fixture), digest })).toBe('digest-changed');
    const asked = again(fixture);
    fixture.gate.ask({ updateId: asked.updateId, digest: asked.digest, scope: THIS_ROUND, note: '' });
    expect(await codeOf(() => fixture.gate.retrain(asked))).toBe('already-released');
    fixture.clock.advance(5000);
    expect(await codeOf(() => fixture.gate.retrain(asked))).toBe('already-released');
    fixture.openRound(2);
    await fixture.gate.train(fixture.round);
    const next = again(fixture);
    fixture.gate.roundEvent(fixture.round.roundId, { kind: 'deadline-passed' });
    expect(await codeOf(() => fixture.gate.retrain(next))).toBe('deadline-passed');
  });

  it('when the round would close before a training as long as the last one ends', async () => {
    const fixture = await waiting();
    fixture.clock.advance(589_950);
    expect(await refused(fixture)).toBe('deadline-passed');
  });

  it('when the round was trained for often enough', async () => {
    const fixture = await waiting({ budget: 50 });
    fixture.policy = { ...fixture.policy, maximumEpsilonPerRun: 50, maximumEpsilonInTotal: 50 };
    for (let n = 1; n < MOST_TRAININGS; n++) await fixture.gate.retrain(again(fixture));
    expect(partOf(fixture)?.trainings).toBe(MOST_TRAININGS);
    expect(await refused(fixture)).toBe('trainings-exhausted');
  });

  it('when the ledger or the audit does not stand, or another training runs', async () => {
    const fixture = await waiting();
    const request = again(fixture);
    fixture.openRound(2);
    fixture.trainer.isHeldBack = true;
    const training = fixture.gate.train(fixture.round);
    const other = fixture.round;
    fixture.openRound(1);
    expect(await refused(fixture, request)).toBe('busy');
    await fixture.gate.stopTraining(other.roundId);
    await training;
    const requireSound = (): void => {
      throw new FailureError('ledger-broken', 'a test');
    };
    Object.assign(fixture.ports, { requireSound });
    expect(await refused(fixture, request)).toBe('ledger-broken');
  });

  it('for a charter without noise', async () => {
    const base = testCharter();
    const rates = { samplingRate: 0.05, learningRate: 0.03, finalLearningRateShare: 0.05 };
    const recipe = {
      kind: 'one-step' as const,
      rounds: 10,
      ...{ ...rates, beta1: 0.9, beta2: 0.99, adamEpsilon: 1e-8 },
    };
    const charter = testCharter({
      recipe,
      privacy: { ...base.privacy, noiseMultiplier: 0, clippingNorm: null },
    });
    const fixture = gateFixture({ charter });
    fixture.policy = { ...fixture.policy, allowRunsWithoutNoise: true };
    await fixture.gate.train(fixture.round);
    expect(await refused(fixture, { ...again(fixture), noiseMultiplier: 1 })).toBe('invalid-input');
  });
});

describe('beside a scope', () => {
  const limits = {
    minimumNoiseRatio: 0.9,
    maximumNoiseRatio: 2,
    minimumCosine: -1,
    maximumEpsilonPerRound: 1,
  };

  it('is never charged from a hold, and the new update waits for a person', async () => {
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', rounds: 3, limits };
    await fixture.gate.train(fixture.round);
    // The update waits by hand; then a scope of the run begins to run beside it.
    const request = again(fixture);
    fixture.openRound(2, 1);
    fixture.gate.standingChanged();
    await fixture.gate.trainWithinScope(fixture.round);
    const { held } = fixture.ledger.state();
    expect(held).not.toEqual([]);
    fixture.openRound(1);
    await fixture.gate.retrain(request);
    expect(heldNow(fixture).charge?.fromHold).toBeNull();
    expect(fixture.ledger.state().held).toEqual(held);
    expect(partOf(fixture)?.state.kind).toBe('reviewing');
    expect(fixture.scopes.running(RUN)?.state.kind).toBe('running');
  });

  it('is not taken up again unattended, nor released without a click, when it was cut off', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    const request = again(fixture);
    fixture.trainer.isHeldBack = true;
    void fixture.gate.retrain(request);
    const reopened = fixture.restart();
    reopened.trainer.isHeldBack = false;
    reopened.standing = { kind: 'on', rounds: 5, limits };
    reopened.gate.standingChanged();
    await reopened.gate.trainWithinScope(reopened.round);
    expect(partOf(reopened)).toMatchObject({ trainings: 2, state: { kind: 'stopped' } });
    reopened.openRound(2, 1);
    await reopened.gate.trainWithinScope(reopened.round);
    expect(reopened.sent).toHaveLength(1);
    reopened.openRound(1);
    await reopened.gate.train(reopened.round);
    expect(partOf(reopened)?.state.kind).toBe('reviewing');
    expect(reopened.sent).toHaveLength(1);
  });

  it('a scope opened from it lets the following rounds go by the plan', async () => {
    const fixture = await waiting();
    await fixture.gate.retrain(again(fixture, 2));
    const { updateId, header } = heldNow(fixture);
    const scope = { kind: 'rounds', following: 2, limits } as const;
    fixture.gate.ask({ updateId, digest: header.payloadHash, scope, note: '' });
    fixture.clock.advance(5000);
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(heldNow(fixture).charge?.mechanism.noiseMultiplier).toBe(1.1);
    expect(fixture.sent).toHaveLength(2);
  });
});

describe('where two decide', () => {
  it('takes no signature, and what was signed about the discarded update is void', async () => {
    const fixture = await waiting();
    const { ada } = await enterTwo(fixture);
    const { updateId, header } = heldNow(fixture);
    fixture.gate.sign({ updateId, digest: header.payloadHash, scope: THIS_ROUND, note: '' }, ada);
    expect(fixture.signatures.of(updateId)).toHaveLength(1);
    await fixture.gate.retrain(again(fixture));
    expect(fixture.signatures.of(updateId)).toEqual([]);
    expect(fixture.audited.map(([action]) => action).slice(-3)).toEqual([
      'review.signatures-dropped',
      'update.withheld',
      'update.discarded',
    ]);
    expect(fixture.gate.signatures(heldNow(fixture).updateId)).toMatchObject({ needed: 2, given: [] });
  });
});

describe('what it would cost', () => {
  it('is told before, with what forbids it, and changes nothing', async () => {
    const fixture = await waiting();
    const { updateId, noiseMultiplier } = again(fixture);
    const view = retrainingView(fixture.ports, { updateId, noiseMultiplier });
    expect(view).toMatchObject({
      agreedNoiseMultiplier: 1.1,
      trainings: 1,
      mostTrainings: MOST_TRAININGS,
      refusal: null,
    });
    await fixture.gate.retrain(again(fixture));
    const { charge } = heldNow(fixture);
    expect(view.cost).toEqual({
      epsilonBefore: charge?.epsilonBefore,
      epsilonAfter: charge?.epsilonAfter,
      budget: 4,
    });
    const small = retrainingView(fixture.ports, { ...again(fixture), noiseMultiplier: 1.1 });
    expect(small).toMatchObject({ cost: null, refusal: { code: 'invalid-input' } });
  });

  it('says so where budget, deadline or floors forbid it', async () => {
    const fixture = await waiting({ budget: 0.5 });
    expect(retrainingView(fixture.ports, again(fixture)).refusal?.code).toBe('budget-exhausted');
    fixture.clock.advance(590_000);
    expect(retrainingView(fixture.ports, again(fixture)).refusal?.code).toBe('deadline-passed');
  });
});

describe('the noise that fits', () => {
  const atFour = 4 * 1.1;

  it('is four times the charter where grid and clamp leave the room', () => {
    expect(largestNoise(testCharter(), 16_384)).toEqual({ because: 'factor', noiseMultiplier: atFour });
  });

  it('is less where the noisy sums would leave the clamp, and none where they never fit', () => {
    const base = testCharter();
    const norm = base.privacy.clippingNorm ?? 0;
    const without = 2 * 0.05 * 16_384 * norm;
    const clamped = (clamp: number) =>
      testCharter({ grids: { ...base.grids, sum: { ...base.grids.sum, clamp } } });
    const tight = largestNoise(clamped(without + 16 * 2 * norm), 16_384);
    expect(tight?.because).toBe('clamp');
    expect(tight?.noiseMultiplier).toBeCloseTo(2, 2);
    expect(tight?.noiseMultiplier).toBeLessThanOrEqual(2);
    expect(largestNoise(clamped(without), 16_384)?.noiseMultiplier).toBeLessThanOrEqual(0);
  });

  it('keeps exact noise within its widest deviation, and refuses before anything is discarded', async () => {
    const base = testCharter();
    const { clippingNorm } = base.privacy;
    const exponent = Math.ceil(Math.log2(1.1 * (clippingNorm ?? 0))) - 12;
    const charter = testCharter({
      privacy: { ...base.privacy, sampler: 'discrete-gaussian' },
      grids: { ...base.grids, sum: { ...base.grids.sum, exponent } },
    });
    const largest = largestNoise(charter, 16_384);
    expect(largest?.because).toBe('sampler');
    const { noiseMultiplier = 0 } = largest ?? {};
    expect(Math.ceil((noiseMultiplier * (clippingNorm ?? 0)) / 2 ** exponent)).toBeLessThanOrEqual(4096);
    const fixture = await waiting({ charter });
    expect(await refused(fixture, { ...again(fixture), noiseMultiplier: noiseMultiplier + 0.001 })).toBe(
      'invalid-input',
    );
    await fixture.gate.retrain({ ...again(fixture), noiseMultiplier });
    const { charge } = heldNow(fixture);
    // What is shown is the noise that was drawn, not the smaller one that is accounted for.
    expect(chargedTerms(charter, charge).privacy.noiseMultiplier).toBeCloseTo(noiseMultiplier, 9);
    expect(charge?.mechanism.noiseMultiplier).toBeLessThan(noiseMultiplier);
  });
});

describe('a charge with more noise than planned', () => {
  it('is as planned for a person, never for a scope; less noise or other steps are for nobody', async () => {
    const fixture = await waiting();
    const planned = roundCost(fixture.round.charter, 0);
    const { charge } = heldNow(fixture);
    if (charge === null) throw new Error('nothing was charged');
    const change = (mechanism: Partial<typeof charge.mechanism>) => ({
      ...charge,
      mechanism: { ...charge.mechanism, ...mechanism },
    });
    expect(isChargedWithPlannedNoise(charge, planned)).toBe(true);
    expect(isChargedWithPlannedNoise(change({ noiseMultiplier: 1.2 }), planned)).toBe(true);
    expect(isChargedAsPlanned(change({ noiseMultiplier: 1.2 }), planned)).toBe(false);
    for (const wrong of [
      { noiseMultiplier: 1.0999 },
      { noiseMultiplier: Number.NaN },
      { noiseMultiplier: 1.2, steps: 15 },
      { noiseMultiplier: 1.2, samplingRate: 0.01 },
    ])
      expect(isChargedWithPlannedNoise(change(wrong), planned)).toBe(false);
    expect(isChargedWithPlannedNoise(null, planned)).toBe(false);
    expect(isChargedWithPlannedNoise(charge, null)).toBe(false);
  });
});

describe('the review meanwhile', () => {
  it('has nothing to show until the new update is held; asked for by name, the old one is discarded', async () => {
    const fixture = await waiting();
    const first = heldNow(fixture);
    fixture.trainer.isHeldBack = true;
    const training = fixture.gate.retrain(again(fixture, 2));
    expect(view(fixture)).toBeNull();
    expect(view(fixture, first)?.state).toEqual({ kind: 'discarded' });
    fixture.trainer.release();
    await training;
    expect(view(fixture)).toMatchObject({
      updateId: heldNow(fixture).updateId,
      state: { kind: 'waiting' },
      terms: { noiseMultiplier: 2.2, agreedNoiseMultiplier: 1.1 },
    });
    expect(view(fixture, first)).toMatchObject({ state: { kind: 'discarded' }, note: 'too close to a row' });
    fixture.gate.withhold(heldNow(fixture).updateId, '');
    expect(view(fixture)?.state).toEqual({ kind: 'withheld' });
    expect(view(fixture, first)?.state).toEqual({ kind: 'discarded' });
  });
});

function view(fixture: GateFixture, held?: ReturnType<typeof heldNow>) {
  const run = fixture.rounds.run(RUN);
  if (run === undefined) throw new Error('no run');
  return reviewView(
    {
      ports: fixture.ports,
      gate: fixture.gate,
      runOf: () => run,
      destination: () => ({ consortium: 'c', address: 'a', operatorFingerprint: 'f' }),
      signer: () => ({ bank: 'b', analyst: 'a', keyFingerprint: 'k' }),
    },
    held?.updateId,
  );
}
