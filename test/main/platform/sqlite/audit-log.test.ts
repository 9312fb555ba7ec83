import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  AUDIT_GROWS_BY_ONE,
  AUDIT_REPEATS_NO_ENTRY,
  AUDIT_SCHEMA,
  type AuditLog,
  openAuditLog,
} from '#main/platform/sqlite/audit-log.ts';
import { fakeClock } from '../../../fakes/clock.ts';

let database: Database.Database;
let log: AuditLog;

beforeEach(() => {
  database = new Database(':memory:');
  database.exec(AUDIT_SCHEMA);
  database.exec(AUDIT_GROWS_BY_ONE);
  database.exec(AUDIT_REPEATS_NO_ENTRY);
  log = openAuditLog(database, fakeClock());
  for (const action of ['one', 'two', 'three', 'four']) log.append({ actor: 'Anna', action, detail: '{}' });
});

const VALUES = "'2026-11-24T09:00:00.000Z', 'Eve', 'five', '{}', 'a', 'b'";

describe('the audit log', () => {
  it.each([
    ['a change', "UPDATE audit SET actor = 'Eve' WHERE sequence = 2"],
    ['a deletion', 'DELETE FROM audit WHERE sequence = 4'],
    ['a replacement', `INSERT OR REPLACE INTO audit VALUES (2, ${VALUES})`],
    [
      'a replacement by the hash of an entry',
      "INSERT OR REPLACE INTO audit SELECT 5, at, 'Eve', action, detail, previous_hash, hash FROM audit WHERE sequence = 2",
    ],
    ['a gap', `INSERT INTO audit VALUES (9, ${VALUES})`],
    ['a number of its own', `INSERT INTO audit VALUES (NULL, ${VALUES})`],
  ])('refuses %s', (_, statement) => {
    expect(() => database.exec(statement)).toThrow(/the audit log (only grows|grows at its end only)/);
    expect(log.check('whole')).toMatchObject({ kind: 'verified', head: { sequence: 4 } });
  });

  it.each([
    ['changed', "UPDATE audit SET actor = 'Eve' WHERE sequence = 2", 'entry 2 was changed', 2],
    ['taken out', 'DELETE FROM audit WHERE sequence = 2', 'entry 2 is missing', 2],
    [
      'linked elsewhere',
      'UPDATE audit SET previous_hash = hash WHERE sequence = 3',
      'entry 3 does not follow entry 2',
      3,
    ],
    [
      'damaged beyond reading',
      "UPDATE audit SET hash = 'none', at = 'then' WHERE sequence = 4",
      'entry 4 was changed',
      4,
    ],
  ])('finds an entry that was %s where the guards were taken away', (_, statement, reason, atSequence) => {
    database.exec('DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted');
    database.exec(statement);
    expect(log.check('whole')).toEqual({ kind: 'broken', atSequence, reason });
  });

  it('checks only what is new after it checked the whole, and the whole again where its last entry does not stand', () => {
    expect(log.check('what-is-new')).toMatchObject({ kind: 'verified', head: { sequence: 4 } });
    log.append({ actor: 'Anna', action: 'five', detail: '{}' });
    expect(log.check('what-is-new')).toMatchObject({ kind: 'verified', head: { sequence: 5 } });
    database.exec('DROP TRIGGER audit_is_never_changed');
    database.exec("UPDATE audit SET actor = 'Eve' WHERE sequence = 2");
    expect(log.check('what-is-new').kind).toBe('verified');
    expect(log.check('whole')).toMatchObject({ kind: 'broken', atSequence: 2 });
  });

  it('takes an entry of a transaction that was undone for never written', () => {
    const undone = database.transaction(() => {
      log.append({ actor: 'Anna', action: 'five', detail: '{}' });
      expect(log.check('what-is-new')).toMatchObject({ head: { sequence: 5 } });
      throw new Error('undone');
    });
    expect(undone).toThrow('undone');
    expect(log.check('what-is-new')).toMatchObject({ kind: 'verified', head: { sequence: 4 } });
  });
});
