/**
 * Automatic releases look at held bytes and public values alone (privacy.md 2g.12): whether a bank sends is seen by the
 * hub, so no figure that was computed from rows may move it.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Quality } from '#shared/round/round-view.ts';
import { type LimitInput, outsideLimits } from '#main/bank/review/limits.ts';
import { RAW_FIGURES_EVERY, showsRawFigures } from '#main/bank/review/raw-figures.ts';
import type { HeldStatistics } from '#main/bank/review/store.ts';
import type { TrainingOutcome, TrainingStatistics } from '#main/bank/training/trainer.ts';
import { digestOf } from '#main/wire/identity.ts';
import { codeOf, type GateFixture, gateFixture, RUN } from './gate-fixture.ts';

const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };
const SCOPE = { kind: 'rounds', following: 4, limits: LIMITS } as const;

/** Everything that training tells about rows. */
interface RawFigures {
  readonly statistics: TrainingStatistics;
  readonly localEffect: TrainingOutcome['localEffect'];
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const count = fc.integer({ min: 0, max: 1_000_000 });
const quality: fc.Arbitrary<Quality> = fc.record({
  prAuc: fc.option(share),
  rocAuc: fc.option(share),
  cardPrecisionAt100: fc.option(share),
  recallAtCapacity: fc.option(share),
});
const raw: fc.Arbitrary<RawFigures> = fc.record({
  statistics: fc.record({
    sampledUnits: count,
    clippedShare: fc.option(share),
    nonFiniteRows: count,
    seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
    rowsPerSecond: fc.double({ min: 0, max: 1e9, noNaN: true }),
    engine: fc.constantFrom('kernel', 'tfjs-wasm'),
  }),
  localEffect: fc.option(fc.record({ before: quality, after: quality })),
});

/** The same noised bytes whatever the rows were like. */
function tellingOf(fixture: GateFixture, figures: RawFigures): void {
  const { trainer } = fixture;
  const start = trainer.start.bind(trainer);
  trainer.start = (request, onProgress) => {
    const job = start(request, onProgress);
    return { ...job, result: job.result.then((outcome) => ({ ...outcome, ...figures })) };
  };
}

/** All that the hub can see of the bank, and all that the scope decided. */
function seen({ sent, store, scopes, participations, round, log }: GateFixture) {
  return {
    sent: sent.map((updateId) => store.release(updateId)),
    payloads: sent.map((updateId) => digestOf(store.held(updateId)?.payload ?? new Uint8Array())),
    scope: scopes.newest(RUN),
    rounds: scopes.rounds(scopes.newest(RUN)?.number ?? 0),
    part: participations.get(round.roundId)?.state,
    log: [...log],
  };
}

/** One reviewed round, then rounds under its scope with these noise ratios. */
async function runOf(figures: RawFigures, noiseRatios: readonly number[]): Promise<ReturnType<typeof seen>> {
  const fixture = gateFixture();
  await fixture.gate.train(fixture.round);
  const held = fixture.store.heldOfRound(fixture.round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  const { updateId, header } = held;
  fixture.gate.ask({ updateId, digest: header.payloadHash, scope: SCOPE, note: '' });
  fixture.clock.advance(5000);
  tellingOf(fixture, figures);
  for (const [k, noiseRatio] of noiseRatios.entries()) {
    fixture.trainer.noiseRatio = noiseRatio;
    fixture.openRound(k + 2, k + 1);
    await fixture.gate.trainWithinScope(fixture.round);
  }
  return seen(fixture);
}

describe('raw figures', () => {
  it('move nothing: with the same bytes, exactly the same is sent and stopped, whatever the rows were like', async () => {
    const ratio = fc.oneof({ weight: 4, arbitrary: fc.constant(1.1) }, fc.constantFrom(0.5, 2.5));
    const outcomes = { sent: 0, stopped: 0 };
    await fc.assert(
      fc.asyncProperty(
        raw,
        raw,
        fc.array(ratio, { minLength: 2, maxLength: 3 }),
        async (one, other, ratios) => {
          const first = await runOf(one, ratios);
          const second = await runOf(other, ratios);
          expect(second).toEqual(first);
          outcomes.sent += first.sent.length - 1;
          if (first.scope?.state.kind === 'stopped-by-limit') outcomes.stopped++;
        },
      ),
      { numRuns: 20, seed: 20261124, endOnFailure: true },
    );
    expect(outcomes.sent).toBeGreaterThan(10);
    expect(outcomes.stopped).toBeGreaterThan(3);
  });

  it('can not even be written into a limit', () => {
    type Raw = keyof TrainingStatistics | 'localEffect' | 'dataVersion';
    expectTypeOf<Raw & keyof HeldStatistics>().toEqualTypeOf<Raw>();
    expectTypeOf<Raw & keyof LimitInput>().toEqualTypeOf<never>();
    expectTypeOf<keyof LimitInput>().toEqualTypeOf<
      | 'refusedByPolicy'
      | 'isWellFormed'
      | 'isModelHealthy'
      | 'isChargedAsPlanned'
      | 'noiseRatio'
      | 'cosine'
      | 'epsilon'
    >();
  });

  it.each(['automatic', 'limits', 'release-policy', 'figures'])(
    'are named nowhere in %s.ts, nor are leak tests or training imported there',
    (name) => {
      const url = new URL(`../../../../main/bank/review/${name}.ts`, import.meta.url);
      const code = readFileSync(url, 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
      expect(code).not.toMatch(/clippedShare|localEffect|nonFiniteRows|sampledUnits|dataVersion|leak/i);
      expect(code).not.toMatch(/from '\.\.\/(?:training|leaks|data|features)\//);
      expect(code).toMatch(/import/);
    },
  );

  it('are computed by hand always, under a scope on its first round and every fifth', async () => {
    expect(RAW_FIGURES_EVERY).toBe(5);
    const scope = { firstIndex: 3 };
    expect([3, 4, 5, 6, 7, 8, 13].map((index) => showsRawFigures(scope, index))).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    for (let index = 0; index < 7; index++) {
      if (index > 0) fixture.openRound(index + 1, index);
      await fixture.gate.trainWithinScope(fixture.round);
    }
    const shown = fixture.trainer.started.map(({ withLocalEffect }) => withLocalEffect);
    expect(shown).toEqual([true, false, false, false, false, true, false]);
    expect(fixture.sent).toHaveLength(7);
  });
});

describe('a stop', () => {
  const inside: LimitInput = {
    refusedByPolicy: null,
    isWellFormed: true,
    isModelHealthy: true,
    isChargedAsPlanned: true,
    noiseRatio: 1,
    cosine: 0,
    epsilon: 0.5,
  };

  it.each([
    [{ isWellFormed: false }, 'held bytes', null, null],
    [{ isModelHealthy: false }, 'incoming model', null, null],
    [{ isChargedAsPlanned: false }, 'cost as planned', null, null],
    [{ epsilon: 1.01 }, 'epsilon of this round', 1.01, 1],
    [{ noiseRatio: 0.89 }, 'noise ratio', 0.89, 0.9],
    [{ noiseRatio: 2.01 }, 'noise ratio', 2.01, 2],
    [{ noiseRatio: NaN }, 'noise ratio', null, 0.9],
    [{ cosine: -1.01 }, 'cosine with the last published gradient', -1.01, -1],
  ])('at %j names figure, value and limit', (change, figure, value, limit) => {
    expect(outsideLimits(inside, LIMITS)).toBeNull();
    expect(outsideLimits({ ...inside, ...change }, LIMITS)).toEqual({ figure, value, limit });
  });

  it('by a floor that rose names it, with its round', async () => {
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    await fixture.gate.trainWithinScope(fixture.round);
    fixture.openRound(2, 1);
    fixture.trainer.isHeldBack = true;
    const training = fixture.gate.trainWithinScope(fixture.round);
    fixture.policy = { ...fixture.policy, maximumWeightShare: 0.3 };
    fixture.trainer.release();
    await training;
    expect(fixture.sent).toHaveLength(1);
    expect(fixture.scopes.newest(RUN)?.state).toEqual({
      kind: 'stopped-by-limit',
      index: 1,
      figure: 'local policy: weight share',
      value: 1 / 3,
      limit: 0.3,
    });
  });
});

describe('a floor that rose before the charge', () => {
  it('stops the scope with its figure and returns the hold; nothing is charged', async () => {
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    await fixture.gate.trainWithinScope(fixture.round);
    const charged = fixture.ledger.chargedEpsilon();
    fixture.openRound(2, 1);
    fixture.policy = { ...fixture.policy, minimumNoiseMultiplier: 1.2 };
    expect(await codeOf(() => fixture.gate.trainWithinScope(fixture.round))).toBe('policy-refused');
    expect(fixture.scopes.newest(RUN)?.state).toEqual({
      kind: 'stopped-by-limit',
      index: 1,
      figure: 'local policy: noise multiplier',
      value: 1.1,
      limit: 1.2,
    });
    expect(fixture.ledger.chargedEpsilon()).toBe(charged);
    expect(fixture.ledger.state().heldEpsilon).toBe(0);
  });
});

describe('the limits of a scope', () => {
  it('are those that were shown, by digest, in the entry of every release under it', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    const held = fixture.store.heldOfRound(fixture.round.roundId);
    if (held === undefined) throw new Error('nothing is held');
    const { updateId, header } = held;
    fixture.gate.ask({ updateId, digest: header.payloadHash, scope: SCOPE, note: '' });
    fixture.clock.advance(5000);
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    const limitsHash = digestOf(LIMITS);
    expect(fixture.audited).toContainEqual(['scope.opened', expect.objectContaining({ limitsHash })]);
    const [, entry] = fixture.audited.filter(([action]) => action === 'update.released')[1] ?? [];
    expect(entry).toMatchObject({ source: 'scope', restsOn: updateId, limitsHash });
    expect(entry?.['figures']).toEqual(fixture.scopes.rounds(1)[0]?.figures);
  });

  it('let no following round have more than twice the noise of the reviewed update, whoever asks for it', async () => {
    const fixture = gateFixture();
    fixture.trainer.noiseRatio = 1.2;
    await fixture.gate.train(fixture.round);
    const held = fixture.store.heldOfRound(fixture.round.roundId);
    if (held === undefined) throw new Error('nothing is held');
    const { updateId, header } = held;
    const ask = (maximumNoiseRatio: number) =>
      codeOf(() => {
        const scope = { ...SCOPE, limits: { ...LIMITS, maximumNoiseRatio } };
        fixture.gate.ask({ updateId, digest: header.payloadHash, scope, note: '' });
      });
    expect(await ask(2.41)).toBe('invalid-input');
    expect(fixture.gate.sendsInMs(updateId)).toBeNull();
    expect(await ask(2.4)).toBe('no failure');
    fixture.clock.advance(5000);
    expect(fixture.scopes.running(RUN)?.limits.maximumNoiseRatio).toBe(2.4);
  });

  it('do not change while it runs: neither by the standing policy, nor by another release, nor in the file', async () => {
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    await fixture.gate.trainWithinScope(fixture.round);
    fixture.standing = { kind: 'on', limits: { ...LIMITS, maximumNoiseRatio: 50 }, rounds: 10 };
    fixture.gate.standingChanged();
    fixture.openRound(2, 1);
    fixture.trainer.noiseRatio = 3;
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
    expect(fixture.scopes.newest(RUN)?.state).toMatchObject({ figure: 'noise ratio', limit: 2 });
    for (const column of ['limits', 'rounds', 'epsilons', 'first_position', 'hold_sequence'])
      expect(() => fixture.database.exec(`UPDATE scope SET ${column} = 1`)).toThrow(/never change/);
  });
});
