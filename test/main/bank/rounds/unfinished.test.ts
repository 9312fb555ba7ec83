import { describe, expect, it } from 'vitest';
import { noteUnfinished } from '#main/bank/rounds/unfinished.ts';
import { roundCost } from '#main/bank/review/cost.ts';
import { type GateFixture, gateFixture } from '../review/gate-fixture.ts';

function entries({ ledger }: GateFixture): readonly string[] {
  return ledger.entries({ afterSequence: 0, limit: 100 }).map(({ kind }) => kind);
}

function resume(fixture: GateFixture): void {
  noteUnfinished({ ...fixture.ports, review: fixture.store });
}

describe('a training that ended with the process', () => {
  it('stays charged whole, and the next start records that nothing of it was sent, once', () => {
    const fixture = gateFixture();
    fixture.trainer.isHeldBack = true;
    void fixture.gate.train(fixture.round);
    const reopened = fixture.restart();
    resume(reopened);
    resume(reopened);
    expect(entries(reopened)).toEqual(['budget-set', 'charge', 'not-sent']);
    const planned = roundCost(fixture.round.charter, fixture.round.index);
    expect(reopened.ledger.state().charged).toEqual([planned?.training]);
    expect(reopened.ledger.state().releasedEpsilon).toBe(0);
  });

  it('is told from an update that waits for a decision, and from one that was released', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    const waiting = fixture.restart();
    resume(waiting);
    expect(entries(waiting)).toEqual(['budget-set', 'charge']);
    const held = waiting.store.heldOfRound(waiting.round.roundId);
    if (held === undefined) throw new Error('nothing is held');
    waiting.gate.ask({
      ...{ updateId: held.updateId, digest: held.header.payloadHash },
      ...{ scope: { kind: 'this-round' }, note: '' },
    });
    waiting.clock.advance(5000);
    const released = waiting.restart();
    resume(released);
    expect(entries(released)).toEqual(['budget-set', 'charge', 'released']);
  });

  it('does not write to a ledger that blocks', () => {
    const fixture = gateFixture();
    fixture.trainer.isHeldBack = true;
    void fixture.gate.train(fixture.round);
    const reopened = fixture.restart();
    reopened.ledger.noteHubHead('a'.repeat(64));
    resume(reopened);
    expect(entries(reopened)).toEqual(['budget-set', 'charge']);
  });
});

it('a long training that a person stops early stays charged with every step it was to take', async () => {
  const fixture = gateFixture();
  fixture.trainer.isHeldBack = true;
  const training = fixture.gate.train(fixture.round);
  // Written before the first batch: nothing was drawn yet, and the whole round is charged.
  const planned = roundCost(fixture.round.charter, fixture.round.index);
  expect(planned?.training.steps).toBeGreaterThan(10);
  expect(fixture.ledger.state().charged).toEqual([planned?.training]);
  await fixture.gate.stopTraining(fixture.round.roundId);
  await training;
  expect(fixture.ledger.state().charged).toEqual([planned?.training]);
});
