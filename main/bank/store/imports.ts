/** The record of imports: begun by the service, counted and ended by the worker, read by screens. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { Failure, FailureError } from '#shared/failure.ts';
import { ImportId, UtcTime } from '#shared/ids.ts';
import { ColumnMapping, type RejectedRow } from '#shared/features/data-view.ts';
import { forgetNumbers, highestNumber } from './numbers.ts';
import { highestRowNo } from './transaction-writer.ts';

export interface ImportCounts {
  readonly rows: number;
  readonly added: number;
  readonly skipped: number;
  readonly verdicts: number;
  readonly rejected: number;
}

export interface ImportRecord extends ImportCounts {
  readonly importNo: number;
  readonly importId: ImportId;
  readonly name: string;
  readonly mapping: ColumnMapping;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly failure: Failure | null;
  readonly startedAt: UtcTime;
  readonly durationMs: number | null;
}

const ImportRow = z.object({
  import_no: z.int(),
  import_id: ImportId,
  name: z.string(),
  mapping: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  rows_read: z.int(),
  rows_added: z.int(),
  rows_skipped: z.int(),
  verdicts_added: z.int(),
  rows_rejected: z.int(),
  failure: z.string().nullable(),
  started_at: UtcTime,
  duration_ms: z.int().nullable(),
});

export interface NewImport {
  readonly importId: ImportId;
  readonly name: string;
  readonly mapping: ColumnMapping;
  readonly startedAt: UtcTime;
}

/** Notes a running import and the numbers from which everything is its own. Throws `import-running` beside another. */
export function beginImport(database: Database.Database, begun: NewImport): number {
  const begin = database.transaction(() => {
    if (runningImport(database) !== undefined) {
      throw new FailureError('import-running', 'Another import is running or being cleared away');
    }
    const result = database
      .prepare(
        `INSERT INTO imports (import_id, name, mapping, state, first_row_no, first_account_no, first_counterparty_no,
           first_terminal_no, started_at) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?)`,
      )
      .run(
        begun.importId,
        begun.name,
        JSON.stringify(begun.mapping),
        highestRowNo(database) + 1,
        highestNumber(database, 'account') + 1,
        highestNumber(database, 'counterparty') + 1,
        highestNumber(database, 'terminal') + 1,
        begun.startedAt,
      );
    return Number(result.lastInsertRowid);
  });
  return begin.immediate();
}

export function runningImport(database: Database.Database): ImportRecord | undefined {
  return recordOf(database.prepare(`SELECT * FROM imports WHERE state = 'running'`).get());
}

export function findImport(database: Database.Database, importId: ImportId): ImportRecord {
  const found = recordOf(database.prepare('SELECT * FROM imports WHERE import_id = ?').get(importId));
  if (found === undefined) throw new FailureError('not-found', `There is no import ${importId}`);
  return found;
}

/** The newest first. */
export function listImports(database: Database.Database, limit: number): readonly ImportRecord[] {
  const rows = database.prepare('SELECT * FROM imports ORDER BY import_no DESC LIMIT ?').all(limit);
  return rows.flatMap((row) => recordOf(row) ?? []);
}

export function noteDuration(database: Database.Database, importNo: number, durationMs: number): void {
  database
    .prepare('UPDATE imports SET duration_ms = ? WHERE import_no = ?')
    .run(Math.round(durationMs), importNo);
}

export type ImportEnd =
  { readonly kind: 'cancelled' } | { readonly kind: 'failed'; readonly failure: Failure };

/** Rows removed in one transaction of a purge: short enough that a ledger entry never waits long for its turn. */
const PURGE_ROWS = 5_000;

/**
 * Removes what a running import wrote, in short transactions, then notes how it ended. Safe to repeat after a crash.
 * The list of rejected rows stays when the import failed, since it is what a person needs to correct the file.
 */
export function purgeImport(database: Database.Database, importNo: number, end: ImportEnd): void {
  const first = z
    .object({
      first_row_no: z.int(),
      first_account_no: z.int(),
      first_counterparty_no: z.int(),
      first_terminal_no: z.int(),
    })
    .parse(database.prepare('SELECT * FROM imports WHERE import_no = ?').get(importNo));
  database.exec('DELETE FROM staged_verdicts');
  const removeRows = database.prepare('DELETE FROM transactions WHERE row_no >= ? LIMIT ?');
  while (removeRows.run(first.first_row_no, PURGE_ROWS).changes > 0);
  const numbered = [
    ['account', first.first_account_no],
    ['counterparty', first.first_counterparty_no],
    ['terminal', first.first_terminal_no],
  ] as const;
  for (const [kind, from] of numbered) {
    while (forgetNumbers(database, kind, { first: from, limit: PURGE_ROWS }) > 0);
  }
  const finish = database.transaction(() => {
    if (end.kind === 'cancelled') {
      database.prepare('DELETE FROM rejected_rows WHERE import_no = ?').run(importNo);
    }
    const failure = end.kind === 'failed' ? JSON.stringify(end.failure) : null;
    database
      .prepare(`UPDATE imports SET state = ?, failure = ? WHERE import_no = ? AND state = 'running'`)
      .run(end.kind, failure, importNo);
  });
  finish.immediate();
}

export interface NewReject {
  readonly line: number;
  readonly columnNo: number | null;
  readonly columnName: string | null;
  readonly reason: string;
  readonly message: string;
  readonly text: string;
}

export type RejectWriter = (importNo: number, rejectNo: number, reject: NewReject) => void;

export function createRejectWriter(database: Database.Database): RejectWriter {
  const insert = database.prepare('INSERT INTO rejected_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  return (importNo, rejectNo, reject) => {
    const { line, columnNo, columnName, reason, message, text } = reject;
    insert.run(importNo, rejectNo, line, columnNo, columnName, reason, message, text);
  };
}

const RejectRow = z.object({
  line: z.int(),
  column_no: z.int().nullable(),
  column_name: z.string().nullable(),
  message: z.string(),
  text: z.string(),
});

/** Rejected rows in file order, from the one numbered `after` + 1. */
export function listRejects(
  database: Database.Database,
  importNo: number,
  page: { readonly after: number; readonly limit: number },
): readonly RejectedRow[] {
  const rows = database
    .prepare('SELECT * FROM rejected_rows WHERE import_no = ? AND reject_no > ? ORDER BY reject_no LIMIT ?')
    .all(importNo, page.after, page.limit);
  return rows.map((row) => {
    const { line, column_no, column_name, message, text } = RejectRow.parse(row);
    const column = column_name ?? (column_no === null ? null : `column ${String(column_no)}`);
    return { line, column, reason: message, text };
  });
}

export function countRejects(database: Database.Database, importNo: number): number {
  return (
    database
      .prepare<[number], number>('SELECT count(*) FROM rejected_rows WHERE import_no = ?')
      .pluck()
      .get(importNo) ?? 0
  );
}

function recordOf(row: unknown): ImportRecord | undefined {
  if (row === undefined) return undefined;
  const parsed = ImportRow.parse(row);
  return {
    importNo: parsed.import_no,
    importId: parsed.import_id,
    name: parsed.name,
    mapping: ColumnMapping.parse(JSON.parse(parsed.mapping)),
    state: parsed.state,
    rows: parsed.rows_read,
    added: parsed.rows_added,
    skipped: parsed.rows_skipped,
    verdicts: parsed.verdicts_added,
    rejected: parsed.rows_rejected,
    failure: parsed.failure === null ? null : Failure.parse(JSON.parse(parsed.failure)),
    startedAt: parsed.started_at,
    durationMs: parsed.duration_ms,
  };
}
