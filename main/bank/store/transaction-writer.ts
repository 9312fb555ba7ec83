/** Writes transactions fast and idempotently: the same external id again is a repeat, a verdict, or a conflict. */
import type Database from 'better-sqlite3';
import { createNumbering } from './numbers.ts';

export type LabelValue = 0 | 1;

/** A transaction as an import read it; times in UTC milliseconds since 1970, the amount in the currency's minor units. */
export interface TransactionDraft {
  readonly externalId: string;
  readonly occurredAt: number;
  readonly accountId: string;
  readonly counterpartyId: string | null;
  readonly terminalId: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly channel: string | null;
  readonly entryMode: string | null;
  readonly direction: 'in' | 'out';
  readonly newDevice: 0 | 1 | null;
  readonly merchantCategory: string | null;
  readonly country: string | null;
  readonly label: LabelValue | null;
  readonly labelKnownAt: number | null;
}

/** What became of a draft. */
export type WriteOutcome =
  | { readonly kind: 'added' }
  | { readonly kind: 'repeated' }
  | {
      readonly kind: 'verdict';
      readonly occurredAt: number;
      readonly before: LabelValue | null;
      readonly after: LabelValue;
      readonly knownAt: number;
    }
  | { readonly kind: 'conflict'; readonly column: keyof TransactionDraft };

export interface TransactionWriter {
  /** Takes a draft with the reference that `onOutcome` gets back; the caller holds a transaction open. */
  add(draft: TransactionDraft, line: number): void;
  /** Writes what is still held back. */
  flush(): void;
}

export type OutcomeListener = (outcome: WriteOutcome, draft: TransactionDraft, line: number) => void;

const COLUMNS = [
  'row_no',
  'external_id',
  'occurred_at',
  'account_no',
  'counterparty_no',
  'terminal_no',
  'amount_minor',
  'currency',
  'channel',
  'entry_mode',
  'direction',
  'new_device',
  'merchant_category',
  'country',
  'label',
  'label_known_at',
] as const;

type Cell = string | number | null;

/** Rows bound to one statement: fewer calls from JavaScript into SQLite, the greater part of a bare insert's time. */
const BATCH_ROWS = 32;

interface HeldRow {
  readonly draft: TransactionDraft;
  readonly line: number;
  readonly rowNo: number;
}

export function createTransactionWriter(
  database: Database.Database,
  onOutcome: OutcomeListener,
): TransactionWriter {
  const cellsOf = createCells(database);
  const outcomeOf = createSettlement(database);
  const insertBatch = database.prepare<[Cell[]]>(insertSql(BATCH_ROWS));
  const insertOne = database.prepare<[Cell[]]>(insertSql(1));
  let nextRowNo = highestRowNo(database) + 1;
  let held: HeldRow[] = [];
  let cells: Cell[] = [];

  function end(inserted: number): void {
    const rows = held;
    held = [];
    cells = [];
    const isPlain = inserted === rows.length;
    for (const row of rows) onOutcome(isPlain ? ADDED : outcomeOf(row), row.draft, row.line);
  }

  return {
    add: (draft, line) => {
      held.push({ draft, line, rowNo: nextRowNo });
      cellsOf(draft, nextRowNo, cells);
      nextRowNo += 1;
      if (held.length === BATCH_ROWS) end(insertBatch.run(cells).changes);
    },
    flush: () => {
      let inserted = 0;
      for (let at = 0; at < cells.length; at += COLUMNS.length) {
        inserted += insertOne.run(cells.slice(at, at + COLUMNS.length)).changes;
      }
      end(inserted);
    },
  };
}

const ADDED: WriteOutcome = { kind: 'added' };

/** Appends a row's cells in the order of COLUMNS. */
function createCells(
  database: Database.Database,
): (draft: TransactionDraft, rowNo: number, cells: Cell[]) => void {
  const accountNo = createNumbering(database, 'account');
  const counterpartyNo = createNumbering(database, 'counterparty');
  const terminalNo = createNumbering(database, 'terminal');
  return (draft, rowNo, cells) => {
    cells.push(
      rowNo,
      draft.externalId,
      draft.occurredAt,
      accountNo(draft.accountId),
      draft.counterpartyId === null ? null : counterpartyNo(draft.counterpartyId),
      draft.terminalId === null ? null : terminalNo(draft.terminalId),
      draft.amountMinor,
      draft.currency,
      draft.channel,
      draft.entryMode,
      draft.direction,
      draft.newDevice,
      draft.merchantCategory,
      draft.country,
      draft.label,
      draft.labelKnownAt,
    );
  };
}

