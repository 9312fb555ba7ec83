/** The federation's quality beside each adopted model, from the sums that this bank verified. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { modelViews } from '#main/bank/rounds/run-views.ts';
import { openRoundsStore } from '#main/bank/rounds/store/open.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { createPublishedQuality } from '#main/learning/evaluate/published-quality.ts';
import { serialiseCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { UtcTime } from '#shared/ids.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { members, plan, publish, type Published } from './log-fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-models-'));
const opened = openStore({
  file: path.join(folder, 'bank.sqlite'),
  migrations: bankMigrations,
  clock: fakeClock(),
  log: recordingLog(),
});
const store = openRoundsStore(opened.database);
const at = UtcTime.parse('2026-11-24T10:00:00.000Z');

afterAll(() => {
  opened.close();
  rmSync(folder, { recursive: true, force: true });
});

function adopt({ signed, sums, after }: Published): void {
  const { entry } = signed;
  const { runId, index, roundId, checkpointHash } = entry;
  store.appendEntry(
    {
      ...{ runId, index, roundId, checkpointHash, sums, entry: signed, adoptedAt: at },
      hash: checkpointHash,
      included: true,
      banks: entry.included.length,
    },
    { checkpoint: serialiseCheckpoint(after), sumCheck: 'recomputed', alarms: [] },
  );
}

it('comes with the round that started from the model, and needs no other', () => {
  store.addRun(plan, at);
  const quality = createPublishedQuality();
  const qualities = () =>
    modelViews({ store }, quality)
      .toSorted((a, b) => a.version - b.version)
      .map(({ version, federationQuality }) => [version, federationQuality?.banks ?? null]);
  const [first, second, third] = publish(3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('no rounds');
  adopt(first);
  expect(qualities()).toEqual([[1, null]]);
  adopt(second);
  expect(qualities()).toEqual([
    [1, members.length],
    [2, null],
  ]);
  adopt(third);
  expect(qualities()).toEqual([
    [1, members.length],
    [2, members.length],
    [3, null],
  ]);
  const [model] = modelViews({ store }, quality).filter(({ version }) => version === 1);
  const { prAuc = 0, low = 0, high = 0 } = model?.federationQuality ?? {};
  expect(low).toBeLessThan(prAuc);
  expect(prAuc).toBeLessThan(high);
  expect(model?.quality).toBeNull();
});
