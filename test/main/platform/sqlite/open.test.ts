import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '#shared/failure.ts';
import { asStoreFailure, isFatalStoreFailure } from '#main/platform/sqlite/failures.ts';
import { lockHolder } from '#main/platform/sqlite/lock.ts';
import type { Migration } from '#main/platform/sqlite/migrate.ts';
import { connectStore, openStore, type OpenStoreOptions } from '#main/platform/sqlite/open.ts';

const first: Migration = {
  version: 10,
  name: 'initial',
  up: (database) => {
    database.exec('CREATE TABLE bank (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT');
  },
};
const second: Migration = {
  version: 20,
  name: 'country',
  up: (database) => {
    database.exec("ALTER TABLE bank ADD COLUMN country TEXT NOT NULL DEFAULT 'DE'");
  },
};
const failing: Migration = {
  version: 30,
  name: 'failing',
  up: (database) => {
    database.exec('CREATE TABLE half (id INTEGER) STRICT');
    database.exec('INSERT INTO nowhere VALUES (1)');
  },
};

const noon = Date.UTC(2026, 10, 24, 12);
const clock = { now: () => noon, monotonic: () => 0, after: () => () => undefined };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'parley-store-'));
  file = path.join(folder, 'home', 'bank.sqlite');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(overrides: Partial<OpenStoreOptions> = {}) {
  return openStore({ file, migrations: [first], clock, log, ...overrides });
}

function failureOf(action: () => unknown): FailureError {
  try {
    action();
  } catch (error) {
    if (error instanceof FailureError) return error;
    throw error;
  }
  throw new Error('expected a failure');
}

describe('openStore', () => {
  it('puts the settings of the promises in force on every connection', () => {
    const store = open();
    const further = connectStore(file);
    for (const { database } of [store, further]) {
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('synchronous', { simple: true })).toBe(2);
      expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
      expect(database.pragma('trusted_schema', { simple: true })).toBe(0);
    }
    further.close();
    store.close();
  });

  it('refuses a database on which a setting does not take', () => {
    expect(failureOf(() => connectStore(':memory:'))).toMatchObject({
      code: 'store-damaged',
      details: { setting: 'journal_mode' },
    });
  });

  it.skipIf(process.platform === 'win32')('keeps the file and its folder to this user', () => {
    open().close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    chmodSync(file, 0o644);
    const store = open();
    for (const name of readdirSync(path.dirname(file))) {
      expect(statSync(path.join(path.dirname(file), name)).mode & 0o077, name).toBe(0);
    }
    store.close();
  });

  it('names a file that is not a database, and leaves it as it was', () => {
    open().close();
    writeFileSync(file, 'external_id,amount\n'.repeat(400));
    expect(failureOf(() => open()).code).toBe('store-damaged');
    expect(readFileSync(file, 'utf8')).toBe('external_id,amount\n'.repeat(400));
  });

  it('names a folder that can not be written', () => {
    writeFileSync(path.join(folder, 'plain'), '');
    expect(failureOf(() => open({ file: path.join(folder, 'plain', 'bank.sqlite') })).code).toBe(
      'file-not-readable',
    );
    expect(failureOf(() => open({ file: '/proc/self/bank.sqlite' })).code).toBe('file-not-readable');
  });

  it.skipIf(process.getuid?.() === 0)('names a read-only folder', () => {
    open().close();
    rmSync(`${file}.lock`);
    chmodSync(path.dirname(file), 0o500);
    expect(failureOf(() => open()).code).toBe('file-not-readable');
    chmodSync(path.dirname(file), 0o700);
  });
});

