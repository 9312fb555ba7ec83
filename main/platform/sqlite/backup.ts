/** Copies of a whole store: made while it is open, checked before they count, and put in a store's place while it is closed. */
import { chmodSync, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { FailureError } from '#shared/failure.ts';
import { flushDirectoryOf, flushFile } from '../files.ts';
import type { Clock } from '../ports.ts';
import { withStoreFailures } from './failures.ts';
import { lockStore } from './lock.ts';

/**
 * Writes the store as of now to `file`, complete or not at all. Throws `file-not-writable` where a file is in the way or
 * none can be made, `store-damaged` where the copy does not check.
 */
export function backUpStore(database: Database.Database, file: string): { readonly bytes: number } {
  if (existsSync(file))
    throw new FailureError('file-not-writable', `${file} exists already; a backup replaces nothing`, {
      file,
    });
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  try {
    database.prepare('VACUUM INTO ?').run(partial);
    chmodSync(partial, 0o600);
    requireWhole(partial);
    flushFile(partial);
    renameSync(partial, file);
    flushDirectoryOf(file);
  } catch (error) {
    rmSync(partial, { force: true });
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_CANTOPEN')
      throw new FailureError('file-not-writable', `No file can be made at ${file}`, { file });
    throw error;
  }
  return { bytes: statSync(file).size };
}

/** Every page and every reference of a store file, read without changing it. Throws `store-damaged` or `file-not-readable`. */
export function requireWhole(file: string): void {
  if (!existsSync(file)) throw new FailureError('file-not-readable', `There is no file ${file}`, { file });
  const findings = withStoreFailures(file, () => {
    const database = new Database(file, { readonly: true });
    try {
      const check = database.pragma('integrity_check(1)', { simple: true });
      return check === 'ok' ? database.pragma('foreign_key_check') : check;
    } finally {
      database.close();
    }
  });
  if (Array.isArray(findings) && findings.length === 0) return;
  throw new FailureError('store-damaged', `${file} is not a whole store (${String(findings)})`, { file });
}

export interface Replacement {
  /** The store's file; nobody may have it open. */
  readonly file: string;
  /** What takes its place; it stays where it is. */
  readonly backup: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Looks at a copy before it counts: throws what speaks against it. */
  readonly check: (copy: string) => void;
}

/**
 * Puts a backup in the store's place and answers where the store of before is kept (null: there was none). Throws
 * `store-locked`, or what is wrong with the backup; then the store is as it was.
 */
export function replaceStore({ file, backup, clock, check }: Replacement): string | null {
  requireWhole(backup);
  const lock = lockStore(file);
  const copy = `${file}.restoring`;
  try {
    removeWithSides(copy);
    withStoreFailures(backup, () => {
      copyFileSync(backup, copy);
      chmodSync(copy, 0o600);
    });
    check(copy);
    flushFile(copy);
    const kept = existsSync(file) ? keepAside(file, clock) : null;
    renameSync(copy, file);
    flushDirectoryOf(file);
    return kept;
  } finally {
    removeWithSides(copy);
    lock.release();
  }
}

/** With its log, so that what was committed last before a crash stays with it. */
function keepAside(file: string, clock: Pick<Clock, 'now'>): string {
  const time = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-');
  const kept = `${file}.before-restore-${time}.bak`;
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${kept}-wal`);
  rmSync(`${file}-shm`, { force: true });
  renameSync(file, kept);
  return kept;
}

function removeWithSides(file: string): void {
  for (const side of ['', '-wal', '-shm', '.lock', '.holder']) rmSync(`${file}${side}`, { force: true });
}
