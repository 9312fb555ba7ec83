/** Transactions as a person reads them: pages, newest row first, with the label in force. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { UtcTime } from '#shared/ids.ts';
import type { TransactionRow } from '#shared/features/data-view.ts';
import { currentDataVersion, dayCounts } from './data-versions.ts';

export interface TransactionQuery {
  /** Row number of the last row of the page before; 0 for the first page. */
  readonly after: number;
  readonly limit: number;
  /** Beginning of an external id, or a whole account, counterparty or terminal id. */
  readonly search: string;
  readonly label: 'all' | 'fraud' | 'genuine' | 'unknown';
}

export interface TransactionPage {
  readonly total: number;
  readonly rows: readonly TransactionRow[];
  /** What `after` takes for the next page; null on the last. */
  readonly next: number | null;
}

const Row = z.object({
  row_no: z.int(),
  external_id: z.string(),
  occurred_at: z.int(),
  account_id: z.string(),
  counterparty_id: z.string().nullable(),
  terminal_id: z.string().nullable(),
  amount_minor: z.int(),
  currency: z.string(),
  channel: z.string().nullable(),
  label: z.union([z.literal(0), z.literal(1)]).nullable(),
});

/** The newest verdict, else the label that came with the row. */
const LABEL_IN_FORCE = `coalesce(
  (SELECT v.label FROM verdicts v WHERE v.row_no = t.row_no ORDER BY v.verdict_no DESC LIMIT 1), t.label)`;

/** A search reads the whole table where it finds little: no index of accounts, see migration 0010. */
const MATCHES = `t.row_no <= @lastRowNo
  AND (@search = '' OR (t.external_id >= @search AND t.external_id < @search || char(1114111))
    OR t.account_no = (SELECT account_no FROM accounts WHERE account_id = @search)
    OR t.counterparty_no = (SELECT counterparty_no FROM counterparties WHERE counterparty_id = @search)
    OR t.terminal_no = (SELECT terminal_no FROM terminals WHERE terminal_id = @search))
  AND (@label = 'all' OR ${LABEL_IN_FORCE} IS CASE @label WHEN 'fraud' THEN 1 WHEN 'genuine' THEN 0 END)`;

const SELECT_PAGE = `
  SELECT t.row_no, t.external_id, t.occurred_at, a.account_id, c.counterparty_id, m.terminal_id, t.amount_minor,
    t.currency, t.channel, ${LABEL_IN_FORCE} AS label
  FROM transactions t
  JOIN accounts a USING (account_no)
  LEFT JOIN counterparties c USING (counterparty_no)
  LEFT JOIN terminals m USING (terminal_no)
  WHERE ${MATCHES} AND (@after = 0 OR t.row_no < @after)
  ORDER BY t.row_no DESC LIMIT @limit`;

const COUNT_MATCHES = `SELECT count(*) FROM transactions t WHERE ${MATCHES}`;

export function pageOfTransactions(database: Database.Database, query: TransactionQuery): TransactionPage {
  const { lastRowNo, rows: rowCount } = currentDataVersion(database);
  const found = database
    .prepare(SELECT_PAGE)
    .all({ ...query, lastRowNo })
    .map((row) => Row.parse(row));
  const last = found.at(-1);
  return {
    total:
      query.search === ''
        ? countByLabel(database, query.label, rowCount)
        : countMatches(database, query, lastRowNo),
    rows: found.map(viewOf),
    next: last === undefined || found.length < query.limit ? null : last.row_no,
  };
}

function countByLabel(database: Database.Database, label: TransactionQuery['label'], rows: number): number {
  const days = dayCounts(database);
  const labelled = days.reduce((sum, day) => sum + day.labelled, 0);
  const frauds = days.reduce((sum, day) => sum + day.frauds, 0);
  switch (label) {
    case 'all':
      return rows;
    case 'fraud':
      return frauds;
    case 'genuine':
      return labelled - frauds;
    case 'unknown':
      return rows - labelled;
  }
}

function countMatches(database: Database.Database, query: TransactionQuery, lastRowNo: number): number {
  const { search, label } = query;
  return (
    database
      .prepare<{ search: string; label: string; lastRowNo: number }, number>(COUNT_MATCHES)
      .pluck()
      .get({ search, label, lastRowNo }) ?? 0
  );
}

function viewOf(row: z.infer<typeof Row>): TransactionRow {
  return {
    externalId: row.external_id,
    occurredAt: UtcTime.parse(new Date(row.occurred_at).toISOString()),
    account: row.account_id,
    counterparty: row.counterparty_id,
    terminal: row.terminal_id,
    amountMinor: row.amount_minor,
    currency: row.currency,
    channel: row.channel,
    label: row.label === null ? 'unknown' : row.label === 1 ? 'fraud' : 'genuine',
  };
}
