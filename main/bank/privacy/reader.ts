/**
 * Reads the ledger and says whether it can be relied on: its chain, and that its end is not older than the head kept
 * outside the file. Holds no figure that is not in the file.
 */
import type { KeyObject } from 'node:crypto';
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';
import { Digest } from '#shared/ids.ts';
import { type Balance, balanceAfter, EMPTY_BALANCE } from './balance.ts';
import { chainFault, type ChainFault, EMPTY_HEAD, headOf, type LedgerHead } from './chain.ts';
import { decodeRow, type LedgerEntry } from './entry.ts';
import type { LedgerStore } from './store.ts';

/** The newest head, kept outside the store's file (key store), so that an old copy of the file is noticed. */
export interface LedgerMirror {
  readMirroredHead(): LedgerHead | undefined;
  /** Durable when it returns. */
  mirrorHead(head: LedgerHead): void;
}

/** The ledger as last read. Where it does not verify, the balance still counts every entry that can be read. */
export interface KnownLedger {
  readonly health: LedgerHealth;
  readonly head: LedgerHead;
  readonly entries: readonly LedgerEntry[];
  readonly balance: Balance;
}

export interface LedgerReader {
  /** As last verified, plus what the caller's open transaction has added. */
  current(): KnownLedger;
  /** Reads and checks everything again. */
  verify(): KnownLedger;
  /** As `verify`, but only reads what is new while nothing can have changed what was verified before. */
  verifyBeforeSpending(): KnownLedger;
  /** Mirrors the committed head if it is verified and new; does nothing inside a transaction. */
  mirrorCommitted(): void;
}

interface ReaderOptions {
  readonly store: LedgerStore;
  readonly macKey: KeyObject;
  readonly mirror: LedgerMirror;
}

/** Bytes changed past SQLite show in no mark, so the whole is read again also after so many checks of what is new. */
const CHECKS_BETWEEN_WHOLE = 64;

export function ledgerReader(options: ReaderOptions): LedgerReader {
  const { store, mirror } = options;
  // Taken before the rows are read: what is written in between shows as a change.
  const mark = store.changeMark();
  let known = readFrom(EMPTY_LEDGER, options);
  let mirrored = mirror.readMirroredHead();
  let whole = { mark, checksLeft: CHECKS_BETWEEN_WHOLE };

  /** What a transaction has added is not kept, since it may be rolled back; a fault is, since it blocks until verified. */
  const keep = (fresh: KnownLedger): KnownLedger => {
    if (fresh.health.kind !== 'verified' || !store.isInTransaction()) known = fresh;
    return fresh;
  };
  const mirrorKnown = (): void => {
    const { health, head } = known;
    if (health.kind !== 'verified' || mirrored?.hash === head.hash) return;
    mirror.mirrorHead(head);
    mirrored = head;
  };
  const current = (): KnownLedger => {
    if (store.rowsAfter(known.head.sequence, 1).length === 0) return known;
    return keep(readFrom(known.health.kind === 'verified' ? known : EMPTY_LEDGER, options));
  };
  const mirrorCommitted = (): void => {
    if (store.isInTransaction()) return;
    current();
    mirrorKnown();
  };

  mirrorCommitted();
  const verify = (): KnownLedger => {
    whole = { mark: store.changeMark(), checksLeft: CHECKS_BETWEEN_WHOLE };
    return keep(readFrom(EMPTY_LEDGER, options, known.entries));
  };
  const isAsVerified = (): boolean =>
    known.health.kind === 'verified' &&
    whole.checksLeft > 0 &&
    whole.mark === store.changeMark() &&
    (known.head.sequence === 0 || store.rowsAfter(known.head.sequence - 1, 1)[0]?.hash === known.head.hash);
  const verifyBeforeSpending = (): KnownLedger => {
    if (!isAsVerified()) return verify();
    whole = { ...whole, checksLeft: whole.checksLeft - 1 };
    return keep(readFrom(known, options));
  };
  return { current, verify, verifyBeforeSpending, mirrorCommitted };
}

const EMPTY_LEDGER: KnownLedger = {
  health: { kind: 'verified', entries: 0, head: null },
  head: EMPTY_HEAD,
  entries: [],
  balance: EMPTY_BALANCE,
};

/**
 * Checks the rows after a part that was verified before; after the empty ledger that is the whole file.
 * `decoded`: entries of an earlier reading; a row whose chained hash is still theirs says the same and is not parsed again.
 */
function readFrom(
  verified: KnownLedger,
  { store, macKey, mirror }: ReaderOptions,
  decoded: readonly LedgerEntry[] = [],
): KnownLedger {
  const rows = store.rowsAfter(verified.head.sequence);
  const added = rows.map((row) => {
    const before = decoded[row.sequence - 1];
    return before?.hash === row.hash ? before : decodeRow(row);
  });
  const readable = added.filter((entry) => entry !== undefined);
  const entries = [...verified.entries, ...readable];
  const head = headOf(rows, verified.head);
  const fault = chainFault(rows, macKey, verified.head) ?? unreadable(added, verified.head);
  const health =
    fault === undefined ? comparedWith(mirror.readMirroredHead(), { entries, head }) : broken(fault);
  return { health, head, entries, balance: balanceAfter(readable, verified.balance) };
}

function broken(fault: ChainFault): LedgerHealth {
  return { kind: 'broken', ...fault };
}

function unreadable(added: readonly (LedgerEntry | undefined)[], after: LedgerHead): ChainFault | undefined {
  const index = added.indexOf(undefined);
  if (index === -1) return undefined;
  return { atSequence: after.sequence + index + 1, reason: 'this version of Parley can not read it' };
}

interface ChainedEntries {
  readonly entries: readonly LedgerEntry[];
  readonly head: LedgerHead;
}

/**
 * Entries that chain, against the head kept outside the file: an older copy or another history shows. Entries beyond
 * the mirrored head are no fault: a crash between commit and mirror leaves them.
 */
function comparedWith(mirrored: LedgerHead | undefined, { entries, head }: ChainedEntries): LedgerHealth {
  const count = entries.length;
  // An empty ledger mirrors its head too, so entries without a mirrored head mean that the mirror was taken away.
  if (mirrored === undefined && count > 0) return { kind: 'rolled-back', entries: count, expected: count };
  const hashThere =
    mirrored === undefined || mirrored.sequence === 0
      ? EMPTY_HEAD.hash
      : entries[mirrored.sequence - 1]?.hash;
  if (mirrored !== undefined && mirrored.hash !== hashThere) {
    return { kind: 'rolled-back', entries: count, expected: mirrored.sequence };
  }
  return { kind: 'verified', entries: count, head: count === 0 ? null : Digest.parse(head.hash) };
}
