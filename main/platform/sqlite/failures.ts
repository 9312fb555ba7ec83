/** SQLite's and the file system's error codes as the failures a person can act on; not for bugs, which pass unchanged. */
import Database from 'better-sqlite3';
import { FailureError, type FailureCode } from '#shared/failure.ts';

/**
 * A failed store operation as a `FailureError`; anything that is not a store failure (a bug, or a failure already named)
 * comes back as it is, so `throw asStoreFailure(error)` is always right.
 */
export function asStoreFailure(error: unknown, file = 'the store'): unknown {
  if (!(error instanceof Error) || error instanceof FailureError) return error;
  const code = codeOf(error);
  const failure = code === undefined ? undefined : failureCodeOf(code);
  if (code === undefined || failure === undefined) return error;
  return new FailureError(failure, `${sentence(failure, file)} (${code}: ${error.message})`, {
    sqlite: code,
    fatal: isFatalCode(code),
  });
}

/** Runs `action`, turning store errors into named failures. */
export function withStoreFailures<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asStoreFailure(error, file);
  }
}

/**
 * True when the process must stop without acknowledging anything more: after a failed fsync the kernel may have
 * dropped the dirty pages, so a retry that "succeeds" proves nothing (Rebello et al., "Can Applications Recover from
 * fsync Failures?", USENIX ATC 2020).
 */
export function isFatalStoreFailure(error: unknown): boolean {
  const failure = asStoreFailure(error);
  return failure instanceof FailureError && failure.details['fatal'] === true;
}

function codeOf(error: Error): string | undefined {
  if (error instanceof Database.SqliteError) return error.code;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const FOLDER_CODES = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOENT', 'ENOTDIR', 'EEXIST', 'EISDIR']);

function failureCodeOf(code: string): FailureCode | undefined {
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'disk-full';
  if (/^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(code) || code === 'EIO') return 'store-damaged';
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/.test(code)) return 'file-not-readable';
  if (FOLDER_CODES.has(code)) return 'file-not-readable';
  return /^SQLITE_(BUSY|LOCKED)/.test(code) ? 'busy' : undefined;
}

function isFatalCode(code: string): boolean {
  return code === 'EIO' || /^SQLITE_IOERR_(FSYNC|DIR_FSYNC|WRITE|TRUNCATE|CLOSE)/.test(code);
}

function sentence(code: FailureCode, file: string): string {
  if (code === 'disk-full') return `There is no space left for ${file}`;
  if (code === 'store-damaged') return `${file} can't be read or written reliably`;
  if (code === 'busy') return `${file} is being written by another connection`;
  return `${file} can't be opened for reading and writing`;
}
