import { describe, expect, it } from 'vitest';
import { Digest } from '#shared/ids.ts';
import { openEvidence } from '#main/bank/store/evidence.ts';
import { digestOf } from '#main/wire/identity.ts';
import { codeOf, type GateFixture, gateFixture, RUN, testCharter } from './gate-fixture.ts';

const THIS_ROUND = { kind: 'this-round' } as const;
const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };

function heldNow({ store, round }: GateFixture) {
  const held = store.heldOfRound(round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  return held;
}

async function trainAndAsk(
  fixture: GateFixture,
  scope: Parameters<GateFixture['gate']['ask']>[0]['scope'] = THIS_ROUND,
) {
  await fixture.gate.train(fixture.round);
  const held = heldNow(fixture);
  fixture.gate.ask({ updateId: held.updateId, digest: held.header.payloadHash, scope, note: '' });
  return held;
}

function outcomes({ ledger }: GateFixture): readonly string[] {
  return ledger.entries({ afterSequence: 0, limit: 1000 }).map((entry) => entry.kind);
}

function stateOf({ participations, round }: GateFixture): string | undefined {
  return participations.get(round.roundId)?.state.kind;
}

describe('the order of the gate', () => {
  it('charges in its own commit before noise is drawn, and sends only after the commit of the release', async () => {
    const fixture = gateFixture();
    await trainAndAsk(fixture);
    fixture.clock.advance(5000);
    expect(fixture.log).toEqual(['charge', 'commit', 'noise', 'held', 'commit', 'release', 'commit', 'send']);
    expect(outcomes(fixture)).toEqual(['budget-set', 'charge', 'released']);
    expect(stateOf(fixture)).toBe('sending');
  });

  it('draws no noise when the charge does not fit the budget', async () => {
    const fixture = gateFixture({ budget: 0.01 });
    expect(await codeOf(() => fixture.gate.train(fixture.round))).toBe('budget-exhausted');
    expect(fixture.log).not.toContain('noise');
    expect(stateOf(fixture)).toBe('joined');
  });

  it('never gives a charge back: withheld, late, stopped and crashed trainings stay charged', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    fixture.gate.withhold(heldNow(fixture).updateId, 'not today');
    const afterWithheld = fixture.ledger.chargedEpsilon();
    fixture.openRound(2);
    await fixture.gate.train(fixture.round);
    fixture.gate.roundEvent(fixture.round.roundId, { kind: 'deadline-passed' });
    const afterLate = fixture.ledger.chargedEpsilon();
    fixture.openRound(3);
    fixture.trainer.isHeldBack = true;
    const training = fixture.gate.train(fixture.round);
    await fixture.gate.stopTraining(fixture.round.roundId);
    await training;
    expect(afterLate).toBeGreaterThan(afterWithheld);
    expect(fixture.ledger.chargedEpsilon()).toBeGreaterThan(afterLate);
    expect(outcomes(fixture)).toEqual([
      'budget-set',
      'charge',
      'withheld',
      'charge',
      'late',
      'charge',
      'not-sent',
    ]);
    expect(stateOf(fixture)).toBe('stopped');
    expect(fixture.sent).toEqual([]);
  });

  it('charges a second time when a stopped training is started again', async () => {
    const fixture = gateFixture();
    fixture.trainer.isHeldBack = true;
    const training = fixture.gate.train(fixture.round);
    await fixture.gate.stopTraining(fixture.round.roundId);
    await training;
    fixture.trainer.isHeldBack = false;
    await fixture.gate.train(fixture.round);
    expect(fixture.log.filter((entry) => entry === 'charge')).toHaveLength(2);
    expect(stateOf(fixture)).toBe('reviewing');
  });
});

