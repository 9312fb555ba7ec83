/** What the screens and the command line see of the bank's own data. Nothing here travels to the hub. */
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { ImportId, UtcTime } from '../ids.ts';

/** Columns that a transaction can have; only id, time, account and amount are required (design.md §4). */
export const CanonicalColumn = z.enum([
  'externalId',
  'occurredAt',
  'account',
  'counterparty',
  'terminal',
  'amount',
  'currency',
  'channel',
  'entryMode',
  'direction',
  'newDevice',
  'merchantCategory',
  'country',
  'label',
  'labelKnownAt',
]);
export type CanonicalColumn = z.infer<typeof CanonicalColumn>;

export const REQUIRED_COLUMNS = [
  'externalId',
  'occurredAt',
  'account',
  'amount',
] as const satisfies readonly CanonicalColumn[];

/** How a file is read. Saved under the header it was made for. */
export const ColumnMapping = z.strictObject({
  delimiter: z.enum([',', ';', '\t', '|']),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
  /** False: the first line is a row, and columns are called `column 1`, `column 2`, … */
  hasHeader: z.boolean().default(true),
  /** Canonical column → name of the file's column. */
  columns: z.partialRecord(CanonicalColumn, z.string()),
  timeFormat: z
    .enum(['iso', 'day-first', 'month-first', 'epoch-seconds', 'epoch-milliseconds'])
    .default('iso'),
  /** Minutes ahead of UTC of times that carry no zone themselves. */
  utcOffsetMinutes: z.int().min(-840).max(840).default(0),
  amountUnit: z.enum(['major', 'minor']),
  decimalSeparator: z.enum(['.', ',']),
  /** Mark between groups of three digits; none unless it is named here. */
  thousandsSeparator: z.enum(['', '.', ',', ' ', "'"]).default(''),
  /** Currency of every row when no column gives it. */
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** For files whose labels carry no time: a label is known this many days after the transaction. */
  labelDelayDays: z.int().min(0).max(365),
});
export type ColumnMapping = z.infer<typeof ColumnMapping>;

export const FileInspection = z.object({
  /** What `import.start` takes. */
  source: z.string(),
  name: z.string(),
  bytes: z.number(),
  compressed: z.boolean(),
  header: z.array(z.string()),
  /** First rows as text, cut to 200 characters a field. */
  preview: z.array(z.array(z.string())),
  mapping: ColumnMapping,
  /** Where the mapping comes from, in words for the wizard. */
  mappingSource: z.enum(['saved', 'guessed']),
  missing: z.array(CanonicalColumn),
  /** First rows as they would be stored, or why not. */
  sample: z.array(z.object({ line: z.number(), ok: z.boolean(), text: z.string() })),
  warnings: z.array(z.string()),
});
export type FileInspection = z.infer<typeof FileInspection>;

export const ImportState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('cancelled') }),
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
]);

export const ImportProgress = z.object({
  importId: ImportId,
  name: z.string(),
  state: ImportState,
  startedAt: UtcTime,
  /** Share of the file's bytes read, 0..1. */
  share: z.number(),
  rows: z.number(),
  added: z.number(),
  skipped: z.number(),
  verdicts: z.number(),
  rejected: z.number(),
  rowsPerSecond: z.number(),
  /** null until it can be said (5 % and 3 s). */
  secondsLeft: z.number().nullable(),
});
export type ImportProgress = z.infer<typeof ImportProgress>;

export const RejectedRow = z.object({
  line: z.number(),
  column: z.string().nullable(),
  reason: z.string(),
  /** The row's text, cut to 500 characters. */
  text: z.string(),
});
export type RejectedRow = z.infer<typeof RejectedRow>;

export const FeatureState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({
    kind: z.literal('computing'),
    preset: z.string(),
    share: z.number(),
    rowsPerSecond: z.number(),
  }),
  z.object({ kind: z.literal('ready'), preset: z.string(), rows: z.number() }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
]);
export type FeatureState = z.infer<typeof FeatureState>;

export const DataSummary = z.object({
  rows: z.number(),
  frauds: z.number(),
  labelled: z.number(),
  accounts: z.number(),
  terminals: z.number(),
  firstAt: UtcTime.nullable(),
  lastAt: UtcTime.nullable(),
  /** At most 500 points; `from` is the first day of the bin. */
  byDay: z.array(z.object({ from: z.string(), rows: z.number(), frauds: z.number() })),
  imports: z.array(ImportProgress),
  features: FeatureState,
});
export type DataSummary = z.infer<typeof DataSummary>;

export const TransactionRow = z.object({
  externalId: z.string(),
  occurredAt: UtcTime,
  account: z.string(),
  counterparty: z.string().nullable(),
  terminal: z.string().nullable(),
  amountMinor: z.number(),
  currency: z.string(),
  channel: z.string().nullable(),
  label: z.enum(['fraud', 'genuine', 'unknown']),
});
export type TransactionRow = z.infer<typeof TransactionRow>;
