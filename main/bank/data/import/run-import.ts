/**
 * One import from file to store, for the worker. Rows go in by short transactions under numbers that nobody reads yet;
 * the last transaction makes all of them visible at once. So a ledger entry never waits long for its turn to write, the
 * write-ahead log stays small, and a kill at any instant leaves nothing to be seen.
 */
import type { Store } from '#main/platform/sqlite/open.ts';
import { FailureError } from '#shared/failure.ts';
import type { CanonicalColumn, ColumnMapping } from '#shared/features/data-view.ts';
import { completeImport, createDataChange, type DataChange } from '#main/bank/store/data-versions.ts';
import { createRejectWriter, type ImportCounts } from '#main/bank/store/imports.ts';
import {
  createTransactionWriter,
  type TransactionDraft,
  type WriteOutcome,
} from '#main/bank/store/transaction-writer.ts';
import { missingColumns } from './column-guess.ts';
import { columnNames } from './header.ts';
import { MAX_REJECTS_KEPT, MAX_REJECT_TEXT } from './limits.ts';
import { createRecordReader } from './record-reader.ts';
import { sentenceOf, type RejectReason } from './reject-reasons.ts';
import { createRowDecoder, type RowDecoder } from './row-decoder.ts';
import { readText } from './source.ts';

export interface ImportTask {
  readonly importNo: number;
  readonly path: string;
  readonly mapping: ColumnMapping;
}

export interface ImportHooks {
  /** Asked between pieces of the file, about every 30 ms. */
  isCancelled(): boolean;
  onProgress(counts: ImportCounts, share: number): void;
}

export type ImportOutcome =
  { readonly kind: 'done'; readonly counts: ImportCounts } | { readonly kind: 'cancelled' };

/**
 * Throws a `FailureError` (file, disk, too many rejects) with the rows still staged: the caller purges. `cancelled`
 * likewise.
 */
export async function runImport(
  database: Store['database'],
  task: ImportTask,
  hooks: ImportHooks,
): Promise<ImportOutcome> {
  const run = createRun(database, task);
  for await (const { text, bytesRead, fileBytes } of readText(task.path, task.mapping.encoding)) {
    if (hooks.isCancelled()) return { kind: 'cancelled' };
    run.write(text);
    hooks.onProgress(run.counts(), Math.min(1, bytesRead / Math.max(1, fileBytes)));
  }
  run.finish();
  return { kind: 'done', counts: run.counts() };
}

interface Run {
  /** One piece of the file in one transaction. */
  write(text: string): void;
  finish(): void;
  counts(): ImportCounts;
}

function createRun(database: Store['database'], task: ImportTask): Run {
  const { importNo, mapping } = task;
  const tally = createTally(database, task);
  const writer = createTransactionWriter(database, {
    alwaysNull: alwaysNull(mapping),
    onOutcome: tally.note,
  });
  let decode: RowDecoder | undefined;

  const reader = createRecordReader(mapping.delimiter, {
    record: (fields, line) => {
      if (decode === undefined) {
        tally.header = headerOf(fields, mapping);
        decode = createRowDecoder(tally.header, mapping);
        if (mapping.hasHeader) return;
      }
      tally.counts.rows += 1;
      const decoded = decode(fields);
      if (decoded.kind === 'row') writer.add(decoded.row, line);
      else tally.reject({ ...decoded.reject, line, text: fields.join(mapping.delimiter) });
    },
    broken: ({ problem, line, column, text }) => {
      if (decode === undefined) {
        throw new FailureError(
          'not-a-csv',
          `The header can't be read, line ${String(line)}: ${sentenceOf(problem)}`,
        );
      }
      tally.counts.rows += 1;
      tally.reject({ reason: problem, line, column, text });
    },
  });

  const inTransaction = (action: () => void): void => {
    database.transaction(action).immediate();
  };
  return {
    write: (text) => {
      inTransaction(() => {
        reader.push(text);
        writer.flush();
      });
    },
    finish: () => {
      inTransaction(() => {
        reader.end();
        writer.flush();
      });
      refuseNothingKept(tally.counts);
      completeImport(database, importNo, { counts: tally.counts, change: tally.change });
    },
    counts: () => ({ ...tally.counts }),
  };
}

interface FoundReject {
  readonly reason: RejectReason;
  readonly line: number;
  readonly column: number | null;
  readonly text: string;
}

