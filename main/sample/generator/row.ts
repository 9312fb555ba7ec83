/** One generated row and its line in the file. */

export type Channel = 'POS' | 'ECOM' | 'ATM' | 'TRANSFER' | 'P2P';
export type EntryMode = 'chip' | 'contactless' | 'magstripe' | 'ecom3ds' | 'ecom' | '';
export type Typology = 'card-testing' | 'account-takeover' | 'mule' | 'compromised-terminal' | 'cnp-burst';

export interface GeneratedRow {
  /** Seconds since the first day's midnight. */
  readonly at: number;
  readonly account: number;
  readonly counterparty: string;
  readonly terminal: string;
  readonly category: string;
  readonly channel: Channel;
  readonly direction: 'in' | 'out';
  readonly country: string;
  /** In EUR; written in the bank's own currency. */
  readonly amount: number;
  readonly entryMode: EntryMode;
  readonly isNewDevice: boolean;
  /** null: genuine. */
  readonly fraud: { readonly typology: Typology; readonly delaySeconds: number } | null;
}

export const DAY = 86_400;
export const HOUR = 3600;
export const MINUTE = 60;
/** Genuine rows are known to be genuine after a week. */
const GENUINE_LABEL_DELAY = 7 * DAY;

export const SAMPLE_COLUMNS = [
  ...[
    'tx_id',
    'bank_id',
    'ts',
    'account_id',
    'counterparty_id',
    'terminal_id',
    'mcc',
    'channel',
    'direction',
  ],
  ...['country', 'amount', 'currency', 'entry_mode', 'new_device', 'is_fraud', 'label_ts', 'typology'],
] as const;

export interface LineContext {
  readonly bankId: string;
  readonly number: number;
  /** Milliseconds since the epoch of the first day's midnight. */
  readonly firstDay: number;
  readonly currency: string;
  /** Units of the currency for one euro. */
  readonly rate: number;
}

/** The row as CSV, amounts in minor units, times in UTC; no field needs quotes. */
export function csvLine(row: GeneratedRow, context: LineContext): string {
  const utc = (seconds: number): string =>
    `${new Date(context.firstDay + seconds * 1000).toISOString().slice(0, 19)}Z`;
  const delay = row.fraud === null ? GENUINE_LABEL_DELAY : row.fraud.delaySeconds;
  const fields = [
    `${context.bankId}-${String(context.number).padStart(6, '0')}`,
    context.bankId,
    utc(row.at),
    `${context.bankId}-A${String(row.account).padStart(4, '0')}`,
    row.counterparty,
    row.terminal,
    row.category,
    row.channel,
    row.direction,
    row.country,
    Math.max(1, Math.round(row.amount * context.rate * 100)),
    context.currency,
    row.entryMode,
    row.isNewDevice ? 1 : 0,
    row.fraud === null ? 0 : 1,
    utc(row.at + delay),
    row.fraud?.typology ?? '',
  ];
  return fields.join(',');
}
