/** What is kept outside the store's file: the newest head with its high-water mark, and what the hub holds instead. */
import type { KeyObject } from 'node:crypto';
import { markOf, type MirroredHead, sealMark, trailOf } from './mark.ts';
import type { KnownLedger } from './known-ledger.ts';

/** The newest head, kept outside the store's file (key store), so that an old copy of the file is noticed. */
export interface LedgerMirror {
  /** `damaged` where something is kept that is no head. */
  readMirroredHead(): MirroredHead | 'damaged' | undefined;
  /** Durable when it returns. */
  mirrorHead(head: MirroredHead): void;
}

export interface KeptHead {
  readonly read: () => MirroredHead | 'damaged' | undefined;
  /** Writes the head of a ledger that verifies, where it is new. */
  write(known: KnownLedger): void;
  /** What the hub holds and the ledger has not, also where nothing readable is kept. */
  readonly foreign: () => string | undefined;
  /** The hub holds this head, signed by this bank, and the ledger has no such entry. */
  noteForeign(hash: string): void;
}

interface KeptHeadOptions {
  readonly mirror: LedgerMirror;
  readonly macKey: KeyObject;
}

export function keptHead({ mirror, macKey }: KeptHeadOptions): KeptHead {
  let written = mirror.readMirroredHead();
  /** Also in memory: a hub's word counts where nothing readable is kept. */
  let foreign: string | undefined;
  const write = (head: MirroredHead): void => {
    mirror.mirrorHead(head);
    written = head;
  };
  return {
    read: () => {
      const kept = mirror.readMirroredHead();
      return foreign === undefined || kept === undefined || kept === 'damaged' ? kept : { ...kept, foreign };
    },
    foreign: () => foreign,
    write: ({ health, head, balance, entries }) => {
      if (health.kind !== 'verified') return;
      foreign = undefined;
      if (isNewest(written, head.hash)) return;
      const trail = trailOf(entries.map(({ hash }) => hash));
      write({ ...head, mark: sealMark(head, markOf(balance, trail), macKey) });
    },
    noteForeign: (hash) => {
      if (hash === foreign) return;
      foreign = hash;
      const kept = mirror.readMirroredHead();
      if (kept !== undefined && kept !== 'damaged') write({ ...kept, foreign: hash });
    },
  };
}

/** A head from before there were marks, or beside a foreign one that was answered for, is written again. */
function isNewest(kept: MirroredHead | 'damaged' | undefined, hash: string): boolean {
  if (kept === undefined || kept === 'damaged') return false;
  return kept.hash === hash && kept.mark !== undefined && kept.foreign === undefined;
}