/** What an import has done so far. Mutable, and local to its run. */
interface Tally {
  header: readonly string[];
  readonly counts: { rows: number; added: number; skipped: number; verdicts: number; rejected: number };
  readonly change: DataChange;
  readonly note: (outcome: WriteOutcome, draft: TransactionDraft, line: number) => void;
  readonly reject: (found: FoundReject) => void;
}

function createTally(database: Store['database'], { importNo, mapping }: ImportTask): Tally {
  const writeReject = createRejectWriter(database);
  const counts = { rows: 0, added: 0, skipped: 0, verdicts: 0, rejected: 0 };
  const change = createDataChange();

  function note(outcome: WriteOutcome, draft: TransactionDraft, line: number): void {
    switch (outcome.kind) {
      case 'added':
        counts.added += 1;
        change.addRow(draft);
        return;
      case 'repeated':
        counts.skipped += 1;
        return;
      case 'verdict':
        counts.verdicts += 1;
        change.changeLabel(outcome);
        return;
      case 'conflict': {
        const name = mapping.columns[COLUMN_OF[outcome.column]];
        const column = name === undefined ? null : tally.header.indexOf(name) + 1;
        reject({ reason: 'conflicting-id', line, column, text: draft.externalId });
      }
    }
  }

  function reject({ reason, line, column, text }: FoundReject): void {
    counts.rejected += 1;
    refuseMostlyRejects(counts);
    if (counts.rejected > MAX_REJECTS_KEPT) return;
    writeReject(importNo, counts.rejected, {
      line,
      columnNo: column,
      columnName: column === null ? null : (tally.header[column - 1] ?? null),
      reason,
      message: sentenceOf(reason),
      text: text.slice(0, MAX_REJECT_TEXT),
    });
  }

  const tally: Tally = { header: [], counts, change, note, reject };
  return tally;
}

function headerOf(fields: readonly string[], mapping: ColumnMapping): readonly string[] {
  const header = columnNames(fields, mapping.hasHeader);
  const missing = missingColumns(mapping, header);
  if (missing.length > 0) {
    throw new FailureError('columns-missing', `The file has no column for ${missing.join(', ')}`, {
      missing: missing.join(','),
    });
  }
  return header;
}

/** Rows after which a file that is mostly rejected is given up: the mapping is wrong, not the rows. */
const ROWS_BEFORE_GIVING_UP = 10_000;

function refuseMostlyRejects({ rows, rejected }: ImportCounts): void {
  if (rows < ROWS_BEFORE_GIVING_UP || rejected * 2 < rows) return;
  throw new FailureError(
    'too-many-rejects',
    `${String(rejected)} of the first ${String(rows)} rows were rejected`,
    { rows, rejected },
  );
}

function refuseNothingKept({ rows, rejected }: ImportCounts): void {
  if (rows === 0) throw new FailureError('not-a-csv', 'The file has a header and no rows');
  if (rejected === rows)
    throw new FailureError('too-many-rejects', `All ${String(rows)} rows were rejected`, { rows, rejected });
}

/** Members of a draft that this mapping never fills; a label's time stands and falls with the label. */
function alwaysNull({ columns }: ColumnMapping): ReadonlySet<keyof TransactionDraft> {
  const unmapped = NULLABLE.filter((name) => columns[COLUMN_OF[name]] === undefined);
  return new Set(unmapped.filter((name) => name !== 'labelKnownAt' || unmapped.includes('label')));
}

const NULLABLE = [
  'counterpartyId',
  'terminalId',
  'channel',
  'entryMode',
  'newDevice',
  'merchantCategory',
  'country',
  'label',
  'labelKnownAt',
] as const satisfies readonly (keyof TransactionDraft)[];

const COLUMN_OF: Readonly<Record<keyof TransactionDraft, CanonicalColumn>> = {
  externalId: 'externalId',
  occurredAt: 'occurredAt',
  accountId: 'account',
  counterpartyId: 'counterparty',
  terminalId: 'terminal',
  amountMinor: 'amount',
  currency: 'currency',
  channel: 'channel',
  entryMode: 'entryMode',
  direction: 'direction',
  newDevice: 'newDevice',
  merchantCategory: 'merchantCategory',
  country: 'country',
  label: 'label',
  labelKnownAt: 'labelKnownAt',
};
