/**
 * One process per store: a desktop app and a headless process must never spend one budget twice (design.md section 3).
 *
 * The lock is an empty SQLite database held in an EXCLUSIVE transaction: the operating system drops it with the process,
 * also on kill -9. Its bytes must never be read with `fs` in this process: closing any descriptor of the file would drop
 * POSIX locks. So the holder's process id stands in a file of its own, which means something only while the lock is held.
 */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { FailureError } from '#shared/failure.ts';

export interface StoreLock {
  release(): void;
}

/** Takes the lock beside `file` at once, or throws `store-locked` naming the process that holds it. */
export function lockStore(file: string): StoreLock {
  const database = new Database(`${file}.lock`, { timeout: 0 });
  try {
    chmodSync(`${file}.lock`, 0o600);
    database.exec('BEGIN EXCLUSIVE');
    writeFileSync(holderFile(file), `${String(process.pid)}\n`, { mode: 0o600 });
  } catch (error) {
    database.close();
    throw isBusy(error) ? lockedFailure(file) : error;
  }
  return {
    release: () => {
      if (!database.open) return;
      rmSync(holderFile(file), { force: true });
      database.close();
    },
  };
}

/** The process id that the holder wrote, or undefined while it is not written yet. */
export function lockHolder(file: string): number | undefined {
  try {
    const holder = Number.parseInt(readFileSync(holderFile(file), 'utf8'), 10);
    return Number.isSafeInteger(holder) ? holder : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function holderFile(file: string): string {
  return `${file}.holder`;
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function lockedFailure(file: string): FailureError {
  const holder = lockHolder(file);
  const who = holder === undefined ? 'Another process' : `Process ${String(holder)}`;
  const details = holder === undefined ? { file } : { file, holder };
  return new FailureError('store-locked', `${who} has ${file} open`, details);
}
