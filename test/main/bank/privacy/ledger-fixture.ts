/** A ledger in a file of its own, with its mirror in memory and a clock that stands still. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { type Ledger, type LedgerOptions, openLedger } from '#main/bank/privacy/ledger.ts';
import type { LedgerMirror } from '#main/bank/privacy/kept-head.ts';
import { privacyLedger } from '#main/bank/store/migrations/0020-ledger.ts';
import { RoundId, RunId } from '#shared/ids.ts';
import { createAccountant } from '#shared/privacy/accountant.ts';
import type { MirroredHead } from '#main/bank/privacy/mark.ts';
import { isFailure } from '#shared/failure.ts';
import { fakeClock } from '../../../fakes/clock.ts';

export const RUN = RunId.parse(`run_${'a'.repeat(26)}`);
export const OTHER_RUN = RunId.parse(`run_${'b'.repeat(26)}`);
export const ROUND = RoundId.parse(`rnd_${'c'.repeat(26)}`);
export const BUDGET = { epsilon: 4, delta: 5e-7, unit: 'transaction' } as const;
/** 20 steps of the default run: ε 0.6 for the first round. */
export const STEPS = { samplingRate: 0.05, noiseMultiplier: 1.2, steps: 20 };
export const CHARGE = { runId: RUN, roundId: ROUND, mechanism: STEPS, clippingNorm: 1, hold: null } as const;

/** One memory of ε for all tests of a file. */
const accountant = createAccountant();

export interface LedgerFixture {
  readonly database: Database.Database;
  readonly file: string;
  readonly mirror: LedgerMirror & { head: MirroredHead | undefined };
  readonly ledger: Ledger;
  readonly open: (overrides?: Partial<LedgerOptions>) => Ledger;
  /** The store file as it is now, for a restore later. */
  readonly backup: () => string;
}

export function memoryMirror(): LedgerFixture['mirror'] {
  const mirror: LedgerFixture['mirror'] = {
    head: undefined,
    readMirroredHead: () => mirror.head,
    mirrorHead: (head) => {
      mirror.head = head;
    },
  };
  return mirror;
}

export function openDatabase(file: string): Database.Database {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  onTestFinished(() => {
    database.close();
  });
  return database;
}

export function ledgerFixture(): LedgerFixture {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-ledger-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = path.join(folder, 'bank.db');
  const database = openDatabase(file);
  privacyLedger.up(database);
  const mirror = memoryMirror();
  const options = { database, macKey: new Uint8Array(32).fill(7), clock: fakeClock(), mirror, accountant };
  const open = (overrides: Partial<LedgerOptions> = {}): Ledger => openLedger({ ...options, ...overrides });
  const backup = (): string => {
    database.pragma('wal_checkpoint(TRUNCATE)');
    const copy = path.join(folder, 'backup.db');
    copyFileSync(file, copy);
    return copy;
  };
  return { database, file, mirror, ledger: open(), open, backup };
}

/** The failure that `action` ends in. */
export function failureOf(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (error) {
    if (isFailure(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it did not fail');
}

export function rowCount(database: Database.Database): number {
  return Number(database.prepare('SELECT count(*) FROM privacy_ledger').pluck().get());
}
