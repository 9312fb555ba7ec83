/**
 * Slice `bit-flips`: one bit of the store's files turned at random (I1, I12). A ledger whose fields changed must not open as
 * verified, and never shows a lower ε as verified. SQLite's own integrity check, the control, misses most of such changes.
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stream } from '#main/sample/generator/stream.ts';
import type { Check } from '../proof.ts';
import { examine, type FlippedStore, sealStore } from './bit-flips/store.ts';
import { scratchFolder } from './scratch.ts';
import { type PrivacySlice, scaled, type SliceOptions } from './slice.ts';

const FLIPS = 1000;
const SAYS_EVERY = 250;

export interface FlipFigures {
  readonly flips: number;
  readonly bytes: number;
  /** Flips after which SQLite read other values in the ledger, or could not read it. */
  readonly changed: number;
  readonly unreadable: number;
  /** Of these, opened by the app as verified all the same. */
  readonly accepted: number;
  /** Shown as verified with a lower ε than was charged. */
  readonly lowered: number;
  /** Of the changed ones, those that PRAGMA integrity_check calls ok. */
  readonly missedByIntegrityCheck: number;
  /** Refused although the ledger's fields were the same: other pages were hit. */
  readonly refusedUnchanged: number;
  /** Refused by an error that is no named failure. */
  readonly unnamed: number;
}

export const bitFlips: PrivacySlice = {
  name: 'bit-flips',
  summary: 'single bits of the store turned at random: a changed ledger never opens as verified',
  minutes: 1,
  run: async (options) => {
    const figures = flipBits(options);
    return { table: table(figures), figures, checks: checks(figures) };
  },
};

export function flipBits(options: SliceOptions): FlipFigures {
  const folder = scratchFolder('parley-flips-');
  const flipped = path.join(folder, 'flipped');
  mkdirSync(flipped);
  try {
    const sealed = sealStore(path.join(folder, 'sealed'));
    const random = stream(options.seed, 'bit-flips');
    const count = scaled(FLIPS, options);
    let figures: FlipFigures = { ...NO_FLIPS, bytes: sealed.bits / 8 };
    for (let flip = 1; flip <= count; flip++) {
      sealed.writeFlipped(flipped, random.whole(0, sealed.bits - 1));
      figures = counted(figures, examine(flipped, sealed), sealed.chargedEpsilon);
      if (flip % SAYS_EVERY === 0) options.say(`${String(flip)} of ${String(count)} flips`);
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const NO_FLIPS: FlipFigures = {
  flips: 0,
  bytes: 0,
  changed: 0,
  unreadable: 0,
  accepted: 0,
  lowered: 0,
  missedByIntegrityCheck: 0,
  refusedUnchanged: 0,
  unnamed: 0,
};

function counted(before: FlipFigures, found: FlippedStore, charged: number): FlipFigures {
  const { fields, integrityCheck, app, chargedEpsilon } = found;
  const one = (claim: boolean): number => (claim ? 1 : 0);
  const isTouched = fields !== 'same';
  return {
    ...before,
    flips: before.flips + 1,
    changed: before.changed + one(fields === 'changed'),
    unreadable: before.unreadable + one(fields === 'unreadable'),
    accepted: before.accepted + one(isTouched && app === 'verified'),
    lowered: before.lowered + one(chargedEpsilon !== null && chargedEpsilon < charged),
    missedByIntegrityCheck:
      before.missedByIntegrityCheck + one(fields === 'changed' && integrityCheck === 'ok'),
    refusedUnchanged: before.refusedUnchanged + one(!isTouched && app !== 'verified'),
    unnamed: before.unnamed + one(app === 'unnamed'),
  };
}

function table(figures: FlipFigures): string {
  const { flips, bytes, changed, unreadable, accepted, missedByIntegrityCheck, refusedUnchanged } = figures;
  return [
    `${String(flips)} flips over ${String(Math.round(bytes / 1024))} KiB of database and write-ahead log`,
    `the ledger's fields changed after ${String(changed)}, could not be read after ${String(unreadable)}; the app took ${String(accepted)} of them for verified`,
    `PRAGMA integrity_check calls ${String(missedByIntegrityCheck)} of the ${String(changed)} changed ledgers ok`,
    `refused although the ledger was whole: ${String(refusedUnchanged)} (other pages)`,
  ].join('\n');
}

function checks(figures: FlipFigures): readonly Check[] {
  const { flips, changed, unreadable, accepted, lowered, missedByIntegrityCheck } = figures;
  return [
    {
      name: 'every changed ledger is found',
      passed: accepted === 0 && changed + unreadable > flips / 10,
      detail: `${String(changed + unreadable - accepted)} of ${String(changed + unreadable)}`,
    },
    {
      name: 'no lower ε is shown as verified',
      passed: lowered === 0,
      detail: `${String(lowered)} of ${String(flips)} flips`,
    },
    {
      name: 'the control, SQLite alone, misses changes',
      passed: missedByIntegrityCheck > 0,
      detail: `integrity_check calls ${String(missedByIntegrityCheck)} of ${String(changed)} changed ledgers ok`,
    },
    {
      name: 'every refusal has a name',
      passed: figures.unnamed === 0,
      detail: `${String(figures.unnamed)} of ${String(flips)} flips ended in an error without a code`,
    },
  ];
}
