/** What ends a release scope besides its limits and its rounds: the standing policy switched off, the run over or left. */
import { describe, expect, it } from 'vitest';
import { type GateFixture, gateFixture, RUN } from './gate-fixture.ts';

const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };
const ON = { kind: 'on', limits: LIMITS, rounds: 10 } as const;

/** A first round under the standing policy, and the second one open. */
async function underStanding(): Promise<GateFixture> {
  const fixture = gateFixture();
  fixture.standing = ON;
  await fixture.gate.trainWithinScope(fixture.round);
  expect(fixture.sent).toHaveLength(1);
  expect(fixture.ledger.state().heldEpsilon).toBeGreaterThan(0);
  fixture.openRound(2, 1);
  return fixture;
}

async function underReview(): Promise<GateFixture> {
  const fixture = gateFixture();
  await fixture.gate.train(fixture.round);
  const held = fixture.store.heldOfRound(fixture.round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  const { updateId, header } = held;
  const scope = { kind: 'rounds', following: 4, limits: LIMITS } as const;
  fixture.gate.ask({ updateId, digest: header.payloadHash, scope, note: '' });
  fixture.clock.advance(5000);
  fixture.openRound(2, 1);
  return fixture;
}

function expectEnded(fixture: GateFixture, kind: string): void {
  expect(fixture.scopes.running(RUN)).toBeUndefined();
  expect(fixture.scopes.newest(RUN)?.state).toEqual({ kind });
  expect(fixture.ledger.state().heldEpsilon).toBe(0);
  expect(fixture.audited.at(-1)).toEqual(['scope.closed', expect.objectContaining({ state: { kind } })]);
}

describe('the standing policy, switched off', () => {
  it('ends what it opened: the next round waits for a person, and the hold is returned', async () => {
    const fixture = await underStanding();
    fixture.standing = { kind: 'off' };
    fixture.gate.standingChanged();
    expectEnded(fixture, 'ended');
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.trainer.started).toHaveLength(1);
    expect(fixture.sent).toHaveLength(1);
  });

  it('goes on when a person switched it on again, also after a restart', async () => {
    const before = await underStanding();
    before.standing = { kind: 'off' };
    before.gate.standingChanged();
    before.standing = ON;
    before.gate.standingChanged();
    const fixture = before.restart();
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(2);
  });

  it('leaves alone what a review opened', async () => {
    const fixture = await underReview();
    fixture.gate.standingChanged();
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(2);
  });
});

describe('a run', () => {
  it('that is over sets nothing aside any more, though a round of the scope was never sent', async () => {
    const fixture = await underReview();
    fixture.gate.roundEvent(fixture.round.roundId, { kind: 'deadline-passed' });
    fixture.gate.runOver(RUN);
    expectEnded(fixture, 'ended');
    fixture.gate.runOver(RUN);
    expect(fixture.audited.filter(([action]) => action === 'scope.closed')).toHaveLength(1);
  });

  it('that this bank leaves sends nothing by itself when the bank comes back', async () => {
    const fixture = await underStanding();
    fixture.gate.runLeft(RUN);
    expectEnded(fixture, 'stopped-by-person');
    fixture.openRound(3, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
  });
});
