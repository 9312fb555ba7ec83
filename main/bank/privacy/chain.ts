/**
 * The chain of keyed hashes over ledger rows: each covers its row and the hash before it, so a changed, missing,
 * moved or foreign row shows. A cut-off end does not show here; that takes the mirrored head.
 */
import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { canonicalJson } from '#shared/canonical.ts';
import { Digest } from '#shared/ids.ts';

export interface LedgerRow {
  readonly sequence: number;
  readonly at: string;
  readonly kind: string;
  readonly body: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The end of a chain: number and hash of its last row. */
export interface LedgerHead {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_HEAD: LedgerHead = { sequence: 0, hash: '0'.repeat(64) };

export interface ChainFault {
  readonly atSequence: number;
  readonly reason: string;
}

/** The row that follows `head`. */
export function chainRow(
  head: LedgerHead,
  content: Pick<LedgerRow, 'at' | 'kind' | 'body'>,
  macKey: KeyObject,
): LedgerRow {
  const row = { ...content, sequence: head.sequence + 1, previousHash: head.hash };
  return { ...row, hash: rowHash(row, macKey) };
}

/** The first fault of rows in order of their sequence numbers, which have to follow `after` (or begin the ledger). */
export function chainFault(
  rows: readonly LedgerRow[],
  macKey: KeyObject,
  after: LedgerHead = EMPTY_HEAD,
): ChainFault | undefined {
  let head = after;
  for (const row of rows) {
    const atSequence = head.sequence + 1;
    if (row.sequence !== atSequence) return { atSequence, reason: `entry ${String(atSequence)} is missing` };
    if (row.previousHash !== head.hash)
      return { atSequence, reason: 'it does not follow from the entry before it' };
    if (!isGenuine(row, macKey)) return { atSequence, reason: 'it was changed, or written with another key' };
    head = row;
  }
  return undefined;
}

/** Whether the row by itself is as it was written with this key. */
export function isGenuine(row: LedgerRow, macKey: KeyObject): boolean {
  return row.hash === rowHash(row, macKey);
}

/** SHA-256 of rows as they stand: what a recovery seals, so that also a chain that does not verify changes no more. */
export function digestOfRows(rows: readonly LedgerRow[]): Digest {
  const hash = createHash('sha256').update('parley/ledger-sealed/1');
  for (const row of rows) hash.update(canonicalJson({ ...row }));
  return Digest.parse(hash.digest('hex'));
}

export function headOf(rows: readonly LedgerRow[], after: LedgerHead = EMPTY_HEAD): LedgerHead {
  const last = rows.at(-1);
  return last === undefined ? after : { sequence: last.sequence, hash: last.hash };
}

function rowHash(row: Omit<LedgerRow, 'hash'>, macKey: KeyObject): string {
  const { sequence, at, kind, body, previousHash } = row;
  const text = canonicalJson({ format: 'parley/ledger/1', sequence, at, kind, body, previousHash });
  return createHmac('sha256', macKey).update(text).digest('hex');
}