describe('the approval', () => {
  it('is bound to bank, round, base, charter, bytes and cost', async () => {
    const fixture = gateFixture();
    const held = await trainAndAsk(fixture);
    fixture.clock.advance(5000);
    const release = fixture.store.release(held.updateId);
    expect(release?.approval).toEqual({
      bankId: held.header.bankId,
      roundId: fixture.round.roundId,
      updateId: held.updateId,
      baseHash: fixture.round.baseHash,
      charterHash: fixture.round.charterHash,
      payloadHash: digestOf(held.payload),
      byteLength: held.payload.length,
      chargeSequence: held.charge?.sequence,
      cost: { samplingRate: 0.05, noiseMultiplier: 1.1, steps: 16 },
      evaluationChargeSequence: null,
      evaluationCost: null,
      signers: [],
    });
  });

  it('refuses another digest than the stored one', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    const { updateId } = heldNow(fixture);
    const digest = Digest.parse('0'.repeat(64));
    expect(
      await codeOf(() => {
        fixture.gate.ask({ updateId, digest, scope: THIS_ROUND, note: '' });
      }),
    ).toBe('digest-changed');
    expect(stateOf(fixture)).toBe('reviewing');
  });

  it('refuses bytes that changed while Undo counted down', async () => {
    const fixture = gateFixture();
    const held = await trainAndAsk(fixture);
    fixture.database.exec('DROP TRIGGER held_update_no_update');
    const other = Uint8Array.from(held.payload).fill(1, 0, 1);
    fixture.database
      .prepare('UPDATE held_update SET payload = ? WHERE update_id = ?')
      .run(other, held.updateId);
    fixture.clock.advance(5000);
    expect(fixture.sent).toEqual([]);
    expect(stateOf(fixture)).toBe('reviewing');
    expect(fixture.gate.lastFailure(held.updateId)?.code).toBe('digest-changed');
  });

  it('is given once: a second release of the round is refused, before and after the commit', async () => {
    const fixture = gateFixture();
    const held = await trainAndAsk(fixture);
    const again = { updateId: held.updateId, digest: held.header.payloadHash, scope: THIS_ROUND, note: '' };
    expect(
      await codeOf(() => {
        fixture.gate.ask(again);
      }),
    ).toBe('already-released');
    fixture.clock.advance(5000);
    expect(
      await codeOf(() => {
        fixture.gate.ask(again);
      }),
    ).toBe('already-released');
    expect(fixture.sent).toEqual([held.updateId]);
  });

  it('is forbidden by a blocking check: noise that is missing', async () => {
    const fixture = gateFixture();
    fixture.trainer.noiseRatio = 0.1;
    expect(await codeOf(() => trainAndAsk(fixture))).toBe('policy-refused');
    fixture.clock.advance(10_000);
    expect(fixture.sent).toEqual([]);
  });
});

