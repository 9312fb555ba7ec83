import { createSecretKey } from 'node:crypto';
import { copyFileSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { chainRow } from '#main/bank/privacy/chain.ts';
import { encodeFact } from '#main/bank/privacy/entry.ts';
import type { Ledger } from '#main/bank/privacy/ledger.ts';
import { ledgerStore } from '#main/bank/privacy/store.ts';
import {
  BUDGET,
  CHARGE,
  failureOf,
  ledgerFixture,
  type LedgerFixture,
  openDatabase,
  rowCount,
} from './ledger-fixture.ts';

/** Six entries; number 3 is a charge. */
function spent(): LedgerFixture {
  const fixture = ledgerFixture();
  const { ledger } = fixture;
  ledger.setBudget(BUDGET);
  ledger.recordOutcome(ledger.charge(CHARGE), 'withheld');
  ledger.recordOutcome(ledger.charge(CHARGE), 'released');
  ledger.setBudget({ ...BUDGET, epsilon: 3 });
  return fixture;
}

/** As someone with the file and an SQL shell would. */
function tamper(database: Database.Database, sql: string): void {
  for (const name of [
    'privacy_ledger_grows_by_one',
    'privacy_ledger_keeps_rows',
    'privacy_ledger_keeps_values',
  ]) {
    database.exec(`DROP TRIGGER ${name}`);
  }
  database.exec(sql);
}

function expectBlocked(ledger: Ledger, database: Database.Database): void {
  const rows = rowCount(database);
  const writes = [
    () => ledger.charge(CHARGE),
    () => {
      ledger.recordOutcome(4, 'late');
    },
    () => ledger.hold({ runId: CHARGE.runId, mechanisms: [CHARGE.mechanism], clippingNorm: 1 }),
    () => {
      ledger.setBudget({ ...BUDGET, epsilon: 1 });
    },
  ];
  for (const write of writes) expect(failureOf(write).code).toBe('ledger-broken');
  expect(rowCount(database)).toBe(rows);
}

const CHANGES = {
  sequence: 'UPDATE privacy_ledger SET sequence = 20 WHERE sequence = 4',
  at: "UPDATE privacy_ledger SET at = '2026-11-24T09:30:01.000Z' WHERE sequence = 4",
  kind: "UPDATE privacy_ledger SET kind = 'late' WHERE sequence = 5",
  previous:
    "UPDATE privacy_ledger SET previous_hash = replace(previous_hash, substr(previous_hash, 1, 1), 'z') WHERE sequence = 4",
  hash: "UPDATE privacy_ledger SET hash = 'f' || substr(hash, 2) || 'f' WHERE sequence = 4",
  steps: `UPDATE privacy_ledger SET body = replace(body, '"steps":20', '"steps":2') WHERE sequence = 4`,
  noise: `UPDATE privacy_ledger SET body = replace(body, '1.2', '9.2') WHERE sequence = 4`,
  rate: `UPDATE privacy_ledger SET body = replace(body, '0.05', '0.01') WHERE sequence = 4`,
  norm: `UPDATE privacy_ledger SET body = replace(body, '"clippingNorm":1', '"clippingNorm":2') WHERE sequence = 4`,
  delta: `UPDATE privacy_ledger SET body = replace(body, '5e-7', '5e-2') WHERE sequence = 4`,
  spelling: `UPDATE privacy_ledger SET body = replace(body, ',', ', ') WHERE sequence = 4`,
  deleted: 'DELETE FROM privacy_ledger WHERE sequence = 4',
  deletedAndClosed: `DELETE FROM privacy_ledger WHERE sequence = 4;
    UPDATE privacy_ledger SET sequence = sequence - 1 WHERE sequence > 4`,
  swapped: `UPDATE privacy_ledger SET sequence = 40 WHERE sequence = 3;
    UPDATE privacy_ledger SET sequence = 3 WHERE sequence = 4;
    UPDATE privacy_ledger SET sequence = 4 WHERE sequence = 40`,
  repeated: `INSERT INTO privacy_ledger SELECT 7, at, kind, body, previous_hash, 'x' FROM privacy_ledger WHERE sequence = 6`,
};

describe('a changed ledger', () => {
  it.each(Object.entries(CHANGES))('is noticed at opening and before a charge: %s', (_, sql) => {
    const { database, ledger, open } = spent();
    const chargedBefore = ledger.chargedEpsilon();
    tamper(database, sql);
    expectBlocked(ledger, database);
    expect(ledger.verify().kind).toBe('broken');
    const again = open();
    expect(again.health()).toMatchObject({ kind: 'broken' });
    expectBlocked(again, database);
    expect(again.entries({ afterSequence: 0, limit: 100 }).length).toBeGreaterThan(3);
    expect(chargedBefore).toBeGreaterThan(0);
  });

  it('names the first entry that does not verify, and verifies again once it is restored', () => {
    const { database, ledger } = spent();
    tamper(database, CHANGES.steps);
    expect(failureOf(() => ledger.charge(CHARGE)).message).toContain('at entry 4');
    expect(ledger.health()).toMatchObject({ kind: 'broken', atSequence: 4 });
    database.exec(
      `UPDATE privacy_ledger SET body = replace(body, '"steps":2', '"steps":20') WHERE sequence = 4`,
    );
    expect(ledger.verify()).toMatchObject({ kind: 'verified', entries: 6 });
    expect(ledger.charge(CHARGE)).toBe(7);
  });

  it.each(['before any charge', 'after a charge'])(
    'is noticed when another connection wrote it, %s',
    (when) => {
      const { database, file, ledger } = spent();
      if (when === 'after a charge') ledger.charge(CHARGE);
      const other = openDatabase(file);
      tamper(other, CHANGES.steps);
      other.close();
      expect(failureOf(() => ledger.charge(CHARGE)).message).toContain('at entry 4');
      expectBlocked(ledger, database);
    },
  );

  /** Rows that say nothing, behind those that are there. */
  function lengthen({ database, ledger }: LedgerFixture, rows: number): void {
    const macKey = createSecretKey(new Uint8Array(32).fill(7));
    const store = ledgerStore(database);
    let head = ledger.head();
    store.inTransaction(() => {
      for (let i = 0; i < rows; i++) {
        const fact = encodeFact({ kind: 'hold-returned', hold: 1_000_000 });
        const row = chainRow(head, { at: '2026-11-24T09:30:00.000Z', ...fact }, macKey);
        store.append(row);
        head = row;
      }
    });
  }

  it.each([10, 600])(
    'of %i entries is noticed before the next charge, whatever SQLite knows of it',
    (rows) => {
      const fixture = ledgerFixture();
      const { database, ledger } = fixture;
      ledger.setBudget({ ...BUDGET, epsilon: 50 });
      const mechanism = { ...CHARGE.mechanism, steps: 1 };
      const mechanisms = [{ ...mechanism, steps: 100 }];
      const hold = ledger.hold({ runId: CHARGE.runId, mechanisms, clippingNorm: 1 });
      lengthen(fixture, rows);
      const charge = { ...CHARGE, mechanism, hold };
      tamper(database, '');
      ledger.charge(charge);
      const before = rowCount(database);
      // The triggers are gone and known to be: this leaves the file's marks as they are.
      database.exec(
        `UPDATE privacy_ledger SET body = replace(body, '"steps":100', '"steps":900') WHERE sequence = 2`,
      );
      const failure = failureOf(() => ledger.charge(charge));
      expect(failure.message).toContain('does not verify at entry 2');
      expect(rowCount(database)).toBe(before);
    },
  );

  it('is noticed when written with another key', () => {
    const { open } = spent();
    expect(open({ macKey: new Uint8Array(32).fill(8) }).health()).toMatchObject({
      kind: 'broken',
      atSequence: 1,
    });
  });
});

describe('an older copy of the store', () => {
  function restored(fixture: LedgerFixture, copy: string): Ledger {
    fixture.database.close();
    for (const suffix of ['-wal', '-shm']) rmSync(fixture.file + suffix, { force: true });
    copyFileSync(copy, fixture.file);
    return fixture.open({ database: openDatabase(fixture.file) });
  }

  it('buys no budget back', () => {
    const fixture = ledgerFixture();
    fixture.ledger.setBudget(BUDGET);
    const copy = fixture.backup();
    fixture.ledger.charge(CHARGE);
    const again = restored(fixture, copy);
    expect(again.health()).toEqual({ kind: 'rolled-back', entries: 1, expected: 2, witness: 'mirror' });
    expect(failureOf(() => again.charge(CHARGE)).code).toBe('ledger-broken');
    expect(fixture.mirror.head?.sequence).toBe(2);
  });

  it('is noticed by its cut-off end, also while the ledger is open', () => {
    const { database, ledger, open } = spent();
    tamper(database, 'DELETE FROM privacy_ledger WHERE sequence > 4');
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('ledger-broken');
    expect(open().health()).toEqual({ kind: 'rolled-back', entries: 4, expected: 6, witness: 'mirror' });
  });

  it('is noticed when it went on by another way', () => {
    const fixture = ledgerFixture();
    fixture.ledger.setBudget(BUDGET);
    const copy = fixture.backup();
    fixture.ledger.charge(CHARGE);
    const mirrored = fixture.mirror.head;
    const fork = restored(fixture, copy);
    fixture.mirror.head = { sequence: 1, hash: fork.head().hash };
    const forked = fixture.open({ database: openDatabase(fixture.file) });
    forked.charge({ ...CHARGE, mechanism: { ...CHARGE.mechanism, steps: 1 } });
    fixture.mirror.head = mirrored;
    expect(fixture.open({ database: openDatabase(fixture.file) }).health()).toEqual({
      kind: 'rolled-back',
      entries: 2,
      expected: 2,
      witness: 'mirror',
    });
  });

  it('is suspected when the mirrored head is gone', () => {
    const { mirror, open } = spent();
    mirror.head = undefined;
    expect(open().health()).toMatchObject({ kind: 'rolled-back' });
  });

  it('is not suspected where a crash came between commit and mirror', () => {
    const { mirror, open, ledger } = spent();
    const newest = mirror.head;
    mirror.head = { sequence: 4, hash: ledger.entries({ afterSequence: 3, limit: 1 })[0]?.hash ?? '' };
    const again = open();
    expect(again.health()).toMatchObject({ kind: 'verified', entries: 6 });
    expect(mirror.head).toMatchObject({ hash: newest?.hash });
  });

  it('is noticed when the whole file is new but the key store is not', () => {
    const { mirror } = spent();
    const fresh = ledgerFixture();
    expect(fresh.open({ mirror }).health()).toEqual({
      kind: 'rolled-back',
      entries: 0,
      expected: 6,
      witness: 'mirror',
    });
  });
});

describe('the table', () => {
  it('refuses change, removal, replacement and gaps by itself', () => {
    const { database } = spent();
    const statements = [
      "UPDATE privacy_ledger SET at = '2026-11-24T00:00:00.000Z'",
      'DELETE FROM privacy_ledger WHERE sequence = 6',
      "INSERT OR REPLACE INTO privacy_ledger SELECT sequence, at, kind, body, previous_hash, 'x' FROM privacy_ledger WHERE sequence = 6",
      "INSERT INTO privacy_ledger SELECT 9, at, kind, body, previous_hash, 'x' FROM privacy_ledger WHERE sequence = 6",
    ];
    for (const sql of statements) expect(() => database.exec(sql)).toThrow(/privacy ledger/);
  });

  it.each([
    [
      'swallows it',
      "BEFORE INSERT ON privacy_ledger WHEN NEW.kind = 'charge' BEGIN SELECT RAISE(IGNORE); END",
    ],
    [
      'takes it back',
      `AFTER INSERT ON privacy_ledger WHEN NEW.kind = 'charge'
       BEGIN DELETE FROM privacy_ledger WHERE sequence = NEW.sequence; END`,
    ],
  ])('answers no charge where a planted trigger %s', (_, trigger) => {
    const { database, ledger } = spent();
    database.exec('DROP TRIGGER privacy_ledger_keeps_rows');
    database.exec(`CREATE TRIGGER planted ${trigger}`);
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('store-damaged');
    expect(ledger.head().sequence).toBe(6);
  });

  it('is refused with a store that may lose commits', () => {
    const { database, open } = ledgerFixture();
    database.pragma('synchronous = NORMAL');
    expect(() => open()).toThrow('synchronous = FULL');
  });
});
