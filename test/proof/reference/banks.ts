/** The reference data through the product's own import and features: one store a bank, as their analysts would have it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDataService } from '#main/bank/data/service.ts';
import { createFeatureService } from '#main/bank/features/service.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { realClock } from '#main/platform/clock.ts';
import type { Log } from '#main/platform/ports.ts';
import { systemRandom } from '#main/platform/random.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import type { BankRows } from '#main/sample/demo/shared-cards.ts';
import { readCards } from '#main/sample/demo/store.ts';
import { type PartitionedBank, partitionFile } from '#main/sample/partition.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { ReferenceOptions } from './options.ts';

const workers = createWorkers({ entryDirectory: path.join(import.meta.dirname, '../../../main/entry') });

export interface ReferenceBank extends BankRows {
  readonly name: string;
  /** Imported rows and frauds. */
  readonly rows: number;
  readonly frauds: number;
}

/** Imports every bank's part of the file. `charter` leaves no card out: that is done over all banks (shared-cards.ts). */
export async function readReferenceBanks(
  options: ReferenceOptions,
  charter: Charter,
  say: (line: string) => void,
): Promise<readonly ReferenceBank[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-reference-'));
  try {
    say(`splitting ${options.dataFile} by ${options.column}`);
    const parts = await partitionFile({ ...options, directory });
    const banks: ReferenceBank[] = [];
    for (const [n, part] of parts.entries()) {
      banks.push(await readBank(part, { home: path.join(directory, `store-${String(n)}`), charter }));
      say(`${part.name}: ${part.rows.toLocaleString('en')} rows, ${String(part.frauds)} frauds`);
    }
    return banks;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function readBank(
  part: PartitionedBank,
  { home, charter }: { readonly home: string; readonly charter: Charter },
): Promise<ReferenceBank> {
  const log = errorsOnly();
  const file = path.join(home, 'bank.db');
  const store = openStore({ file, migrations: bankMigrations, clock: realClock, log });
  const setting = { store, workers, clock: realClock, random: systemRandom, log, onChange: () => undefined };
  const data = createDataService(setting);
  const features = createFeatureService(setting);
  try {
    const inspection = await data.inspect(part.file);
    const { source, mapping } = inspection;
    const { state, added } = await data.whenEnded(
      await data.startImport({ source, mapping, saveMapping: false }),
    );
    if (state.kind !== 'done') throw new Error(`the import of ${part.name} ended as ${state.kind}`);
    const set = await features.open(charter);
    const cards = readCards(store.database);
    return { set, cards, name: part.name, rows: added, frauds: cards.frauds.length };
  } finally {
    await data.close();
    await features.close();
    store.close();
  }
}

function errorsOnly(): Log {
  const quiet = (): void => undefined;
  return {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (event, fields) => void process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
  };
}
