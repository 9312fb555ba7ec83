/** Reads transactions as columns in time order, for the feature transforms. Whole columns: about 60 bytes a row. */
import type Database from 'better-sqlite3';
import { FailureError } from '#shared/failure.ts';
import { RISK_CLASS_OF_CATEGORY } from '#shared/features/merchant-categories.ts';
import { unitsAEuro } from '#shared/features/reference-rates.ts';
import { currencyDecimals } from '#shared/money.ts';
import { AMOUNT_UNITS_A_EURO, type TransactionColumns } from '#main/bank/features/transform/columns.ts';
import { highestNumber } from './numbers.ts';

export interface FeatureRowRange {
  readonly lastRowNo: number;
  /** Rows at this time (UTC milliseconds) or before are left out. */
  readonly after: number;
  /** As the bank states it; null leaves every row's country at its neutral value. */
  readonly homeCountry: string | null;
}

export interface FeatureSource {
  readonly columns: TransactionColumns;
  /** Number of each row in the store. */
  readonly rowNo: Uint32Array;
}

// Written in either case. What is no two-letter code can't be compared with one, so it is neutral, as a row without a country is.
const IS_FOREIGN = `
  CASE WHEN length(country) <> 2 THEN 0 ELSE coalesce(upper(country) <> @homeCountry, 0) END`;

const SELECT_ROWS = `
  SELECT row_no, occurred_at, account_no, terminal_no, counterparty_no, amount_minor, currency, direction = 'in',
    CASE upper(channel) WHEN 'POS' THEN 1 WHEN 'ECOM' THEN 2 WHEN 'ATM' THEN 3 WHEN 'TRANSFER' THEN 4 WHEN 'P2P' THEN 5
      ELSE 0 END,
    ${IS_FOREIGN}, coalesce(new_device, 0), coalesce(lower(entry_mode) = 'ecom', 0),
    coalesce(lower(entry_mode) = 'magstripe', 0), merchant_category
  FROM transactions WHERE row_no <= @lastRowNo AND occurred_at > @after`;

type Span = Pick<FeatureRowRange, 'lastRowNo' | 'after'>;
const COUNT_ROWS = 'SELECT count(*) FROM transactions WHERE row_no <= @lastRowNo AND occurred_at > @after';

type RawRow = readonly [
  rowNo: number,
  occurredAt: number,
  account: number,
  terminal: number | null,
  counterparty: number | null,
  amountMinor: number,
  currency: string,
  isIncoming: number,
  channel: number,
  isForeign: number,
  isNewDevice: number,
  isUnsecured: number,
  isMagstripe: number,
  category: string | null,
];

/** Throws `invalid-input` for a currency without a fixed public rate. */
export function readFeatureRows(database: Database.Database, range: FeatureRowRange): FeatureSource {
  const { lastRowNo, after } = range;
  const count = database.prepare<Span, number>(COUNT_ROWS).pluck().get({ lastRowNo, after }) ?? 0;
  const terminals = highestNumber(database, 'terminal');
  const columns = emptyColumns(count, {
    accounts: highestNumber(database, 'account') + 1,
    places: terminals + highestNumber(database, 'counterparty') + 1,
  });
  const rowNo = new Uint32Array(count);
  const unitsOf = createUnits();
  const rows = database
    .prepare<FeatureRowRange, RawRow>(SELECT_ROWS)
    .raw()
    .iterate({ ...range });
  let at = 0;
  for (const row of rows) {
    rowNo[at] = row[0];
    columns.occurredAt[at] = row[1];
    columns.account[at] = row[2];
    columns.place[at] = row[3] ?? (row[4] === null ? -1 : terminals + row[4]);
    columns.amount[at] = unitsOf(row[5], row[6]);
    columns.isIncoming[at] = row[7];
    columns.channel[at] = row[8];
    columns.isForeign[at] = row[9];
    columns.isNewDevice[at] = row[10];
    columns.isUnsecured[at] = row[11];
    columns.isMagstripe[at] = row[12];
    columns.riskClass[at] = riskClassCode(row[13]);
    at += 1;
  }
  return inTimeOrder({ columns, rowNo });
}

