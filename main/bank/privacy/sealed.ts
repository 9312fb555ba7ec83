/**
 * Rows that a recovery sealed: a chain that did not verify stays for the auditor exactly as it was found. Its rows are held
 * together by one digest instead of their own hashes, and no figure rests on them alone.
 */
import type { KeyObject } from 'node:crypto';
import { digestOfRows, isGenuine, type LedgerRow } from './chain.ts';
import { decodeRow } from './entry.ts';

/** The rows before the newest recovery whose seal holds; none where no recovery sealed any. */
export function sealedRows(rows: readonly LedgerRow[], macKey: KeyObject): readonly LedgerRow[] {
  for (let i = rows.length - 1; i > 0; i--) {
    const row = rows[i];
    if (row?.kind !== 'recovered' || !isGenuine(row, macKey)) continue;
    const fact = decodeRow(row)?.fact;
    if (fact?.kind !== 'recovered' || fact.sealed === null) continue;
    const before = rows.slice(0, i);
    if (before.length === fact.sealed.rows && digestOfRows(before) === fact.sealed.digest) return before;
  }
  return [];
}
