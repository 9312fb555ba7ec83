/** Import and feature speed, against the least that could be done: splitting lines and inserting them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { ImportId, UtcTime } from '#shared/ids.ts';
import { runImport } from '#main/bank/data/import/run-import.ts';
import { inspectFile } from '#main/bank/data/import/inspect.ts';
import { computeFeatures } from '#main/bank/features/compute.ts';
import { beginImport } from '#main/bank/store/imports.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { realClock } from '#main/platform/clock.ts';
import { newId, systemRandom } from '#main/platform/random.ts';
import { openStore, type Store } from '#main/platform/sqlite/open.ts';
import { bankFile } from '#main/sample/generator/bank.ts';
import type { BenchResult } from './result.ts';

export interface ImportBenchOptions {
  /** A file with the reference data's columns, also .gz; without it generated rows in that form. */
  readonly dataFile?: string;
}

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The environment's PARLEY_BENCH_DATA names the data file where no option does. */
export async function benchImport(options: ImportBenchOptions = {}): Promise<readonly BenchResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
  try {
    const given = options.dataFile ?? process.env['PARLEY_BENCH_DATA'];
    const dataFile = given ?? generatedFile(folder);
    // In turns, and the best of each: a small file is over before a machine has settled.
    const turns: { readonly bare: Measured; readonly whole: Whole }[] = [];
    for (let turn = 0; turn < (given === undefined ? 3 : 1); turn++) {
      // First what memory is measured of: the bare loop holds the whole text.
      const whole = await importAndCompute(path.join(folder, String(turn)), dataFile);
      turns.push({ whole, bare: bareLoop(path.join(folder, String(turn)), dataFile) });
    }
    const bare = fastest(turns.map((turn) => turn.bare));
    const whole: Whole = {
      imported: fastest(turns.map((turn) => turn.whole.imported)),
      computed: fastest(turns.map((turn) => turn.whole.computed)),
      peakMebibytes: turns[0]?.whole.peakMebibytes ?? NaN,
    };
    return [...figures(bare, whole), ...libraryFigure(dataFile)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly rows: number;
  readonly seconds: number;
}

interface Whole {
  readonly imported: Measured;
  readonly computed: Measured;
  readonly peakMebibytes: number;
}

function fastest(all: readonly Measured[]): Measured {
  return all.reduce((best, one) => (one.seconds < best.seconds ? one : best));
}

function figures(bare: Measured, { imported, computed, peakMebibytes }: Whole): readonly BenchResult[] {
  const rate = ({ rows, seconds }: Measured): number => rows / seconds;
  return [
    {
      name: 'import/bare-rows-per-second',
      value: rate(bare),
      unit: 'rows/s',
      against: 'split and insert, same table',
    },
    {
      name: 'import/rows-per-second',
      value: rate(imported),
      unit: 'rows/s',
      ratio: rate(imported) / rate(bare),
      against: 'split and insert, same table (aim 0.8)',
    },
    {
      name: 'import/features-rows-per-second',
      value: rate(computed),
      unit: 'rows/s',
      against: 'card-v1, reading and writing too',
    },
    {
      name: 'import/file-to-features',
      value: imported.seconds + computed.seconds,
      unit: 's',
      against: `${String(imported.rows)} rows (aim for the reference data: 60 s)`,
    },
    { name: 'import/peak-memory', value: peakMebibytes, unit: 'MiB', against: 'whole process (aim 600)' },
  ];
}

function open(folder: string, name: string): Store {
  const file = path.join(folder, name, 'bank.sqlite');
  return openStore({ file, migrations: bankMigrations, clock: realClock, log: SILENT });
}

/** From the file to the table with no check of anything: lines cut at commas, inserted one by one in like transactions. */
function bareLoop(folder: string, dataFile: string): Measured {
  const store = open(folder, 'bare');
  const begun = performance.now();
  const rows = insertLines(store, readText(dataFile));
  const seconds = (performance.now() - begun) / 1000;
  store.close();
  return { rows, seconds };
}

const BARE_BATCH = 5000;

function insertLines({ database }: Store, text: string): number {
  const insert = database.prepare(
    `INSERT INTO transactions (external_id, occurred_at, account_no, terminal_no, amount_minor, currency, direction, label,
       label_known_at) VALUES (?, ?, ?, ?, ?, 'EUR', 'out', ?, ?)`,
  );
  const accounts = new Map<string, number>();
  const terminals = new Map<string, number>();
  const numberOf = (numbers: Map<string, number>, id: string): number => {
    const known = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, known);
    return known;
  };
  let rows = 0;
  let from = text.indexOf('\n') + 1;
  database.exec('BEGIN IMMEDIATE');
  for (let end = text.indexOf('\n', from); end >= 0; end = text.indexOf('\n', from)) {
    const [id = '', time = '', account = '', terminal = '', amount = '', label = ''] = text
      .slice(from, end)
      .split(',');
    from = end + 1;
    const at = Date.parse(time);
    const cents = Math.round(Number(amount) * 100);
    insert.run(
      id,
      at,
      numberOf(accounts, account),
      numberOf(terminals, terminal),
      cents,
      Number(label),
      at + 604_800_000,
    );
    rows += 1;
    if (rows % BARE_BATCH === 0) database.exec('COMMIT; BEGIN IMMEDIATE');
  }
  database.exec('COMMIT');
  return rows;
}

