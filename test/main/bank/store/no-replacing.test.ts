import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';

let database: Database.Database;
beforeEach(() => {
  database = new Database(':memory:');
  database.pragma('foreign_keys = OFF');
  for (const migration of bankMigrations) migration.up(database);
});
afterEach(() => {
  database.close();
});

/** A row that stands for a real one; what it refers to does not matter here. */
const ROWS = {
  held_update:
    "INSERT INTO held_update (update_id, round_id, run_id, position, header, payload, statistics, created_at) VALUES ('upd', 'rnd', 'run', 0, '{}', x'01', '{}', 'now')",
  decision: "INSERT INTO decision VALUES ('upd', 'withheld', '', 'now')",
  release: "INSERT INTO release VALUES ('rnd', 'upd', '{}', '{}', 'review', NULL)",
  log_entry: "INSERT INTO log_entry VALUES ('run', 0, 'rnd', '{}', 'a', 'b', 1, 3, 'now', x'01')",
} as const;

describe('what is final in a bank’s store', () => {
  it.each(Object.entries(ROWS))('is not replaced either: %s', (table, insert) => {
    database.exec(insert);
    expect(() => database.exec(`INSERT OR REPLACE INTO ${table} SELECT * FROM ${table}`)).toThrow(
      /never change|final|append-only/,
    );
    expect(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(1);
  });

  it.each([
    [
      'audit',
      "VALUES (1, 'now', 'Anna', 'one', '{}', 'a', 'b')",
      "VALUES (2, 'now', 'Eve', 'two', '{}', 'b', 'b')",
    ],
    [
      'privacy_ledger',
      "VALUES (1, 'now', 'hold', '{}', 'a', 'b')",
      "VALUES (2, 'now', 'withheld', '{}', 'b', 'b')",
    ],
  ])('is not replaced by an entry with a hash that is there: %s', (table, first, second) => {
    database.exec(`INSERT INTO ${table} ${first}`);
    expect(() => database.exec(`INSERT OR REPLACE INTO ${table} ${second}`)).toThrow(
      /only grows|repeats no entry/,
    );
    expect(database.prepare(`SELECT sequence FROM ${table}`).pluck().all()).toEqual([1]);
  });
});
