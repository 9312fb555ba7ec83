/** Who the ledger says decided: the person of the command, not the app that wrote down what came of it, and nobody where it was late. */
import { expect, it } from 'vitest';
import { openChargedRounds } from '#main/bank/store/charged-rounds.ts';
import { type GateFixture, gateFixture } from './gate-fixture.ts';

/** Trained, and asked to be released as the command records it. */
async function asked(): Promise<{ readonly fixture: GateFixture; readonly deciders: () => unknown }> {
  const fixture = gateFixture();
  await fixture.gate.train(fixture.round);
  const { roundId } = fixture.round;
  const held = fixture.store.heldOfRound(roundId);
  const sequence = held?.charge?.sequence;
  if (held === undefined || sequence === undefined) throw new Error('nothing was charged and held');
  const { updateId, header } = held;
  fixture.ports.audit('review.release', { updateId });
  fixture.gate.ask({ updateId, digest: header.payloadHash, scope: { kind: 'this-round' }, note: '' });
  const rounds = openChargedRounds(fixture.database);
  return { fixture, deciders: () => rounds.deciders({ roundId, sequence }) };
}

it('is nobody while it counts down, and then the actor of the command', async () => {
  const { fixture, deciders } = await asked();
  expect(deciders()).toBeNull();
  fixture.clock.advance(5000);
  expect(deciders()).toEqual({ kind: 'people', names: ['Parley'] });
});

it('is nobody where the deadline came before the release that was asked for', async () => {
  const { fixture, deciders } = await asked();
  fixture.gate.roundEvent(fixture.round.roundId, { kind: 'deadline-passed' });
  expect(fixture.audited.map(([action]) => action)).toContain('update.late');
  expect(deciders()).toBeNull();
});
