/** What an audit entry's identifiers are called; what the store does not know stays as it is. */
import { expect, it } from 'vitest';
import { openNames } from '#main/bank/store/names.ts';
import { gateFixture } from '../review/gate-fixture.ts';

it('names rounds by number, whatever else the sentence says', async () => {
  const fixture = gateFixture();
  await fixture.gate.train(fixture.round);
  const { roundId } = fixture.round;
  const updateId = fixture.store.heldOfRound(roundId)?.updateId ?? 'none';
  const named = openNames(fixture.database);
  expect(named(`${updateId} kept here for good.`)).toBe('The update of round 1 kept here for good.');
  expect(named(`Training for ${roundId} started.`)).toBe('Training for round 1 started.');
  expect(named(`${roundId} declined.`)).toBe('Round 1 declined.');
});

it('leaves an identifier that it does not know, and a run whose plan can not be read', () => {
  const { database, round } = gateFixture();
  const named = openNames(database);
  const unknown = 'Release of upd_00000000000000000000000000 undone.';
  expect(named(unknown)).toBe(unknown);
  database.exec(`UPDATE run SET plan = '{'`);
  expect(named(`Joining of ${round.runId} asked for.`)).toBe(`Joining of ${round.runId} asked for.`);
});
