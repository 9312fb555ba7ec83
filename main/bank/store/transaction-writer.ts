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

/** Columns in the order of a row's cells, each with the draft's name for it. */
const COLUMNS = [
  ['row_no', null],
  ['external_id', 'externalId'],
  ['occurred_at', 'occurredAt'],
  ['account_no', 'accountId'],
  ['counterparty_no', 'counterpartyId'],
  ['terminal_no', 'terminalId'],
  ['amount_minor', 'amountMinor'],
  ['currency', 'currency'],
  ['channel', 'channel'],
  ['entry_mode', 'entryMode'],
  ['direction', 'direction'],
  ['new_device', 'newDevice'],
  ['merchant_category', 'merchantCategory'],
  ['country', 'country'],
  ['label', 'label'],
  ['label_known_at', 'labelKnownAt'],
] as const satisfies readonly (readonly [string, keyof TransactionDraft | null])[];
const NAMES = COLUMNS.map(([name]) => name).join(', ');

type Cell = string | number | null;

/** Rows bound to one statement: fewer calls from JavaScript into SQLite, the greater part of a bare insert's time. */
const BATCH_ROWS = 32;

interface HeldRow {
  readonly draft: TransactionDraft;
  readonly line: number;
  /** In the order of COLUMNS. */
  readonly cells: readonly Cell[];
}

export interface WriterOptions {
  /** Members that are null in every draft: leaving their columns out saves a quarter of an insert's time. */
  readonly alwaysNull: ReadonlySet<keyof TransactionDraft>;
  readonly onOutcome: OutcomeListener;
}

export function createTransactionWriter(
  database: Database.Database,
  { alwaysNull, onOutcome }: WriterOptions,
): TransactionWriter {
  const cellsOf = createCells(database);
  const outcomeOf = createSettlement(database);
  const written = [...COLUMNS.keys()].filter((at) => !isIn(alwaysNull, at));
  const insertBatch = database.prepare<[Cell[]]>(insertSql(written, BATCH_ROWS));
  const insertOne = database.prepare<[Cell[]]>(insertSql(written, 1));
  const bound = ({ cells }: HeldRow): Cell[] => written.map((at) => cells[at] ?? null);
  let nextRowNo = highestRowNo(database) + 1;
  let held: HeldRow[] = [];

  function end(inserted: number): void {
    const rows = held;
    held = [];
    const isPlain = inserted === rows.length;
    for (const row of rows) onOutcome(isPlain ? ADDED : outcomeOf(row), row.draft, row.line);
  }

  return {
    add: (draft, line) => {
      held.push({ draft, line, cells: cellsOf(draft, nextRowNo) });
      nextRowNo += 1;
      if (held.length === BATCH_ROWS) end(insertBatch.run(held.flatMap(bound)).changes);
    },
    flush: () => {
      let inserted = 0;
      for (const row of held) inserted += insertOne.run(bound(row)).changes;
      end(inserted);
    },
  };
}

const ADDED: WriteOutcome = { kind: 'added' };

function createCells(
  database: Database.Database,
): (draft: TransactionDraft, rowNo: number) => readonly Cell[] {
  const accountNo = createNumbering(database, 'account');
  const counterpartyNo = createNumbering(database, 'counterparty');
  const terminalNo = createNumbering(database, 'terminal');
  return (draft, rowNo) => [
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
  ];
}

/** Tells, for a batch in which some id was there already, what became of each row. */
function createSettlement(database: Database.Database): (row: HeldRow) => WriteOutcome {
  const existing = database.prepare<[string], readonly Cell[]>(SELECT_EXISTING).raw();
  const labelInForce = database.prepare<[Cell, Cell], LabelValue>(SELECT_LABEL_IN_FORCE).pluck();
  const stageVerdict = database.prepare<[Cell, number, number]>(
    `INSERT INTO staged_verdicts VALUES (?, ?, ?) ON CONFLICT (row_no)
     DO UPDATE SET label = excluded.label, label_known_at = excluded.label_known_at`,
  );
  return ({ draft, cells }) => {
    const found = existing.get(draft.externalId);
    if (found === undefined) throw new RangeError('a row that was neither inserted nor present');
    const [rowNo = null] = found;
    if (rowNo === cells[0]) return ADDED;
    const column = differingColumn(found, cells);
    if (column !== undefined) return { kind: 'conflict', column };
    const { label, labelKnownAt } = draft;
    if (label === null || labelKnownAt === null) return { kind: 'repeated' };
    const before = labelInForce.get(rowNo, rowNo) ?? storedLabel(found);
    if (label === before) return { kind: 'repeated' };
    stageVerdict.run(rowNo, label, labelKnownAt);
    return { kind: 'verdict', occurredAt: draft.occurredAt, before, after: label, knownAt: labelKnownAt };
  };
}

export function highestRowNo(database: Database.Database): number {
  return database.prepare<[], number>('SELECT coalesce(max(row_no), 0) FROM transactions').pluck().get() ?? 0;
}

function insertSql(columns: readonly number[], rows: number): string {
  const names = columns.flatMap((at) => COLUMNS[at]?.[0] ?? []).join(', ');
  const row = `(${columns.map(() => '?').join(', ')})`;
  const values = Array.from({ length: rows }, () => row).join(', ');
  return `INSERT INTO transactions (${names}) VALUES ${values} ON CONFLICT (external_id) DO NOTHING`;
}

function isIn(names: ReadonlySet<keyof TransactionDraft>, column: number): boolean {
  const name = COLUMNS[column]?.[1] ?? null;
  return name !== null && names.has(name);
}

const SELECT_EXISTING = `SELECT ${NAMES} FROM transactions WHERE external_id = ?`;

/** The verdict of this import, else the newest; none for a row with the label it came with. */
const SELECT_LABEL_IN_FORCE = `
  SELECT label FROM (
    SELECT label, 1 AS is_staged, 0 AS verdict_no FROM staged_verdicts WHERE row_no = ?
    UNION ALL
    SELECT label, 0, verdict_no FROM verdicts WHERE row_no = ?
  ) ORDER BY is_staged DESC, verdict_no DESC LIMIT 1`;

/** The first column, other than the label, in which a repeated id differs from what is stored. */
function differingColumn(found: readonly Cell[], cells: readonly Cell[]): keyof TransactionDraft | undefined {
  const index = COLUMNS.findIndex(([, name], at) => isCompared(name) && found[at] !== cells[at]);
  return COLUMNS[index]?.[1] ?? undefined;
}

function isCompared(name: keyof TransactionDraft | null): boolean {
  return name !== null && name !== 'label' && name !== 'labelKnownAt';
}

function storedLabel(found: readonly Cell[]): LabelValue | null {
  const label = found[LABEL_AT];
  return label === 0 || label === 1 ? label : null;
}

const LABEL_AT = COLUMNS.findIndex(([name]) => name === 'label');
