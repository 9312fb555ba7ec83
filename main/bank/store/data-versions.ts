/** What of the data is visible: one version a change, made in the same transaction as the change itself. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { highestNumber } from './numbers.ts';
import { highestRowNo, type LabelValue } from './transaction-writer.ts';
import type { ImportCounts } from './imports.ts';

const DAY_MS = 86_400_000;

export interface DataVersion {
  /** 0 before the first import. */
  readonly version: number;
  /** Rows numbered above it are not visible. */
  readonly lastRowNo: number;
  readonly rows: number;
  readonly accounts: number;
  readonly terminals: number;
  /** UTC milliseconds of the earliest and the latest transaction; null without rows. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

const VersionRow = z.object({
  version: z.int(),
  last_row_no: z.int(),
  last_account_no: z.int(),
  last_terminal_no: z.int(),
  rows: z.int(),
  first_at: z.int().nullable(),
  last_at: z.int().nullable(),
});

const NO_DATA: DataVersion = {
  version: 0,
  lastRowNo: 0,
  rows: 0,
  accounts: 0,
  terminals: 0,
  firstAt: null,
  lastAt: null,
};

export function currentDataVersion(database: Database.Database): DataVersion {
  const row = database.prepare('SELECT * FROM data_versions ORDER BY version DESC LIMIT 1').get();
  return row === undefined ? NO_DATA : versionOf(row);
}

/** What the store noted of an earlier version, or undefined where it never had one of that number. */
export function recordedDataVersion(database: Database.Database, version: number): DataVersion | undefined {
  const row = database.prepare('SELECT * FROM data_versions WHERE version = ?').get(version);
  return row === undefined ? undefined : versionOf(row);
}

function versionOf(row: unknown): DataVersion {
  const parsed = VersionRow.parse(row);
  return {
    version: parsed.version,
    lastRowNo: parsed.last_row_no,
    rows: parsed.rows,
    accounts: parsed.last_account_no,
    terminals: parsed.last_terminal_no,
    firstAt: parsed.first_at,
    lastAt: parsed.last_at,
  };
}

/** Earliest time at which the data of today differs from that of `version`; undefined when nothing changed since. */
export function changedSince(database: Database.Database, version: number): number | undefined {
  const changed = database
    .prepare<[number], number | null>('SELECT min(changed_from) FROM data_versions WHERE version > ?')
    .pluck()
    .get(version);
  return changed ?? undefined;
}

/** Changes of the counts a day, gathered while an import runs. A mutable tally, local to its writer. */
export interface DataChange {
  addRow(row: { readonly occurredAt: number; readonly label: LabelValue | null }): void;
  changeLabel(change: {
    readonly occurredAt: number;
    readonly before: LabelValue | null;
    readonly after: LabelValue;
    readonly knownAt: number;
  }): void;
  readonly days: ReadonlyMap<number, DayCount>;
  /** UTC milliseconds; Infinity while nothing changed. */
  readonly changedFrom: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly rows: number;
}

interface DayCount {
  rows: number;
  labelled: number;
  frauds: number;
}

export function createDataChange(): DataChange {
  const days = new Map<number, DayCount>();
  let changedFrom = Infinity;
  let firstAt = Infinity;
  let lastAt = -Infinity;
  let rows = 0;
  const dayOf = (time: number): DayCount => {
    const day = Math.floor(time / DAY_MS);
    const count = days.get(day) ?? { rows: 0, labelled: 0, frauds: 0 };
    days.set(day, count);
    return count;
  };
  return {
    addRow: ({ occurredAt, label }) => {
      const count = dayOf(occurredAt);
      count.rows += 1;
      if (label !== null) count.labelled += 1;
      if (label === 1) count.frauds += 1;
      rows += 1;
      if (occurredAt < firstAt) firstAt = occurredAt;
      if (occurredAt > lastAt) lastAt = occurredAt;
      if (occurredAt < changedFrom) changedFrom = occurredAt;
    },
    changeLabel: ({ occurredAt, before, after, knownAt }) => {
      const count = dayOf(occurredAt);
      if (before === null) count.labelled += 1;
      count.frauds += after - (before ?? 0);
      if (knownAt < changedFrom) changedFrom = knownAt;
    },
    days,
    get changedFrom() {
      return changedFrom;
    },
    get firstAt() {
      return firstAt;
    },
    get lastAt() {
      return lastAt;
    },
    get rows() {
      return rows;
    },
  };
}

/** Makes what a running import wrote visible, whole and at once: the one commit that an import stands or falls by. */
export function completeImport(
  database: Database.Database,
  importNo: number,
  result: { readonly counts: ImportCounts; readonly change: DataChange },
): void {
  const { counts, change } = result;
  const complete = database.transaction(() => {
    database
      .prepare(
        `INSERT INTO verdicts (row_no, label, label_known_at, origin, recorded_at)
         SELECT row_no, label, label_known_at, 'import', (SELECT started_at FROM imports WHERE import_no = ?)
         FROM staged_verdicts`,
      )
      .run(importNo);
    database.exec('DELETE FROM staged_verdicts');
    publishChange(database, change);
    database
      .prepare(
        `UPDATE imports SET state = 'done', rows_read = ?, rows_added = ?, rows_skipped = ?, verdicts_added = ?,
           rows_rejected = ? WHERE import_no = ?`,
      )
      .run(counts.rows, counts.added, counts.skipped, counts.verdicts, counts.rejected, importNo);
  });
  complete.immediate();
}

/** Writes the next data version and the counts a day; the caller holds the transaction. Nothing for no change. */
export function publishChange(database: Database.Database, change: DataChange): void {
  if (change.changedFrom === Infinity) return;
  const before = currentDataVersion(database);
  const isImport = change.rows > 0;
  database
    .prepare(
      `INSERT INTO data_versions (version, last_row_no, last_account_no, last_terminal_no, rows, first_at, last_at,
         changed_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      before.version + 1,
      isImport ? highestRowNo(database) : before.lastRowNo,
      isImport ? highestNumber(database, 'account') : before.accounts,
      isImport ? highestNumber(database, 'terminal') : before.terminals,
      before.rows + change.rows,
      earlier(before.firstAt, change.firstAt),
      later(before.lastAt, change.lastAt),
      change.changedFrom,
    );
  const count = database.prepare(
    `INSERT INTO day_counts VALUES (?, ?, ?, ?) ON CONFLICT (day) DO UPDATE SET rows = rows + excluded.rows,
       labelled = labelled + excluded.labelled, frauds = frauds + excluded.frauds`,
  );
  for (const [day, { rows, labelled, frauds }] of change.days) count.run(day, rows, labelled, frauds);
}

function earlier(stored: number | null, seen: number): number | null {
  return Number.isFinite(seen) ? Math.min(stored ?? seen, seen) : stored;
}

function later(stored: number | null, seen: number): number | null {
  return Number.isFinite(seen) ? Math.max(stored ?? seen, seen) : stored;
}

/** UTC day number since 1970, in order. */
export interface DayRow {
  readonly day: number;
  readonly rows: number;
  readonly labelled: number;
  readonly frauds: number;
}

export function dayCounts(database: Database.Database): readonly DayRow[] {
  return database
    .prepare<[], DayRow>('SELECT day, rows, labelled, frauds FROM day_counts ORDER BY day')
    .all();
}
