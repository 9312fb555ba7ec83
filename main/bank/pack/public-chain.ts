/**
 * The ledger as a chain that needs no secret. The bank's own chain is keyed, so that nobody without the key can rewrite the
 * file; a regulator has no key, so a pack chains the same rows by SHA-256 and the bank signs the end of it.
 */
import { digestOf } from '#main/wire/identity.ts';
import { EMPTY_HEAD, type LedgerRow } from '../privacy/chain.ts';
import type { PackLedgerRow } from './format.ts';

export function publicLedger(rows: readonly LedgerRow[]): readonly PackLedgerRow[] {
  let previousHash = EMPTY_HEAD.hash;
  return rows.map(({ sequence, at, kind, body, hash: mac, previousHash: previousMac }) => {
    const row = { sequence, at, kind, body, mac, previousMac };
    const next = digestOf({ format: 'parley/pack-ledger/1', ...row, previousHash });
    previousHash = next;
    return { ...row, hash: next };
  });
}
