/** A store whose ledger fills most of its bytes, half in the database file and half in the write-ahead log, and its flipped copies. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { isFailure } from '#shared/failure.ts';
import { openLedger, type Ledger } from '#main/bank/privacy/ledger.ts';
import type { LedgerHead } from '#main/bank/privacy/chain.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { silentLog } from '#main/platform/log.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { RUN } from '../gate/terms.ts';

const BATCHES = 30;
const CYCLES_A_BATCH = 5;
const MAC_KEY = new Uint8Array(32).fill(7);
const FILES = ['bank.sqlite', 'bank.sqlite-wal'] as const;
const ROWS = 'SELECT sequence, at, kind, body, previous_hash, hash FROM privacy_ledger ORDER BY sequence';
const STEPS = { samplingRate: 0.05, noiseMultiplier: 1.1, steps: 20 };

export interface SealedStore {
  /** The two files one after the other. */
  readonly bits: number;
  readonly rows: string;
  readonly head: LedgerHead;
  readonly chargedEpsilon: number;
  /** Writes the files with one bit turned into `folder`. */
  writeFlipped(folder: string, bit: number): void;
}

/** What a flipped copy looks like to SQLite and to the app. */
export interface FlippedStore {
  /** The ledger's fields: as they were, other ones, or not readable at all. */
  readonly fields: 'same' | 'changed' | 'unreadable';
  readonly integrityCheck: 'ok' | 'finds it';
  /** `unnamed`: refused by an error that is no named failure. */
  readonly app: 'verified' | 'refused' | 'unnamed';
  /** As the app shows it; null where it refused. */
  readonly chargedEpsilon: number | null;
}

export function sealStore(folder: string): SealedStore {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, FILES[0]);
  const store = openStore({ file, migrations: bankMigrations, clock: fakeClock(), log: silentLog });
  const mirrored: { head?: LedgerHead } = {};
  const ledger = ledgerOn(store.database, mirrored);
  ledger.setBudget({ epsilon: 1e6, delta: 5e-7, unit: 'transaction', reason: 'proof' });
  for (let batch = 0; batch < BATCHES; batch++) {
    if (batch === BATCHES / 2) store.database.pragma('wal_checkpoint(TRUNCATE)');
    // Few commits, so that the log holds rows rather than old versions of pages.
    store.database.transaction(() => {
      for (let cycle = 0; cycle < CYCLES_A_BATCH; cycle++) spend(ledger);
    })();
    ledger.mirrorCommitted();
  }
  const contents = FILES.map((name) => readFileSync(path.join(folder, name)));
  const sealed = {
    rows: rowsOf(store.database),
    chargedEpsilon: ledger.chargedEpsilon(),
    head: ledger.head(),
  };
  store.close();
  return {
    ...sealed,
    bits: contents.reduce((sum, bytes) => sum + 8 * bytes.length, 0),
    writeFlipped: (into, bit) => {
      let left = bit;
      for (const [index, name] of FILES.entries()) {
        const bytes = Buffer.from(contents[index] ?? Buffer.alloc(0));
        if (left >= 0 && left < 8 * bytes.length)
          bytes[left >> 3] = (bytes[left >> 3] ?? 0) ^ (1 << (left & 7));
        left -= 8 * bytes.length;
        writeFileSync(path.join(into, name), bytes);
      }
      for (const rest of ['-shm', '.lock', '.holder'])
        rmSync(path.join(into, `${FILES[0]}${rest}`), { force: true });
    },
  };
}

/** A round under a scope, one outside it, and what became of both. */
function spend(ledger: Ledger): void {
  const hold = ledger.hold({ runId: RUN, mechanisms: [STEPS], clippingNorm: 1 });
  const charge = { runId: RUN, roundId: null, mechanism: STEPS, clippingNorm: 1 };
  ledger.recordOutcome(ledger.charge({ ...charge, hold }), 'released');
  ledger.recordOutcome(ledger.charge({ ...charge, hold: null }), 'withheld');
  ledger.returnHold(hold);
}

function ledgerOn(database: Database.Database, mirrored: { head?: LedgerHead }): Ledger {
  return openLedger({
    database,
    macKey: MAC_KEY,
    clock: fakeClock(),
    mirror: { readMirroredHead: () => mirrored.head, mirrorHead: (head) => void (mirrored.head = head) },
    accountant: {
      epsilon: (mechanisms) => mechanisms.reduce((steps, one) => steps + one.steps, 0) / 1e4,
      crossCheck: () => 0,
    },
  });
}

function rowsOf(database: Database.Database): string {
  return JSON.stringify(database.prepare(ROWS).all());
}

export function examine(folder: string, sealed: SealedStore): FlippedStore {
  const file = path.join(folder, FILES[0]);
  // SQLite alone looks at a copy: opening a file may already repair or change it.
  const copy = path.join(folder, 'sqlite');
  mkdirSync(copy, { recursive: true });
  for (const name of FILES) copyFileSync(path.join(folder, name), path.join(copy, name));
  rmSync(path.join(copy, `${FILES[0]}-shm`), { force: true });
  return { ...seenBySqlite(path.join(copy, FILES[0]), sealed), ...seenByApp(file, sealed) };
}

function seenBySqlite(file: string, { rows }: SealedStore): Pick<FlippedStore, 'fields' | 'integrityCheck'> {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true });
    const fields = rowsOf(database) === rows ? 'same' : 'changed';
    const isOk = database.pragma('integrity_check', { simple: true }) === 'ok';
    return { fields, integrityCheck: isOk ? 'ok' : 'finds it' };
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    return { fields: 'unreadable', integrityCheck: 'finds it' };
  } finally {
    database?.close();
  }
}

function seenByApp(file: string, { head }: SealedStore): Pick<FlippedStore, 'app' | 'chargedEpsilon'> {
  let close = (): void => undefined;
  try {
    const store = openStore({ file, migrations: bankMigrations, clock: fakeClock(), log: silentLog });
    close = () => {
      store.close();
    };
    const ledger = ledgerOn(store.database, { head });
    if (ledger.health().kind !== 'verified') return { app: 'refused', chargedEpsilon: null };
    return { app: 'verified', chargedEpsilon: ledger.chargedEpsilon() };
  } catch (error) {
    return { app: isFailure(error) ? 'refused' : 'unnamed', chargedEpsilon: null };
  } finally {
    close();
  }
}
