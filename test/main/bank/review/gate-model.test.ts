import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '#shared/failure.ts';
import { digestOf } from '#main/wire/identity.ts';
import { type GateFixture, gateFixture } from './gate-fixture.ts';

const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };

/** What a person, a hub, a clock and a power cut can do, in any order. */
const ACTIONS = [
  'open-round',
  'train',
  'train-within-scope',
  'train-and-crash',
  'train-and-stop',
  'odd-noise',
  'release',
  'train-and-release',
  'release-wider',
  'undo',
  'withhold',
  'wait-a-second',
  'wait-ten-seconds',
  'deadline',
  'published',
  'crash',
  'stop-scope',
  'standing-policy',
] as const;
type Action = (typeof ACTIONS)[number];

/** What an ordinary round consists of comes up often enough for releases to happen. */
const action = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action[]>(
      'train-and-release',
      'release-wider',
      'wait-ten-seconds',
      'open-round',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...ACTIONS) },
);

interface World {
  fixture: GateFixture;
  rounds: number;
  /** Largest charged ε that was ever seen: it never falls. */
  charged: number;
}

function waiting({ fixture }: World) {
  const held = fixture.store.heldOfRound(fixture.round.roundId);
  return held === undefined
    ? undefined
    : { updateId: held.updateId, digest: held.header.payloadHash, note: '' };
}

async function act(world: World, action: Action): Promise<void> {
  const { fixture } = world;
  const { gate, trainer, clock, round } = fixture;
  const held = waiting(world);
  switch (action) {
    case 'open-round': {
      gate.roundEvent(round.roundId, { kind: 'round-abandoned' });
      world.rounds++;
      fixture.openRound(world.rounds, Math.min(9, world.rounds - 1), 60);
      return;
    }
    case 'train':
      return gate.train(round);
    case 'train-within-scope':
      return gate.trainWithinScope(round);
    case 'train-and-crash':
      trainer.isHeldBack = true;
      void gate.train(round).catch(() => undefined);
      world.fixture = fixture.restart();
      trainer.isHeldBack = false;
      return;
    case 'train-and-stop': {
      trainer.isHeldBack = true;
      const training = gate.train(round);
      trainer.isHeldBack = false;
      await gate.stopTraining(round.roundId);
      return training;
    }
    case 'odd-noise':
      trainer.noiseRatio = trainer.noiseRatio === 1 ? 3 : 1;
      return;
    case 'release':
      if (held !== undefined) gate.ask({ ...held, scope: { kind: 'this-round' } });
      return;
    case 'train-and-release':
      await gate.train(round);
      return act(world, 'release');
    case 'release-wider':
      if (held !== undefined) gate.ask({ ...held, scope: { kind: 'rounds', following: 3, limits: LIMITS } });
      return;
    case 'undo':
      if (held !== undefined) gate.undo(held.updateId);
      return;
    case 'withhold':
      if (held !== undefined) gate.withhold(held.updateId, '');
      return;
    case 'wait-a-second':
      clock.advance(1000);
      return;
    case 'wait-ten-seconds':
      clock.advance(10_000);
      return;
    case 'deadline':
      gate.roundEvent(round.roundId, { kind: 'deadline-passed' });
      return;
    case 'published':
      gate.roundEvent(round.roundId, { kind: 'round-published', included: true });
      return;
    case 'crash':
      world.fixture = fixture.restart();
      return;
    case 'stop-scope':
      gate.stopScope(round.runId);
      return;
    case 'standing-policy':
      fixture.standing =
        fixture.standing.kind === 'on' ? { kind: 'off' } : { kind: 'on', limits: LIMITS, rounds: 5 };
      gate.standingChanged();
      return;
  }
}

/** I1 to I3 and I14 of design.md section 2, after every action. */
function check(world: World): void {
  const { fixture } = world;
  const { log, sent, store, ledger, trainer } = fixture;
  const entries = ledger.entries({ afterSequence: 0, limit: 10_000 });
  const charges = entries.filter((entry) => entry.kind === 'charge');
  expect(ledger.health().kind).toBe('verified');
  // I1: every training that drew noise is charged, and nothing is ever given back
  expect(charges).toHaveLength(trainer.started.length);
  expect(ledger.chargedEpsilon()).toBeGreaterThanOrEqual(world.charged);
  world.charged = ledger.chargedEpsilon();
  // I2: the charge was committed before the noise was drawn
  for (const [at, entry] of log.entries())
    if (entry === 'noise')
      expect(
        log
          .slice(0, at)
          .filter((one) => one !== 'send')
          .slice(-2),
      ).toEqual(['charge', 'commit']);
  // I2: one release a round; I3, I14: of exactly the bytes that were held
  const rounds = sent.map((updateId) => store.held(updateId)?.roundId);
  const byRound = new Map(sent.map((updateId, i) => [rounds[i], updateId] as const));
  for (const [i, updateId] of sent.entries()) {
    expect(byRound.get(rounds[i])).toBe(updateId);
    const release = store.release(updateId);
    const held = store.held(updateId);
    expect(release?.approval.payloadHash).toBe(held === undefined ? '' : digestOf(held.payload));
    expect(release?.approval.chargeSequence).toBe(held?.charge?.sequence);
    expect(
      entries.some((entry) => entry.kind === 'released' && entry.refersTo === held?.charge?.sequence),
    ).toBe(true);
  }
  // the budget holds for charges and holds together
  const { budget, chargedEpsilon, heldEpsilon } = ledger.state();
  expect(chargedEpsilon + heldEpsilon).toBeLessThanOrEqual((budget?.epsilon ?? 0) + 1e-9);
}

describe('the gate under any order of events', () => {
  it('keeps I1 to I3 and I14, and both releases and refuses on the way', async () => {
    let released = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 30, maxLength: 60 }), async (actions) => {
        const world: World = { fixture: gateFixture({ budget: 6 }), rounds: 1, charged: 0 };
        for (const action of actions) {
          try {
            await act(world, action);
          } catch (error) {
            if (!isFailure(error)) throw error;
            refused++;
          }
          check(world);
        }
        released += world.fixture.sent.length;
      }),
      { numRuns: 12, seed: 20261124, endOnFailure: true },
    );
    expect(released).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(30);
  });
});
