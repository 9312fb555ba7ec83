/**
 * Reads the ledger and says whether it can be relied on: its chain, and that its end is not older than the head kept
 * outside the file. Holds no figure that is not in the file.
 */
import type { KeyObject } from 'node:crypto';
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';
import { balanceAfter, EMPTY_BALANCE } from './balance.ts';
import {
  type ChainFault,
  chainFault,
  EMPTY_HEAD,
  headOf,
  isGenuine,
  type LedgerHead,
  type LedgerRow,
} from './chain.ts';
import { decodeRow, type LedgerEntry } from './entry.ts';
import { keptHead, type LedgerMirror } from './kept-head.ts';
import type { KnownLedger } from './known-ledger.ts';
import type { MirroredHead } from './mark.ts';
import { sealedRows } from './sealed.ts';
import type { LedgerStore } from './store.ts';
import { comparedWith, isInHistory } from './witness.ts';

export interface LedgerReader {
  /** As last verified, plus what the caller's open transaction has added. */
  current(): KnownLedger;
  /** Reads and checks everything again, as before every charge: that takes 10 ms at 500 entries, 27 ms at 1,500. */
  verify(): KnownLedger;
  /** Mirrors the committed head and its high-water mark if they are verified and new; does nothing inside a transaction. */
  mirrorCommitted(): void;
  /** Whether this hash is, or ever was, the end of this ledger. */
  isOwnHead(hash: string): boolean;
  /** The hub holds a head that this bank signed: one that is not in the ledger shows that the file is older. */
  noteHubHead(hash: string): KnownLedger;
  /**
   * The entry with this hash recovers the ledger: once it is committed, the ledger stands on its own chain again and is
   * mirrored anew, whatever was kept outside before.
   */
  recoveredBy(hash: string): void;
  /** What is kept outside the file, with what the hub holds. */
  readonly mirrored: () => MirroredHead | 'damaged' | undefined;
  /** The head that the hub holds and the ledger has not, as heard in this process. */
  readonly foreign: () => string | undefined;
}

export interface ReaderOptions {
  readonly store: LedgerStore;
  readonly macKey: KeyObject;
  readonly mirror: LedgerMirror;
}

export function ledgerReader(options: ReaderOptions): LedgerReader {
  const { store } = options;
  const kept = keptHead(options);
  const read = (verified: KnownLedger, decoded: readonly LedgerEntry[] = []): KnownLedger =>
    readFrom(verified, { ...options, mirrored: kept.read() }, decoded);
  let known = read(EMPTY_LEDGER);
  /** Hash of the recovery that may be committed by now. */
  let recovery: string | undefined;

  /** What a transaction has added is not kept, since it may be rolled back; a fault is, since it blocks until verified. */
  const keep = (fresh: KnownLedger): KnownLedger => {
    if (fresh.health.kind !== 'verified' || !store.isInTransaction()) known = fresh;
    return fresh;
  };
  const current = (): KnownLedger => {
    if (store.rowsAfter(known.head.sequence, 1).length === 0) return known;
    return keep(read(known.health.kind === 'verified' ? known : EMPTY_LEDGER));
  };
  const verify = (): KnownLedger => keep(read(EMPTY_LEDGER, known.entries));
  const mirrorCommitted = (): void => {
    if (store.isInTransaction()) return;
    if (recovery !== undefined && store.hasHash(recovery))
      known = readFrom(EMPTY_LEDGER, { ...options, mirrored: EMPTY_HEAD }, []);
    recovery = undefined;
    kept.write(current());
  };
  mirrorCommitted();
  return {
    current,
    verify,
    mirrorCommitted,
    isOwnHead: (hash) => isInHistory(hash, store, current().balance),
    noteHubHead: (hash) => {
      if (isInHistory(hash, store, current().balance)) return current();
      kept.noteForeign(hash);
      return verify();
    },
    recoveredBy: (hash) => {
      recovery = hash;
    },
    mirrored: kept.read,
    foreign: kept.foreign,
  };
}

const EMPTY_LEDGER: KnownLedger = {
  health: { kind: 'verified', entries: 0, head: null },
  head: EMPTY_HEAD,
  entries: [],
  balance: EMPTY_BALANCE,
};

interface Reading extends ReaderOptions {
  readonly mirrored: MirroredHead | 'damaged' | undefined;
}

/**
 * Checks the rows after a part that was verified before; after the empty ledger that is the whole file.
 * `decoded`: entries of an earlier reading; a row whose chained hash is still theirs says the same and is not parsed again.
 */
function readFrom(
  verified: KnownLedger,
  { store, macKey, mirrored }: Reading,
  decoded: readonly LedgerEntry[],
): KnownLedger {
  const all = store.rowsAfter(verified.head.sequence);
  const sealed = verified.head.sequence === 0 ? sealedRows(all, macKey) : [];
  const rows = all.slice(sealed.length);
  const before = headOf(sealed, verified.head);
  const added = rows.map((row) => entryOf(row, decoded));
  const genuine = sealed.filter((row) => isGenuine(row, macKey)).map((row) => entryOf(row, decoded));
  const readable = [...genuine, ...added].filter((entry) => entry !== undefined);
  const entries = [...verified.entries, ...readable];
  const head = headOf(rows, before);
  const balance = balanceAfter(readable, verified.balance);
  const fault = chainFault(rows, macKey, before) ?? unreadable(added, before);
  const health: LedgerHealth =
    fault === undefined
      ? comparedWith(mirrored, { store, balance, head, count: entries.length })
      : { kind: 'broken', ...fault };
  return { health, head, entries, balance };
}

function entryOf(row: LedgerRow, decoded: readonly LedgerEntry[]): LedgerEntry | undefined {
  const before = decoded[row.sequence - 1];
  return before?.hash === row.hash ? before : decodeRow(row);
}

function unreadable(added: readonly (LedgerEntry | undefined)[], after: LedgerHead): ChainFault | undefined {
  const index = added.indexOf(undefined);
  if (index === -1) return undefined;
  return { atSequence: after.sequence + index + 1, reason: 'this version of Parley can not read it' };
}
