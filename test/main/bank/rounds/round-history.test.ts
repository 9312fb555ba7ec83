/** What a bank keeps of its part in every round: over or not, in the order of the rounds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openRoundsStore } from '#main/bank/rounds/store/open.ts';
import type { ParticipationRecord } from '#main/bank/rounds/store/records.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { Digest, idFromBytes, RoundId, RunId, UtcTime } from '#shared/ids.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { plan } from './log-fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-history-'));
const opened = openStore({
  file: path.join(folder, 'bank.sqlite'),
  migrations: bankMigrations,
  clock: fakeClock(),
  log: recordingLog(),
});
const store = openRoundsStore(opened.database);
const random = seededRandom('history');
const { runId } = plan.plan;

afterAll(() => {
  opened.close();
  rmSync(folder, { recursive: true, force: true });
});

function part(index: number, state: ParticipationRecord['state']): ParticipationRecord {
  const roundId = RoundId.parse(idFromBytes('rnd', RoundId, random.bytes(26)));
  const baseHash = Digest.parse('ab'.repeat(32));
  return { roundId, runId, index, baseHash, state, trainings: 1, closesInMs: null };
}

it('keeps rounds that are over beside the one that is open, and those of another run apart', () => {
  store.addRun(plan, UtcTime.parse('2026-11-24T10:00:00.000Z'));
  store.saveParticipation(part(2, { kind: 'joined' }));
  store.saveParticipation(part(0, { kind: 'completed', included: true }));
  store.saveParticipation(part(1, { kind: 'missed' }));
  expect(store.participationsOf(runId).map(({ index, state }) => [index, state.kind])).toEqual([
    [0, 'completed'],
    [1, 'missed'],
    [2, 'joined'],
  ]);
  expect(store.openParticipations()).toHaveLength(1);
  expect(store.participationsOf(RunId.parse(idFromBytes('run', RunId, random.bytes(26))))).toEqual([]);
});
