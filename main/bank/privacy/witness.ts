/** A ledger that chains, against the heads kept outside its file: an older copy or another history shows. */
import { Digest } from '#shared/ids.ts';
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';
import type { Balance } from './balance.ts';
import { EMPTY_HEAD, type LedgerHead } from './chain.ts';
import { isOnTrail, type MirroredHead } from './mark.ts';
import type { LedgerStore } from './store.ts';

export interface ChainedLedger {
  readonly store: Pick<LedgerStore, 'hasHash'>;
  readonly balance: Pick<Balance, 'recoveries'>;
  readonly head: LedgerHead;
  /** Entries that can be read. */
  readonly count: number;
}

/** Entries beyond the mirrored head are no fault: a crash between commit and mirror leaves them. */
export function comparedWith(
  mirrored: MirroredHead | 'damaged' | undefined,
  { store, balance, head, count }: ChainedLedger,
): LedgerHealth {
  const older = (expected: number, witness: 'mirror' | 'hub' | 'none'): LedgerHealth => {
    return { kind: 'rolled-back', entries: count, expected, witness };
  };
  // An empty ledger mirrors its head too, so entries without a mirrored head mean that the mirror was taken away.
  if (mirrored === 'damaged' || (mirrored === undefined && count > 0)) return older(count, 'none');
  if (mirrored !== undefined && !isInHistory(mirrored.hash, store, balance))
    return older(mirrored.sequence, 'mirror');
  if (mirrored?.foreign !== undefined && !isInHistory(mirrored.foreign, store, balance))
    return older(count + 1, 'hub');
  return { kind: 'verified', entries: count, head: count === 0 ? null : Digest.parse(head.hash) };
}

/** Whether this is the hash of one of the entries, or of a history that a recovery answered for. */
export function isInHistory(
  hash: string,
  store: Pick<LedgerStore, 'hasHash'>,
  { recoveries }: Pick<Balance, 'recoveries'>,
): boolean {
  if (hash === EMPTY_HEAD.hash || store.hasHash(hash)) return true;
  return recoveries.some(
    ({ answersFor, trail }) => answersFor.some((one) => one === hash) || isOnTrail(trail, hash),
  );
}
