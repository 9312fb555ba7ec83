import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHomeCountry } from '#main/bank/store/home-country.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { recordingLog } from '../../../fakes/log.ts';

/** SHA-256 of each migration that is final, by file: a change of the schema is a new migration. */
const FINAL: Readonly<Record<string, string>> = {
  '0010-initial.ts': 'eea4da32ddda32ea42b1759e0d476f9843b542a9cada8bde7b68d06a53e6e10a',
  '0020-ledger.ts': 'ac026db57e97694c26f2761f129ecaf23b66685757b75c3ac6c2d1fee5f74e97',
  '0030-rounds.ts': '870bd7ec9ba11d1b41c6c1f1a4df2cc05943735bf2aea3dba48ea43ec0a0d120',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'parley-migrations-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** All that the store is made of, as one text. */
function schemaOf(database: Database.Database): string {
  return String(
    database.prepare('SELECT group_concat(sql, char(10)) FROM sqlite_schema ORDER BY name').pluck().get(),
  );
}

describe('the bank store’s migrations', () => {
  it('that are final are never edited', () => {
    for (const [file, hash] of Object.entries(FINAL)) {
      const source = readFileSync(new URL(`../../../../main/bank/store/migrations/${file}`, import.meta.url));
      expect(createHash('sha256').update(source).digest('hex'), file).toBe(hash);
    }
  });

  it('lead from every earlier version to the same schema as a new store', () => {
    const file = (name: string): string => path.join(folder, name, 'bank.sqlite');
    const options = { clock: fakeClock(), log: recordingLog() };
    const fresh = openStore({ ...options, file: file('fresh'), migrations: bankMigrations });
    const expected = schemaOf(fresh.database);
    fresh.close();
    for (const count of bankMigrations.keys()) {
      const name = `from-${String(count)}`;
      openStore({ ...options, file: file(name), migrations: bankMigrations.slice(0, count + 1) }).close();
      const store = openStore({ ...options, file: file(name), migrations: bankMigrations });
      expect(schemaOf(store.database)).toBe(expected);
      expect(store.database.pragma('user_version', { simple: true })).toBe(bankMigrations.at(-1)?.version);
      store.close();
    }
  });

  it('forget a home country that was counted from rows', () => {
    const options = { clock: fakeClock(), log: recordingLog(), file: path.join(folder, 'bank.sqlite') };
    const before = openStore({
      ...options,
      migrations: bankMigrations.filter(({ version }) => version < 90),
    });
    before.database.exec("INSERT INTO home_country VALUES ('DE')");
    before.close();
    const after = openStore({ ...options, migrations: bankMigrations });
    expect(openHomeCountry(after.database).read()).toBeNull();
    openHomeCountry(after.database).state('PL');
    after.close();
    const again = openStore({ ...options, migrations: bankMigrations });
    expect(openHomeCountry(again.database).read()).toBe('PL');
    again.close();
  });

  it('are numbered by tens and make strict tables only', () => {
    expect(bankMigrations.map((migration) => migration.version % 10)).toEqual(bankMigrations.map(() => 0));
    const database = new Database(':memory:');
    for (const migration of bankMigrations) migration.up(database);
    const tables = database
      .prepare<[], string>(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
      )
      .pluck()
      .all();
    expect(tables).toEqual([]);
    database.close();
  });
});