describe('undo, deadline and crash', () => {
  it('Undo within five seconds leaves nothing released', async () => {
    const fixture = gateFixture();
    const held = await trainAndAsk(fixture);
    fixture.clock.advance(4999);
    expect(fixture.gate.sendsInMs(held.updateId)).toBe(1);
    fixture.gate.undo(held.updateId);
    fixture.clock.advance(60_000);
    expect(fixture.sent).toEqual([]);
    expect(stateOf(fixture)).toBe('reviewing');
    expect(outcomes(fixture)).toEqual(['budget-set', 'charge']);
  });

  it('a crash in the countdown means not released', async () => {
    const fixture = gateFixture();
    await trainAndAsk(fixture);
    fixture.clock.advance(4000);
    const reopened = fixture.restart();
    reopened.clock.advance(500);
    expect(stateOf(reopened)).toBe('reviewing');
    expect(reopened.store.isRoundReleased(reopened.round.roundId)).toBe(false);
  });

  it('a crash after the commit leaves the same bytes to be sent', async () => {
    const fixture = gateFixture();
    const held = await trainAndAsk(fixture);
    fixture.clock.advance(5000);
    const reopened = fixture.restart();
    expect(reopened.store.waiting()).toEqual([held.updateId]);
    expect(reopened.store.held(held.updateId)?.payload).toEqual(Buffer.from(held.payload));
    expect(stateOf(reopened)).toBe('sending');
  });

  it('a crash in training shows as stopped, with the charge in the ledger', async () => {
    const fixture = gateFixture();
    fixture.trainer.isHeldBack = true;
    void fixture.gate.train(fixture.round);
    const reopened = fixture.restart();
    expect(stateOf(reopened)).toBe('stopped');
    expect(outcomes(reopened)).toEqual(['budget-set', 'charge']);
    expect(reopened.ledger.health().kind).toBe('verified');
  });

  it('the button closes five seconds before the round does', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    fixture.clock.advance(595_000);
    const { updateId, header } = heldNow(fixture);
    const ask = { updateId, digest: header.payloadHash, scope: THIS_ROUND, note: '' };
    expect(
      await codeOf(() => {
        fixture.gate.ask(ask);
      }),
    ).toBe('deadline-passed');
  });

  it('a long undo is shortened near the deadline, so that what was released in time leaves in time', async () => {
    const sendsAfter = async (undoSeconds: number, secondsLeft: number): Promise<number | null> => {
      const fixture = gateFixture();
      fixture.policy = { ...fixture.policy, undoSeconds };
      fixture.openRound(1, 0, secondsLeft);
      await fixture.gate.train(fixture.round);
      const { updateId, header } = heldNow(fixture);
      const scope = { kind: 'this-round' } as const;
      fixture.gate.ask({ updateId, digest: header.payloadHash, scope, note: '' });
      const sendsInMs = fixture.gate.sendsInMs(updateId);
      fixture.clock.advance(sendsInMs ?? 0);
      expect(fixture.sent).toEqual([updateId]);
      return sendsInMs;
    };
    expect(await sendsAfter(60, 20)).toBe(15_000);
    expect(await sendsAfter(60, 7)).toBe(5000);
    expect(await sendsAfter(3, 7)).toBe(3000);
    expect(await sendsAfter(60, 600)).toBe(60_000);
  });

  it('a deadline in the countdown cancels the release and is recorded as late', async () => {
    const fixture = gateFixture();
    const held = await trainAndAsk(fixture);
    fixture.gate.roundEvent(fixture.round.roundId, { kind: 'deadline-passed' });
    fixture.clock.advance(60_000);
    expect(fixture.sent).toEqual([]);
    expect(stateOf(fixture)).toBe('missed');
    expect(fixture.store.decision(held.updateId)?.kind).toBe('late');
    expect(outcomes(fixture)).toEqual(['budget-set', 'charge', 'late']);
  });
});

describe('the local policy', () => {
  it('counts a run from its first joining: who leaves and joins again starts no new count', () => {
    const { rounds } = gateFixture();
    rounds.noteJoined(RUN, { tier: 16_384, epsilonAtJoin: 0.5 });
    rounds.noteLeft(RUN);
    rounds.noteJoined(RUN, { tier: 16_384, epsilonAtJoin: 3.5 });
    expect(rounds.run(RUN)).toMatchObject({ membership: 'joined', epsilonAtJoin: 0.5 });
  });

  it('beats the charter before anything is charged', async () => {
    const fixture = gateFixture();
    fixture.policy = { ...fixture.policy, minimumNoiseMultiplier: 1.2 };
    expect(await codeOf(() => fixture.gate.train(fixture.round))).toBe('policy-refused');
    fixture.policy = { ...fixture.policy, minimumNoiseMultiplier: 1, maximumEpsilonPerRound: 0.3 };
    expect(await codeOf(() => fixture.gate.train(fixture.round))).toBe('policy-refused');
    fixture.policy = { ...fixture.policy, maximumEpsilonPerRound: 1, minimumCohort: 4 };
    expect(await codeOf(() => fixture.gate.train(fixture.round))).toBe('policy-refused');
    expect(fixture.log).toEqual([]);
  });

  it('refuses a run without noise unless it is allowed; then nothing is charged and ε says nothing', async () => {
    const base = testCharter();
    const charter = testCharter({
      recipe: {
        kind: 'one-step',
        rounds: 10,
        samplingRate: 0.05,
        learningRate: 0.03,
        finalLearningRateShare: 0.05,
        beta1: 0.9,
        beta2: 0.99,
        adamEpsilon: 1e-8,
      },
      privacy: { ...base.privacy, noiseMultiplier: 0, clippingNorm: null },
    });
    const fixture = gateFixture({ charter });
    expect(await codeOf(() => fixture.gate.train(fixture.round))).toBe('policy-refused');
    fixture.policy = { ...fixture.policy, allowRunsWithoutNoise: true };
    await trainAndAsk(fixture);
    fixture.clock.advance(5000);
    expect(fixture.sent).toHaveLength(1);
    expect(outcomes(fixture)).toEqual(['budget-set']);
    expect(heldNow(fixture).statistics.noiseRatio).toBeNull();
    expect(openEvidence(fixture.database).releasedWithoutNoise()).toBe(1);
  });
});

