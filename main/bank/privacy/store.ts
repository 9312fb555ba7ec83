/** The rows of the privacy ledger in the bank's store: read and appended, nothing else. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { withStoreFailures } from '#main/platform/sqlite/failures.ts';
import { FailureError } from '#shared/failure.ts';
import type { LedgerRow } from './chain.ts';

/** The bank's store file, as its other parts have it open: a transaction of theirs can hold entries of the ledger. */
export type LedgerDatabase = Database.Database;

export interface LedgerStore {
  /** Up to `limit` rows after a sequence number, in order. Throws `store-damaged` where they can't be read. */
  rowsAfter(sequence: number, limit?: number): readonly LedgerRow[];
  /** Whether a row carries this hash. */
  hasHash(hash: string): boolean;
  /** Throws `store-damaged` where the row is not there afterwards. */
  append(row: LedgerRow): void;
  /**
   * Runs `action` as one transaction that takes the write lock at once, or as a part of the caller's transaction.
   * On its own it returns after the commit is on the disk.
   */
  inTransaction<T>(action: () => T): T;
  isInTransaction(): boolean;
}

const Row = z.object({
  sequence: z.number(),
  at: z.string(),
  kind: z.string(),
  body: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});

const ROWS_AFTER = `
SELECT sequence, at, kind, body, previous_hash AS previousHash, hash
FROM privacy_ledger WHERE sequence > ? ORDER BY sequence LIMIT ?`;

const APPEND = `
INSERT INTO privacy_ledger (sequence, at, kind, body, previous_hash, hash)
VALUES (@sequence, @at, @kind, @body, @previousHash, @hash)`;

const SYNCHRONOUS_FULL = 2;

/** Throws where a commit could be lost with the power: the ledger's promises rest on it. */
export function ledgerStore(database: LedgerDatabase): LedgerStore {
  if (Number(database.pragma('synchronous', { simple: true })) < SYNCHRONOUS_FULL) {
    throw new Error('the privacy ledger needs synchronous = FULL');
  }
  const rowsAfter = database.prepare(ROWS_AFTER);
  const hasHash = database.prepare('SELECT 1 FROM privacy_ledger WHERE hash = ?');
  const append = database.prepare<LedgerRow>(APPEND);
  return {
    rowsAfter: (sequence, limit = -1) =>
      withStoreFailures(database.name, () => parsedRows(rowsAfter.all(sequence, limit))),
    hasHash: (hash) => hasHash.get(hash) !== undefined,
    append: (row) => {
      append.run(row);
      // A planted trigger can swallow a row without a word.
      if (hasHash.get(row.hash) === undefined)
        throw new FailureError('store-damaged', 'The store did not keep an entry of the privacy ledger');
    },
    inTransaction: (action) => {
      const transaction = database.transaction(action);
      return database.inTransaction ? transaction() : transaction.immediate();
    },
    isInTransaction: () => database.inTransaction,
  };
}

/** A bit of the file can turn a text into something else; that is damage, not a bug. */
function parsedRows(found: readonly unknown[]): readonly LedgerRow[] {
  const rows = z.array(Row).safeParse(found);
  if (rows.success) return rows.data;
  throw new FailureError('store-damaged', 'A row of the privacy ledger is not of the kind it was written as');
}
