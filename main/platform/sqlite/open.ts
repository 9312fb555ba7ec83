/** Opens a SQLite store the one safe way: locked, migrated, with the settings that its promises need read back. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { FailureError } from '#shared/failure.ts';
import { withStoreFailures } from './failures.ts';
import { lockStore, type StoreLock } from './lock.ts';
import { migrate, pendingMigrations, storeVersion, type MigrationContext } from './migrate.ts';

export type { Migration } from './migrate.ts';

export interface Store {
  readonly database: Database.Database;
  readonly file: string;
  /** Checkpoints, closes and unlocks; a second call does nothing. */
  close(): void;
}

export type OpenStoreOptions = MigrationContext;

/** How long a statement waits for a writer on another connection of this process (an import's batch) before `busy`. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * The store in `file`, created with mode 0600 in a folder of mode 0700 where absent.
 * Throws `store-locked`, `store-newer`, `store-damaged`, `disk-full` or `file-not-readable`; then nothing was changed.
 */
export function openStore(options: OpenStoreOptions): Store {
  const { file } = options;
  return withStoreFailures(file, () => {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const lock = lockStore(file);
    let database: Database.Database | undefined;
    try {
      createPrivately(file);
      database = openChecked(options);
      return openedStore({ database, file, lock });
    } catch (error) {
      database?.close();
      lock.release();
      throw error;
    }
  });
}

/**
 * A further connection to a store that this process has open, for a worker thread: same settings, no lock, no migration.
 * It touches the file through SQLite only, since another descriptor closed in this process would drop SQLite's locks.
 */
export function connectStore(file: string): Store {
  return withStoreFailures(file, () => {
    const database = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      configure(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return openedStore({ database, file, lock: { release: () => undefined } });
  });
}

function openChecked(options: OpenStoreOptions): Database.Database {
  const database = new Database(options.file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Before any setting is written: a newer store is refused with its bytes untouched.
    pendingMigrations(storeVersion(database), options);
    configure(database);
    migrate(database, options);
    verifySettings(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function openedStore(parts: { database: Database.Database; file: string; lock: StoreLock }): Store {
  const { database, file, lock } = parts;
  return {
    database,
    file,
    close: () => {
      if (!database.open) return;
      try {
        database.close();
      } finally {
        lock.release();
      }
    },
  };
}

/** The settings in force on every connection, as `PRAGMA name` reads them back. */
const SETTINGS = [
  { name: 'journal_mode', value: 'WAL', readBack: 'wal' },
  // better-sqlite3 is built with NORMAL for WAL files, which loses acknowledged commits on power loss (reliability.md 0.1).
  { name: 'synchronous', value: 'FULL', readBack: 2 },
  { name: 'foreign_keys', value: 'ON', readBack: 1 },
  // A damaged or planted schema must not call functions with side effects.
  { name: 'trusted_schema', value: 'OFF', readBack: 0 },
  { name: 'busy_timeout', value: String(BUSY_TIMEOUT_MS), readBack: BUSY_TIMEOUT_MS },
  // The log file is cut back after a checkpoint, so that one large import doesn't keep its size on disk for ever.
  { name: 'journal_size_limit', value: '67108864', readBack: 67_108_864 },
] as const;

function configure(database: Database.Database): void {
  for (const { name, value } of SETTINGS) database.pragma(`${name} = ${value}`);
  verifySettings(database);
}

function verifySettings(database: Database.Database): void {
  for (const { name, readBack } of SETTINGS) {
    const inForce = database.pragma(name, { simple: true });
    if (inForce !== readBack) {
      throw new FailureError(
        'store-damaged',
        `${name} is ${String(inForce)}, not ${String(readBack)}: this store can't keep its promises here`,
        {
          setting: name,
        },
      );
    }
  }
}

/** An absent file is made with mode 0600 before SQLite sees it; a present one is tightened by name, without opening it. */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(file, 0o600);
  }
}