describe('the store lock', () => {
  it('refuses a second opening in this process and names the holder', () => {
    const store = open();
    expect(failureOf(() => open())).toMatchObject({ code: 'store-locked', details: { holder: process.pid } });
    store.close();
    store.close();
    open().close();
    expect(lockHolder(file)).toBeUndefined();
  });

  it('holds against another process and vanishes when that is killed', async () => {
    open().close();
    const source = `
      import { lockStore } from ${JSON.stringify(new URL('../../../../main/platform/sqlite/lock.ts', import.meta.url).href)};
      lockStore(process.argv[1]);
      console.log('locked');
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(child.stdout), 'line');
    expect(failureOf(() => open())).toMatchObject({ code: 'store-locked', details: { holder: child.pid } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    open().close();
  });
});

describe('migrations', () => {
  it('apply in order, each once', () => {
    open().close();
    const store = open({ migrations: [first, second] });
    store.database.exec("INSERT INTO bank (name) VALUES ('Nordbank')");
    expect(store.database.prepare('SELECT name, country FROM bank').all()).toEqual([
      { name: 'Nordbank', country: 'DE' },
    ]);
    expect(store.database.pragma('user_version', { simple: true })).toBe(20);
    store.close();
    open({ migrations: [first, second] }).close();
  });

  it('keep a copy of an existing store before the first change, and none of a new one', () => {
    const store = open();
    store.database.exec("INSERT INTO bank (name) VALUES ('Nordbank')");
    store.close();
    expect(backups()).toEqual([]);
    open({ migrations: [first, second] }).close();
    expect(backups()).toEqual(['bank.sqlite.before-10-2026-11-24T12-00-00-000Z.bak']);
    const copy = new Database(path.join(path.dirname(file), backups()[0] ?? ''), { readonly: true });
    expect(copy.prepare('SELECT * FROM bank').all()).toEqual([{ id: 1, name: 'Nordbank' }]);
    copy.close();
  });

  it('refuse a store of a newer build with its bytes untouched', () => {
    open({ migrations: [first, second] }).close();
    const before = readFileSync(file);
    expect(failureOf(() => open())).toMatchObject({
      code: 'store-newer',
      details: { version: 20, newest: 10 },
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('stop at the first failure with the version before it in force', () => {
    open().close();
    expect(() => open({ migrations: [first, second, failing] })).toThrow(/nowhere/);
    const store = open({ migrations: [first, second] });
    expect(store.database.pragma('user_version', { simple: true })).toBe(20);
    expect(
      store.database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get(),
    ).toEqual({ n: 0 });
    store.close();
  });

  it('refuse a step that breaks a reference', () => {
    const orphan: Migration = {
      version: 20,
      name: 'orphan',
      up: (database) => {
        database.exec('CREATE TABLE branch (bank INTEGER REFERENCES bank (id)) STRICT');
        database.exec('INSERT INTO branch VALUES (7)');
      },
    };
    open().close();
    expect(failureOf(() => open({ migrations: [first, orphan] })).code).toBe('store-damaged');
    open().close();
  });

  it('refuse a list that does not increase', () => {
    expect(() => open({ migrations: [second, first] })).toThrow(RangeError);
  });

  function backups(): string[] {
    return readdirSync(path.dirname(file)).filter(
      (name) => name.endsWith('.bak') || name.endsWith('.partial'),
    );
  }
});

describe('asStoreFailure', () => {
  it.each([
    ['SQLITE_FULL', 'disk-full', false],
    ['SQLITE_IOERR_FSYNC', 'store-damaged', true],
    ['SQLITE_IOERR_READ', 'store-damaged', false],
    ['SQLITE_CORRUPT_VTAB', 'store-damaged', false],
    ['SQLITE_NOTADB', 'store-damaged', false],
    ['SQLITE_READONLY_DIRECTORY', 'file-not-readable', false],
    ['SQLITE_BUSY_SNAPSHOT', 'busy', false],
  ])('names %s %s', (code, failure, fatal) => {
    const error = new Database.SqliteError('as SQLite says', code);
    expect(asStoreFailure(error)).toMatchObject({ code: failure, details: { sqlite: code, fatal } });
    expect(isFatalStoreFailure(error)).toBe(fatal);
  });

  it('leaves a bug as it is', () => {
    const bug = new TypeError('x is undefined');
    const constraint = new Database.SqliteError('UNIQUE constraint failed', 'SQLITE_CONSTRAINT_UNIQUE');
    expect(asStoreFailure(bug)).toBe(bug);
    expect(asStoreFailure(constraint)).toBe(constraint);
  });
});