/** Pairs (account, place) of outgoing rows up to and including a time, coded as in `readFeatureRows`. */
export function* readSeenPairs(
  database: Database.Database,
  upTo: { readonly lastRowNo: number; readonly time: number },
): Generator<readonly [account: number, place: number]> {
  const terminals = highestNumber(database, 'terminal');
  const rows = database
    .prepare<[number, number, number], [number, number]>(
      `SELECT DISTINCT account_no, coalesce(terminal_no, ? + counterparty_no) AS place FROM transactions
       WHERE row_no <= ? AND occurred_at <= ? AND direction = 'out' AND place IS NOT NULL`,
    )
    .raw()
    .iterate(terminals, upTo.lastRowNo, upTo.time);
  yield* rows;
}

function riskClassCode(category: string | null): number {
  const risk = category === null ? undefined : RISK_CLASSES.get(category);
  return risk === undefined ? 0 : risk + 1;
}

const RISK_CLASSES: ReadonlyMap<string, number> = new Map(Object.entries(RISK_CLASS_OF_CATEGORY));

/** Minor units of a currency → whole units of 1/10,000 euro at the fixed public rate. */
function createUnits(): (amountMinor: number, currency: string) => number {
  const factors = new Map<string, number>();
  return (amountMinor, currency) => {
    const known = factors.get(currency);
    if (known !== undefined) return Math.round(amountMinor * known);
    const rate = unitsAEuro(currency);
    const decimals = currencyDecimals(currency);
    if (rate === undefined || decimals === undefined) {
      throw new FailureError('invalid-input', `There is no fixed public rate for ${currency}`, { currency });
    }
    factors.set(currency, AMOUNT_UNITS_A_EURO / 10 ** decimals / rate);
    return Math.round(amountMinor * (factors.get(currency) ?? 0));
  };
}

function emptyColumns(
  rows: number,
  sizes: { readonly accounts: number; readonly places: number },
): TransactionColumns {
  return {
    rows,
    ...sizes,
    occurredAt: new Float64Array(rows),
    account: new Uint32Array(rows),
    place: new Int32Array(rows),
    amount: new Float64Array(rows),
    isIncoming: new Uint8Array(rows),
    channel: new Uint8Array(rows),
    isForeign: new Uint8Array(rows),
    isNewDevice: new Uint8Array(rows),
    isUnsecured: new Uint8Array(rows),
    isMagstripe: new Uint8Array(rows),
    riskClass: new Uint8Array(rows),
  };
}

/** Files are mostly in time order already; ties stay in the order of row numbers, which is file order. */
function inTimeOrder(source: FeatureSource): FeatureSource {
  const { columns, rowNo } = source;
  const { occurredAt } = columns;
  if (occurredAt.every((time, row) => row === 0 || time >= (occurredAt[row - 1] ?? 0))) return source;
  const order = new Uint32Array(columns.rows).map((_, row) => row);
  order.sort((a, b) => (occurredAt[a] ?? 0) - (occurredAt[b] ?? 0) || a - b);
  const permuted = <T extends Float64Array | Uint32Array | Int32Array | Uint8Array>(from: T): T => {
    const to = from.slice();
    order.forEach((row, at) => (to[at] = from[row] ?? 0));
    return to as T;
  };
  return {
    rowNo: permuted(rowNo),
    columns: {
      rows: columns.rows,
      accounts: columns.accounts,
      places: columns.places,
      occurredAt: permuted(occurredAt),
      account: permuted(columns.account),
      place: permuted(columns.place),
      amount: permuted(columns.amount),
      isIncoming: permuted(columns.isIncoming),
      channel: permuted(columns.channel),
      isForeign: permuted(columns.isForeign),
      isNewDevice: permuted(columns.isNewDevice),
      isUnsecured: permuted(columns.isUnsecured),
      isMagstripe: permuted(columns.isMagstripe),
      riskClass: permuted(columns.riskClass),
    },
  };
}
