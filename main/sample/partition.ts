/**
 * Splits one file with the reference data's columns into one file a bank, by its customers or its terminals.
 * Knows every bank's rows, as only a demonstration may.
 */
import { closeSync, createReadStream, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { FailureError } from '#shared/failure.ts';

/** Columns of the Fraud Detection Handbook's data. The scenario is never a feature: no bank's file has it. */
const REFERENCE_COLUMNS = [
  'transaction_id',
  'tx_datetime',
  'customer_id',
  'terminal_id',
  'tx_amount',
  'tx_fraud',
] as const;
const KEYS = ['customer_id', 'terminal_id'] as const;
const WRITE_BYTES = 1 << 20;

export interface PartitionOptions {
  /** CSV or CSV.gz with a header. */
  readonly dataFile: string;
  /** CSV of `customer_id` or `terminal_id` and one column of bank numbers for each partition. */
  readonly partitionFile: string;
  readonly column: string;
  /** Where `bank-0.csv` … are written. */
  readonly directory: string;
}

export interface PartitionedBank {
  /** `acq6 bank 0` */
  readonly name: string;
  readonly file: string;
  readonly rows: number;
  readonly frauds: number;
}

/** In the order of the bank numbers. @throws FailureError `file-not-readable`, `columns-missing` or `invalid-input`. */
export async function partitionFile(options: PartitionOptions): Promise<readonly PartitionedBank[]> {
  const partition = readPartition(options);
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const banks = new Map(partition.banks.map((bank) => [bank, openBank(options, bank)]));
  const writers = new Map([...partition.bankOf].map(([unit, bank]) => [unit, banks.get(bank)]));
  try {
    await distribute(options.dataFile, partition.key, writers);
  } finally {
    for (const bank of banks.values()) bank.close();
  }
  return [...banks.values()].map((bank) => bank.summary());
}

interface Partition {
  readonly key: (typeof KEYS)[number];
  /** Customer or terminal to bank. */
  readonly bankOf: ReadonlyMap<string, string>;
  readonly banks: readonly string[];
}

function readPartition({ partitionFile: file, column }: PartitionOptions): Partition {
  const [header = '', ...lines] = readText(file)
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const names = header.split(',');
  const key = KEYS.find((one) => one === names[0]);
  const at = names.indexOf(column);
  if (key === undefined)
    throw new FailureError('columns-missing', `The first column of ${file} is neither ${KEYS.join(' nor ')}`);
  if (at < 1) throw new FailureError('columns-missing', `${file} has no column "${column}"`);
  const bankOf = new Map(
    lines.map((line) => line.split(',')).map((fields) => [fields[0] ?? '', fields[at] ?? '']),
  );
  return { key, bankOf, banks: [...new Set(bankOf.values())].sort((a, b) => Number(a) - Number(b)) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): FailureError {
  const reason = error instanceof Error ? error.message : String(error);
  return new FailureError('file-not-readable', `${file} can't be read: ${reason}`);
}

interface BankWriter {
  write(line: string, isFraud: boolean): void;
  close(): void;
  summary(): PartitionedBank;
}

function openBank({ directory, column }: PartitionOptions, bank: string): BankWriter {
  const file = join(directory, `bank-${bank}.csv`);
  const descriptor = openSync(file, 'w', 0o600);
  let pending = `${REFERENCE_COLUMNS.join(',')}\n`;
  let rows = 0;
  let frauds = 0;
  const flush = (): void => {
    writeSync(descriptor, pending);
    pending = '';
  };
  return {
    write: (line, isFraud) => {
      pending += `${line}\n`;
      rows++;
      if (isFraud) frauds++;
      if (pending.length > WRITE_BYTES) flush();
    },
    close: () => {
      flush();
      closeSync(descriptor);
    },
    summary: () => ({ name: `${column} bank ${bank}`, file, rows, frauds }),
  };
}

async function distribute(
  dataFile: string,
  key: Partition['key'],
  writers: ReadonlyMap<string, BankWriter | undefined>,
): Promise<void> {
  let columns: readonly number[] | undefined;
  for await (const line of linesOf(dataFile)) {
    const fields = line.split(',');
    if (columns === undefined) {
      columns = REFERENCE_COLUMNS.map((name) => columnOf(fields, name));
      continue;
    }
    const kept = columns.map((at) => fields[at] ?? '');
    const unit = kept[REFERENCE_COLUMNS.indexOf(key)] ?? '';
    const writer = writers.get(unit);
    if (writer === undefined)
      throw new FailureError('invalid-input', `The partition has no bank for ${key} ${unit}`);
    writer.write(kept.join(','), kept.at(-1) === '1');
  }
}

function columnOf(header: readonly string[], name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw new FailureError('columns-missing', `The data file has no column "${name}"`);
  return at;
}

/** Lines without their ends. The reference data quotes nothing, so a line is a record. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const unzip = file.endsWith('.gz') ? createGunzip() : undefined;
  const piped = unzip && pipeline(source, unzip).catch(() => undefined); // the reader below meets the same error
  let rest = '';
  try {
    for await (const chunk of (unzip ?? source).setEncoding('utf8')) {
      const lines = `${rest}${String(chunk)}`.split(/\r?\n/);
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  await piped;
  if (rest !== '') yield rest;
}
