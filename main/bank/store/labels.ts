/** The history of labels: what was known of a row, and since when. */
import type Database from 'better-sqlite3';
import type { LabelValue } from './transaction-writer.ts';

export interface LabelStep {
  readonly label: LabelValue;
  /** UTC milliseconds from which on this label counts. */
  readonly knownAt: number;
}

/** Steps of one row in order of time; the last is the label in force. */
export type LabelHistory = readonly LabelStep[];

interface StoredLabel {
  readonly rowNo: number;
  readonly label: LabelValue;
  readonly knownAt: number;
}

/**
 * Histories of the rows that were ever a fraud or got a verdict, by row number: few, so they fit in memory. All other
 * rows are genuine or have no label.
 */
export function readLabelHistories(
  database: Database.Database,
  lastRowNo: number,
): ReadonlyMap<number, LabelHistory> {
  const histories = new Map<number, LabelStep[]>();
  const stored = database
    .prepare<[number], StoredLabel>(
      `SELECT row_no AS rowNo, label, label_known_at AS knownAt FROM transactions WHERE label = 1 AND row_no <= ?
       UNION ALL
       SELECT row_no, label, label_known_at FROM transactions
       WHERE label = 0 AND row_no IN (SELECT row_no FROM verdicts)`,
    )
    .iterate(lastRowNo);
  for (const { rowNo, ...step } of stored) histories.set(rowNo, [step]);
  const verdicts = database
    .prepare<[], StoredLabel>(
      'SELECT row_no AS rowNo, label, label_known_at AS knownAt FROM verdicts ORDER BY verdict_no',
    )
    .iterate();
  for (const { rowNo, label, knownAt } of verdicts) {
    const steps = histories.get(rowNo) ?? [];
    // A verdict replaces the label before it, so it can't count from an earlier time than that.
    steps.push({ label, knownAt: Math.max(knownAt, steps.at(-1)?.knownAt ?? knownAt) });
    histories.set(rowNo, steps);
  }
  return histories;
}

/** Numbers of rows that have no label at all, in a span of time [from, until) in UTC milliseconds. */
export function unlabelledRows(
  database: Database.Database,
  span: { readonly from: number; readonly until: number; readonly lastRowNo: number },
): ReadonlySet<number> {
  const rows = database
    .prepare<[number, number, number], number>(
      `SELECT t.row_no FROM transactions t WHERE t.label IS NULL AND t.row_no <= ? AND t.occurred_at >= ?
         AND t.occurred_at < ? AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.row_no = t.row_no)`,
    )
    .pluck()
    .iterate(span.lastRowNo, span.from, span.until);
  return new Set(rows);
}

/** The label in force at a time; undefined where none was known. */
export function labelAt(history: LabelHistory | undefined, time: number): LabelValue | undefined {
  return history?.findLast((step) => step.knownAt <= time)?.label;
}

/** Account and time (UTC milliseconds) of single rows. */
export function* rowsWithAccounts(
  database: Database.Database,
  rowNos: Iterable<number>,
): Generator<{ readonly account: number; readonly occurredAt: number }> {
  const find = database.prepare<[number], { account: number; occurredAt: number }>(
    'SELECT account_no AS account, occurred_at AS occurredAt FROM transactions WHERE row_no = ?',
  );
  for (const rowNo of rowNos) {
    const row = find.get(rowNo);
    if (row !== undefined) yield row;
  }
}