describe('a scope of several rounds', () => {
  const scope = { kind: 'rounds', following: 3, limits: LIMITS } as const;

  async function withScope(): Promise<GateFixture> {
    const fixture = gateFixture();
    await trainAndAsk(fixture, scope);
    fixture.clock.advance(5000);
    return fixture;
  }

  it('holds all its rounds at once and takes its charges from the hold', async () => {
    const fixture = await withScope();
    const heldBefore = fixture.ledger.state().heldEpsilon;
    expect(heldBefore).toBeGreaterThan(0.1);
    for (const number of [2, 3, 4]) {
      fixture.openRound(number, number - 1);
      await fixture.gate.trainWithinScope(fixture.round);
    }
    expect(fixture.sent).toHaveLength(4);
    expect(fixture.ledger.state().heldEpsilon).toBe(0);
    expect(fixture.scopes.newest(RUN)?.state).toEqual({ kind: 'ended' });
    fixture.openRound(5, 4);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(4);
  });

  it('writes held bytes, approval and outbox in one commit, after the commit of the charge', async () => {
    const fixture = await withScope();
    fixture.log.length = 0;
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.log).toEqual(['charge', 'commit', 'noise', 'held', 'release', 'commit', 'send']);
  });

  it.each([
    ['noise ratio', 2.5, 2],
    ['noise ratio', 0.5, 0.9],
  ])('stops at the first %s outside (%d), names it and returns the hold', async (figure, ratio, limit) => {
    const fixture = await withScope();
    fixture.openRound(2, 1);
    fixture.trainer.noiseRatio = ratio;
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
    expect(stateOf(fixture)).toBe('reviewing');
    const state = fixture.scopes.newest(RUN)?.state;
    expect(state).toMatchObject({ kind: 'stopped-by-limit', index: 1, figure, limit });
    expect(fixture.ledger.state().heldEpsilon).toBe(0);
    // and it stays stopped
    fixture.trainer.noiseRatio = 1;
    fixture.openRound(3, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
  });

  it('never looks at raw figures: an odd clipped share stops nothing', async () => {
    const fixture = await withScope();
    fixture.trainer.clippedShare = 1;
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(2);
  });

  it('stops at a model with an alarm', async () => {
    const fixture = await withScope();
    const round = fixture.openRound(2, 1);
    fixture.round = { ...round, model: { ...round.model, alarms: ['copies'] } };
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.scopes.newest(RUN)?.state).toMatchObject({ figure: 'incoming model' });
  });

  it('is stopped by a person, also while it trains', async () => {
    const fixture = await withScope();
    fixture.openRound(2, 1);
    fixture.trainer.isHeldBack = true;
    const training = fixture.gate.trainWithinScope(fixture.round);
    fixture.gate.stopScope(RUN);
    fixture.trainer.release();
    await training;
    expect(stateOf(fixture)).toBe('reviewing');
    expect(fixture.sent).toHaveLength(1);
    expect(fixture.ledger.state().heldEpsilon).toBe(0);
  });

  it('charges a repeated round outside the hold', async () => {
    const fixture = await withScope();
    fixture.openRound(2, 1);
    fixture.trainer.isHeldBack = true;
    void fixture.gate.trainWithinScope(fixture.round);
    const reopened = fixture.restart();
    const held = reopened.ledger.state().heldEpsilon;
    reopened.trainer.isHeldBack = false;
    await reopened.gate.trainWithinScope(reopened.round);
    expect(reopened.sent).toHaveLength(2);
    expect(heldNow(reopened).charge?.fromHold).toBeNull();
    expect(reopened.ledger.state().held).toEqual(
      expect.arrayContaining([expect.objectContaining({ samplingRate: 0.05 })]),
    );
    expect(held).toBeGreaterThan(0);
  });

  it('spends unattended no more than it set aside, however often a hub begins a round again', async () => {
    const fixture = await withScope();
    const aside = fixture.ledger.reservedEpsilon();
    fixture.trainer.isHeldBack = true;
    for (let number = 2; number < 12; number++) {
      fixture.openRound(number, 1);
      const training = fixture.gate.trainWithinScope(fixture.round);
      fixture.gate.roundEvent(fixture.round.roundId, { kind: 'round-abandoned' });
      await training;
    }
    expect(fixture.ledger.chargedEpsilon()).toBeLessThanOrEqual(aside);
    expect(fixture.trainer.started.length).toBeGreaterThan(2);
    expect(fixture.scopes.newest(RUN)?.state).toMatchObject({
      kind: 'stopped-by-limit',
      figure: 'steps set aside',
    });
    expect(fixture.ledger.state().heldEpsilon).toBe(0);
    // A person who looks at the round may train it all the same.
    fixture.trainer.isHeldBack = false;
    await fixture.gate.train(fixture.openRound(12, 1));
    expect(stateOf(fixture)).toBe('reviewing');
  });

  it('ends with the last round that it covers, whether all of them took place or not', async () => {
    const fixture = await withScope();
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    fixture.openRound(5, 4);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(2);
    expect(fixture.scopes.newest(RUN)?.state).toEqual({ kind: 'ended' });
    expect(fixture.ledger.state().heldEpsilon).toBe(0);
  });

  it('is refused when the budget can not hold it', async () => {
    const fixture = gateFixture({ budget: 0.5 });
    expect(await codeOf(() => trainAndAsk(fixture, { ...scope, following: 9 }))).toBe('budget-exhausted');
    expect(stateOf(fixture)).toBe('reviewing');
  });
});