/** Tells, for a batch in which some id was there already, what became of each row. */
function createSettlement(database: Database.Database): (row: HeldRow) => WriteOutcome {
  const existing = database.prepare<[string], ExistingRow>(SELECT_EXISTING);
  const stageVerdict = database.prepare<[number, number, number]>(
    `INSERT INTO staged_verdicts VALUES (?, ?, ?) ON CONFLICT (row_no)
     DO UPDATE SET label = excluded.label, label_known_at = excluded.label_known_at`,
  );
  return ({ draft, rowNo }) => {
    const found = existing.get(draft.externalId);
    if (found === undefined) throw new RangeError('a row that was neither inserted nor present');
    if (found.row_no === rowNo) return ADDED;
    const column = differingColumn(found, draft);
    if (column !== undefined) return { kind: 'conflict', column };
    const { label, labelKnownAt } = draft;
    if (label === null || labelKnownAt === null || label === found.label) return { kind: 'repeated' };
    stageVerdict.run(found.row_no, label, labelKnownAt);
    const change = { before: found.label, after: label, knownAt: labelKnownAt };
    return { kind: 'verdict', occurredAt: draft.occurredAt, ...change };
  };
}

export function highestRowNo(database: Database.Database): number {
  return database.prepare<[], number>('SELECT coalesce(max(row_no), 0) FROM transactions').pluck().get() ?? 0;
}

function insertSql(rows: number): string {
  const row = `(${COLUMNS.map(() => '?').join(', ')})`;
  const values = Array.from({ length: rows }, () => row).join(', ');
  return `INSERT INTO transactions (${COLUMNS.join(', ')}) VALUES ${values} ON CONFLICT (external_id) DO NOTHING`;
}

interface ExistingRow {
  readonly row_no: number;
  readonly occurred_at: number;
  readonly account_id: string;
  readonly counterparty_id: string | null;
  readonly terminal_id: string | null;
  readonly amount_minor: number;
  readonly currency: string;
  readonly channel: string | null;
  readonly entry_mode: string | null;
  readonly direction: string;
  readonly new_device: number | null;
  readonly merchant_category: string | null;
  readonly country: string | null;
  /** In force now: the staged verdict, else the newest verdict, else the label that came with the row. */
  readonly label: LabelValue | null;
}

const SELECT_EXISTING = `
  SELECT t.row_no, t.occurred_at, a.account_id, c.counterparty_id, m.terminal_id, t.amount_minor, t.currency, t.channel,
    t.entry_mode, t.direction, t.new_device, t.merchant_category, t.country,
    coalesce(
      (SELECT s.label FROM staged_verdicts s WHERE s.row_no = t.row_no),
      (SELECT v.label FROM verdicts v WHERE v.row_no = t.row_no ORDER BY v.verdict_no DESC LIMIT 1),
      t.label
    ) AS label
  FROM transactions t
  JOIN accounts a USING (account_no)
  LEFT JOIN counterparties c USING (counterparty_no)
  LEFT JOIN terminals m USING (terminal_no)
  WHERE t.external_id = ?`;

/** The first column, other than the label, in which a repeated id differs from what is stored. */
function differingColumn(found: ExistingRow, draft: TransactionDraft): keyof TransactionDraft | undefined {
  if (found.occurred_at !== draft.occurredAt) return 'occurredAt';
  if (found.account_id !== draft.accountId) return 'accountId';
  if (found.counterparty_id !== draft.counterpartyId) return 'counterpartyId';
  if (found.terminal_id !== draft.terminalId) return 'terminalId';
  if (found.amount_minor !== draft.amountMinor) return 'amountMinor';
  if (found.currency !== draft.currency) return 'currency';
  if (found.channel !== draft.channel) return 'channel';
  if (found.entry_mode !== draft.entryMode) return 'entryMode';
  if (found.direction !== draft.direction) return 'direction';
  if (found.new_device !== draft.newDevice) return 'newDevice';
  if (found.merchant_category !== draft.merchantCategory) return 'merchantCategory';
  return found.country === draft.country ? undefined : 'country';
}
