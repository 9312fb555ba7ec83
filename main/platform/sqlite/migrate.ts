/** Brings a store to the version of this build, one transaction a step, with a copy kept before the first change. */
import { chmodSync, renameSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { FailureError } from '#shared/failure.ts';
import type { Clock, Log } from '../ports.ts';

export interface Migration {
  /** Numbered by tens, strictly increasing in the list. */
  readonly version: number;
  readonly name: string;
  /** Runs inside the runner's transaction; must not begin or commit one itself. */
  readonly up: (database: Database.Database) => void;
}

export interface MigrationContext {
  readonly file: string;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The migrations that `version` still lacks. Throws `store-newer` for a version this build does not list, and a
 * RangeError for a list that is not strictly increasing (a bug of the build).
 */
export function pendingMigrations(version: number, context: MigrationContext): readonly Migration[] {
  const { migrations, file } = context;
  for (const [index, migration] of migrations.entries()) {
    if (migration.version <= (migrations[index - 1]?.version ?? 0)) {
      throw new RangeError(`migration ${String(migration.version)} does not follow the one before`);
    }
  }
  if (version !== 0 && !migrations.some((migration) => migration.version === version)) {
    const newest = migrations.at(-1)?.version ?? 0;
    throw new FailureError(
      'store-newer',
      `${file} has version ${String(version)}; this build knows up to ${String(newest)}`,
      {
        version,
        newest,
      },
    );
  }
  return migrations.filter((migration) => migration.version > version);
}

/** Applies what is pending. Stops at the first failure, which leaves the version before it in force. */
export function migrate(database: Database.Database, context: MigrationContext): void {
  const before = storeVersion(database);
  const pending = pendingMigrations(before, context);
  if (pending.length === 0) return;
  if (before !== 0) backUp(database, before, context);
  // Off outside the transactions: a step may rebuild a table that others refer to. Each step is checked before its commit.
  database.pragma('foreign_keys = OFF');
  try {
    for (const migration of pending) {
      applyOne(database, migration);
      context.log.info('store.migrated', {
        file: context.file,
        version: migration.version,
        name: migration.name,
      });
    }
  } finally {
    database.pragma('foreign_keys = ON');
  }
}

export function storeVersion(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function applyOne(database: Database.Database, migration: Migration): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    migration.up(database);
    const broken = database.prepare('PRAGMA foreign_key_check').all();
    if (broken.length > 0) {
      throw new FailureError(
        'store-damaged',
        `Migration ${migration.name} found ${String(broken.length)} broken references`,
      );
    }
    database.pragma(`user_version = ${String(migration.version)}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** `FILE.before-VERSION-TIME.bak`, complete or absent: it is copied under another name and renamed. */
function backUp(database: Database.Database, version: number, context: MigrationContext): void {
  const time = new Date(context.clock.now()).toISOString().replaceAll(/[:.]/g, '-');
  const backup = `${context.file}.before-${String(version)}-${time}.bak`;
  const partial = `${backup}.partial`;
  rmSync(partial, { force: true });
  database.prepare('VACUUM INTO ?').run(partial);
  chmodSync(partial, 0o600);
  renameSync(partial, backup);
  context.log.info('store.backed-up', { file: context.file, backup, version });
}