describe('the standing policy', () => {
  it('releases without a click from the first round on; off, a round waits', async () => {
    const fixture = gateFixture();
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.log).toEqual([]);
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
    expect(fixture.store.release(heldNow(fixture).updateId)?.source).toBe('scope');
  });

  it('compares no cosine before a gradient was published, and does afterwards', async () => {
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: { ...LIMITS, minimumCosine: 0.99 }, rounds: 10 };
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
    expect(fixture.scopes.newest(RUN)?.state).toMatchObject({
      figure: 'cosine with the last published gradient',
      limit: 0.99,
    });
  });

  it('once stopped by a figure, waits until a person sets it anew, whatever was released by hand meanwhile', async () => {
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    fixture.trainer.noiseRatio = 3;
    await fixture.gate.trainWithinScope(fixture.round);
    fixture.trainer.noiseRatio = 1;
    const held = heldNow(fixture);
    const scope = { kind: 'rounds', following: 1, limits: LIMITS } as const;
    fixture.gate.ask({ updateId: held.updateId, digest: held.header.payloadHash, scope, note: '' });
    fixture.clock.advance(5000);
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(2);
    fixture.openRound(3, 2);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(2);
    fixture.gate.standingChanged();
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(3);
  });

  it('set anew before its scope stops, waits all the same', async () => {
    for (const stop of ['by a person', 'by a figure'] as const) {
      const fixture = gateFixture();
      fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
      await fixture.gate.trainWithinScope(fixture.round);
      fixture.openRound(2, 1);
      fixture.trainer.noiseRatio = stop === 'by a figure' ? 3 : 1;
      fixture.trainer.isHeldBack = true;
      const training = fixture.gate.trainWithinScope(fixture.round);
      fixture.gate.standingChanged();
      if (stop === 'by a person') fixture.gate.stopScope(RUN);
      fixture.trainer.isHeldBack = false;
      fixture.trainer.release();
      await training;
      fixture.trainer.noiseRatio = 1;
      fixture.openRound(3, 2);
      await fixture.gate.trainWithinScope(fixture.round);
      expect(fixture.sent).toHaveLength(1);
    }
  });

  it('repeats an interrupted round only so often', async () => {
    let fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    fixture.trainer.isHeldBack = true;
    for (let crash = 0; crash < 5; crash++) {
      void fixture.gate.trainWithinScope(fixture.round);
      fixture = fixture.restart();
    }
    expect(fixture.trainer.started).toHaveLength(3);
  });
});
