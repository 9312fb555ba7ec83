/** Proposes which of a file's columns means what, from names that banks and card processors use. */
import type { CanonicalColumn, ColumnMapping } from '#shared/features/data-view.ts';
import { REQUIRED_COLUMNS } from '#shared/features/data-view.ts';
import { createAmountParser } from './amount-value.ts';
import { createTimeParser } from './time-value.ts';
import type { Encoding } from './encoding.ts';

/** Names without case, blanks and marks, the likeliest first. */
const NAMES: Readonly<Record<CanonicalColumn, readonly string[]>> = {
  externalId: [
    'transactionid',
    'txid',
    'trxid',
    'txnid',
    'transid',
    'externalid',
    'referenceid',
    'reference',
    'id',
  ],
  occurredAt: [
    'txdatetime',
    'transactiondatetime',
    'transactiontime',
    'transactiondate',
    'occurredat',
    'bookingtime',
    'datetime',
    'timestamp',
    'ts',
    'date',
    'time',
  ],
  account: [
    'customerid',
    'accountid',
    'account',
    'accountno',
    'accountnumber',
    'cardid',
    'card',
    'cardnumber',
    'clientid',
    'iban',
    'customer',
  ],
  counterparty: [
    'counterpartyid',
    'counterparty',
    'merchantid',
    'merchant',
    'merchantname',
    'payee',
    'payeeid',
    'beneficiary',
    'beneficiaryid',
  ],
  terminal: ['terminalid', 'terminal', 'tid', 'posid', 'deviceterminal'],
  amount: ['txamount', 'transactionamount', 'amount', 'amt', 'amountminor', 'amountcents', 'betrag', 'value'],
  currency: ['currency', 'currencycode', 'ccy', 'curr'],
  channel: ['channel', 'transactionchannel', 'txchannel'],
  entryMode: ['entrymode', 'posentrymode'],
  direction: ['direction', 'debitcredit', 'creditdebit', 'dc', 'drcr'],
  newDevice: ['newdevice', 'isnewdevice', 'devicenew'],
  merchantCategory: ['mcc', 'merchantcategory', 'merchantcategorycode', 'category'],
  country: ['country', 'countrycode', 'merchantcountry'],
  label: ['txfraud', 'isfraud', 'fraud', 'label', 'fraudlabel', 'class'],
  labelKnownAt: ['labelts', 'labelknownat', 'labeltime', 'labeldate', 'fraudreportedat'],
};

/** The demonstration's own files: `amount` is in minor units, which no name tells. */
const SAMPLE_HEADER =
  'tx_id,bank_id,ts,account_id,counterparty_id,terminal_id,mcc,channel,direction,country,amount,currency,entry_mode,new_device,is_fraud,label_ts,typology';

export interface GuessInput {
  readonly delimiter: ColumnMapping['delimiter'];
  readonly encoding: Encoding;
  readonly hasHeader: boolean;
  readonly header: readonly string[];
  /** Some rows below the header. */
  readonly rows: readonly (readonly string[])[];
}

export function guessMapping(input: GuessInput): ColumnMapping {
  const columns = guessColumns(input.header);
  const amounts = valuesOf(input, columns.amount);
  return {
    delimiter: input.delimiter,
    encoding: input.encoding,
    hasHeader: input.hasHeader,
    columns,
    timeFormat: guessTimeFormat(valuesOf(input, columns.occurredAt)),
    utcOffsetMinutes: 0,
    amountUnit: isMinorUnit(input.header, columns.amount) ? 'minor' : 'major',
    ...guessDecimals(amounts),
    currency: 'EUR',
    labelDelayDays: 7,
  };
}

export function missingColumns(
  mapping: ColumnMapping,
  header: readonly string[],
): readonly CanonicalColumn[] {
  return REQUIRED_COLUMNS.filter((column) => {
    const name = mapping.columns[column];
    return name === undefined || !header.includes(name);
  });
}

function guessColumns(header: readonly string[]): Partial<Record<CanonicalColumn, string>> {
  const byName = new Map<string, string>();
  for (const name of header) {
    const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    if (!byName.has(plain)) byName.set(plain, name);
  }
  const columns: Partial<Record<CanonicalColumn, string>> = {};
  const taken = new Set<string>();
  for (const column of Object.keys(NAMES) as CanonicalColumn[]) {
    const found = NAMES[column]
      .map((name) => byName.get(name))
      .find((name) => name !== undefined && !taken.has(name));
    if (found === undefined) continue;
    columns[column] = found;
    taken.add(found);
  }
  return columns;
}

function isMinorUnit(header: readonly string[], amountColumn: string | undefined): boolean {
  return header.join(',') === SAMPLE_HEADER || /minor|cents?$/i.test(amountColumn ?? '');
}

function valuesOf(input: GuessInput, column: string | undefined): readonly string[] {
  const index = column === undefined ? -1 : input.header.indexOf(column);
  return index < 0 ? [] : input.rows.map((row) => (row[index] ?? '').trim()).filter((value) => value !== '');
}

const TIME_FORMATS = ['iso', 'day-first', 'month-first', 'epoch-milliseconds', 'epoch-seconds'] as const;

/** The format that reads most of the values; day before month where both do. */
function guessTimeFormat(values: readonly string[]): ColumnMapping['timeFormat'] {
  return best(TIME_FORMATS, (format) => {
    const parse = createTimeParser(format, 0);
    return values.filter((value) => typeof parse(value) === 'number').length;
  });
}

type Decimals = Pick<ColumnMapping, 'decimalSeparator' | 'thousandsSeparator'>;

const DECIMALS: readonly Decimals[] = [
  { decimalSeparator: '.', thousandsSeparator: '' },
  { decimalSeparator: ',', thousandsSeparator: '' },
  { decimalSeparator: '.', thousandsSeparator: ',' },
  { decimalSeparator: ',', thousandsSeparator: '.' },
  { decimalSeparator: ',', thousandsSeparator: ' ' },
  { decimalSeparator: '.', thousandsSeparator: "'" },
];

function guessDecimals(values: readonly string[]): Decimals {
  return best(DECIMALS, (decimals) => {
    const parse = createAmountParser({ ...decimals, amountUnit: 'major' });
    return values.filter((value) => typeof parse(value, 2) === 'number').length;
  });
}

/** The first of those with the highest score. */
function best<T>(candidates: readonly [T, ...T[]] | readonly T[], score: (candidate: T) => number): T {
  const ranked = candidates.map((candidate) => ({ candidate, score: score(candidate) }));
  const top = ranked.reduce((a, b) => (b.score > a.score ? b : a));
  return top.candidate;
}