/** Import and features with the functions that the app's worker threads run, in this thread as the bare loop is. */
async function importAndCompute(folder: string, dataFile: string): Promise<Whole> {
  const store = open(folder, 'whole');
  const { mapping, name } = await inspectFile(dataFile, { savedMapping: () => undefined });
  const importId = ImportId.parse(newId(systemRandom, 'imp', ImportId));
  const startedAt = UtcTime.parse(new Date().toISOString());
  const importNo = beginImport(store.database, { importId, name, mapping, startedAt });
  let peakBytes = 0;
  const note = (): void => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  };
  const begun = performance.now();
  const task = { importNo, path: dataFile, mapping };
  await runImport(store.database, task, { isCancelled: () => false, onProgress: note });
  const importSeconds = (performance.now() - begun) / 1000;
  const target = path.join(folder, 'features');
  const computed = computeFeatures(store.database, { preset: 'card-v1', folder: target, onProgress: note });
  const computeSeconds = (performance.now() - begun) / 1000 - importSeconds;
  store.close();
  return {
    imported: { rows: computed.rows, seconds: importSeconds },
    computed: { rows: computed.rows, seconds: computeSeconds },
    peakMebibytes: peakBytes / 2 ** 20,
  };
}

/** What csv-parse needs for the splitting alone: why the record reader is our own. */
function libraryFigure(dataFile: string): readonly BenchResult[] {
  const head = readText(dataFile).split('\n').slice(0, 100_001).join('\n');
  const begun = performance.now();
  const rows = parse(head, { columns: false }).length;
  const value = rows / ((performance.now() - begun) / 1000);
  return [
    {
      name: 'import/csv-parse-rows-per-second',
      value,
      unit: 'rows/s',
      against: 'splitting alone, nothing stored',
    },
  ];
}

function readText(file: string): string {
  const bytes = readFileSync(file);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1');
}

/** Four generated banks with the reference data's columns: about 280,000 rows. */
function generatedFile(folder: string): string {
  const lines = [0, 1, 2, 3].flatMap((bank) => [...bankFile(1, bank)].slice(1));
  const rows = lines.map((line) => {
    const [id = '', , time = '', account = '', , terminal = '', , , , , minor = '', , , , label = ''] =
      line.split(',');
    return `${id},${time},${account},${terminal},${(Number(minor) / 100).toFixed(2)},${label}`;
  });
  const file = path.join(folder, 'generated.csv');
  writeFileSync(
    file,
    ['transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud', ...rows, ''].join('\n'),
  );
  return file;
}
