import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { HUB_MIGRATIONS } from '#main/hub/store/migrations/index.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { temporaryFolder } from '../../../fakes/test-hub.ts';

/** SHA-256 of each migration that is final, by file: a change of the schema is a new migration. */
const FINAL: Readonly<Record<string, string>> = {
  '0010-initial.ts': '54b11e8cfd0b821aff91b9ccebdf6e02b6509e44562cf8f4cd701f7569644bb4',
};

function schemaOf(database: Database.Database): string {
  return String(
    database.prepare('SELECT group_concat(sql, char(10)) FROM sqlite_schema ORDER BY name').pluck().get(),
  );
}

it('migrations of the hub that are final are never edited', () => {
  for (const [file, hash] of Object.entries(FINAL)) {
    const source = readFileSync(new URL(`../../../../main/hub/store/migrations/${file}`, import.meta.url));
    expect(createHash('sha256').update(source).digest('hex'), file).toBe(hash);
  }
});

it('migrations of the hub lead from every earlier version to the same strict tables as a new store', () => {
  const folder = temporaryFolder();
  const options = { clock: fakeClock(), log: recordingLog() };
  const open = (name: string, count: number) =>
    openStore({
      ...options,
      file: path.join(folder.path, name, 'hub.sqlite'),
      migrations: HUB_MIGRATIONS.slice(0, count),
    });
  const fresh = open('fresh', HUB_MIGRATIONS.length);
  const expected = schemaOf(fresh.database);
  const loose = fresh.database
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    )
    .all();
  expect(loose).toEqual([]);
  fresh.close();
  for (const count of HUB_MIGRATIONS.keys()) {
    const name = `from-${String(count)}`;
    open(name, count + 1).close();
    const store = open(name, HUB_MIGRATIONS.length);
    expect(schemaOf(store.database)).toBe(expected);
    store.close();
  }
  folder.remove();
});
