/** One record's fields → a transaction, or why not. A value is taken as it stands or rejected, never bent. */
import type { CanonicalColumn, ColumnMapping } from '#shared/features/data-view.ts';
import type { LabelValue, TransactionDraft } from '#main/bank/store/transaction-writer.ts';
import { createAmountParser } from './amount-value.ts';
import { currencyDecimals } from '#shared/money.ts';
import { MAX_TEXT_CHARACTERS } from './limits.ts';
import type { RejectReason } from './reject-reasons.ts';
import { createTimeParser } from './time-value.ts';

export interface RowReject {
  readonly reason: RejectReason;
  /** First column is 1; null where the row as a whole is wrong. */
  readonly column: number | null;
}

export type DecodedRow =
  | { readonly kind: 'row'; readonly row: TransactionDraft }
  | { readonly kind: 'rejected'; readonly reject: RowReject };

export type RowDecoder = (fields: readonly string[]) => DecodedRow;

const DAY_MS = 86_400_000;
const ABSENT = -1;

/** The first thing wrong with the row being read. Mutable, and local to one decoder. */
interface Note {
  reject: RowReject | undefined;
}

/** A decoder for files with this header; mapped columns that the header lacks count as absent. */
export function createRowDecoder(header: readonly string[], mapping: ColumnMapping): RowDecoder {
  const cells = createCellReader(header, mapping);
  return (fields) => {
    if (fields.length !== header.length) {
      const reason = fields.length < header.length ? 'too-few-columns' : 'too-many-columns';
      return { kind: 'rejected', reject: { reason, column: Math.min(fields.length, header.length) + 1 } };
    }
    const note: Note = { reject: undefined };
    const row = cells(fields, note);
    return note.reject === undefined ? { kind: 'row', row } : { kind: 'rejected', reject: note.reject };
  };
}

function createCellReader(
  header: readonly string[],
  mapping: ColumnMapping,
): (fields: Fields, note: Note) => TransactionDraft {
  const at = (column: CanonicalColumn): number => {
    const name = mapping.columns[column];
    return name === undefined ? ABSENT : header.indexOf(name);
  };
  const externalId = at('externalId');
  const account = at('account');
  const counterparty = at('counterparty');
  const terminal = at('terminal');
  const channel = at('channel');
  const entryMode = at('entryMode');
  const direction = at('direction');
  const newDevice = at('newDevice');
  const merchantCategory = at('merchantCategory');
  const country = at('country');
  const readTime = createTimeReader(at('occurredAt'), mapping);
  const readMoney = createMoneyReader(at('amount'), at('currency'), mapping);
  const readLabel = createLabelReader(at('label'), at('labelKnownAt'), mapping);

  return (fields, note) => {
    const occurredAt = readTime(fields, note);
    const money = readMoney(fields, note);
    const label = readLabel(fields, occurredAt, note);
    return {
      externalId: requiredText(fields, externalId, note),
      occurredAt,
      accountId: requiredText(fields, account, note),
      counterpartyId: optionalText(fields, counterparty, note),
      terminalId: optionalText(fields, terminal, note),
      amountMinor: money.amountMinor,
      currency: money.currency,
      channel: optionalText(fields, channel, note),
      entryMode: optionalText(fields, entryMode, note),
      direction: readDirection(fields, direction, note),
      newDevice: readFlag(fields, newDevice, note),
      merchantCategory: optionalText(fields, merchantCategory, note),
      country: optionalText(fields, country, note),
      label: label.label,
      labelKnownAt: label.knownAt,
    };
  };
}

type Fields = readonly string[];

function createTimeReader(index: number, mapping: ColumnMapping): (fields: Fields, note: Note) => number {
  const parse = createTimeParser(mapping.timeFormat, mapping.utcOffsetMinutes);
  return (fields, note) => {
    const time = parse(requiredWord(fields, index, note));
    return typeof time === 'number' ? time : failed(note, { reason: time, index, instead: 0 });
  };
}

interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

function createMoneyReader(
  amountIndex: number,
  currencyIndex: number,
  mapping: ColumnMapping,
): (fields: Fields, note: Note) => Money {
  const parse = createAmountParser(mapping);
  return (fields, note) => {
    const currency = currencyIndex < 0 ? mapping.currency : requiredWord(fields, currencyIndex, note);
    const decimals = currencyDecimals(currency);
    if (decimals === undefined) {
      const index = currencyIndex < 0 ? amountIndex : currencyIndex;
      return failed(note, { reason: 'unknown-currency', index, instead: NO_MONEY });
    }
    const amountMinor = parse(requiredWord(fields, amountIndex, note), decimals);
    return typeof amountMinor === 'number'
      ? { amountMinor, currency }
      : failed(note, { reason: amountMinor, index: amountIndex, instead: NO_MONEY });
  };
}

const NO_MONEY: Money = { amountMinor: 0, currency: '' };

type ReadLabel =
  { readonly label: LabelValue; readonly knownAt: number } | { readonly label: null; readonly knownAt: null };

const NO_LABEL: ReadLabel = { label: null, knownAt: null };

function createLabelReader(
  labelIndex: number,
  knownIndex: number,
  mapping: ColumnMapping,
): (fields: Fields, occurredAt: number, note: Note) => ReadLabel {
  const parse = createTimeParser(mapping.timeFormat, mapping.utcOffsetMinutes);
  return (fields, occurredAt, note) => {
    const word = optionalWord(fields, labelIndex);
    if (word === null) return NO_LABEL;
    const label = LABELS.get(word.toLowerCase());
    if (label === undefined)
      return failed(note, { reason: 'unknown-label', index: labelIndex, instead: NO_LABEL });
    const known = optionalWord(fields, knownIndex);
    if (known === null) return { label, knownAt: occurredAt + mapping.labelDelayDays * DAY_MS };
    const knownAt = parse(known);
    if (typeof knownAt !== 'number')
      return failed(note, { reason: knownAt, index: knownIndex, instead: NO_LABEL });
    if (knownAt >= occurredAt) return { label, knownAt };
    return failed(note, { reason: 'label-before-transaction', index: knownIndex, instead: NO_LABEL });
  };
}

const LABELS: ReadonlyMap<string, LabelValue> = new Map([
  ...['1', 'true', 'yes', 'y', 'fraud', 'fraudulent'].map((word) => [word, 1] as const),
  ...['0', 'false', 'no', 'n', 'genuine', 'legitimate', 'legit'].map((word) => [word, 0] as const),
]);

const FLAGS: ReadonlyMap<string, 0 | 1> = new Map([
  ...['1', 'true', 'yes', 'y'].map((word) => [word, 1] as const),
  ...['0', 'false', 'no', 'n'].map((word) => [word, 0] as const),
]);

const DIRECTIONS: ReadonlyMap<string, 'in' | 'out'> = new Map([
  ...['out', 'outgoing', 'outbound', 'debit', 'd', 'dr'].map((word) => [word, 'out'] as const),
  ...['in', 'incoming', 'inbound', 'credit', 'c', 'cr'].map((word) => [word, 'in'] as const),
]);

function readDirection(fields: Fields, index: number, note: Note): 'in' | 'out' {
  const word = optionalWord(fields, index);
  if (word === null) return 'out';
  return (
    DIRECTIONS.get(word.toLowerCase()) ?? failed(note, { reason: 'unknown-direction', index, instead: 'out' })
  );
}

function readFlag(fields: Fields, index: number, note: Note): 0 | 1 | null {
  const word = optionalWord(fields, index);
  if (word === null) return null;
  return FLAGS.get(word.toLowerCase()) ?? failed(note, { reason: 'unknown-flag', index, instead: null });
}

/** Identifiers and codes: exactly the field's characters. */
function optionalText(fields: Fields, index: number, note: Note): string | null {
  const text = index < 0 ? '' : (fields[index] ?? '');
  if (text.length > MAX_TEXT_CHARACTERS)
    return failed(note, { reason: 'text-too-long', index, instead: null });
  return text === '' ? null : text;
}

function requiredText(fields: Fields, index: number, note: Note): string {
  return optionalText(fields, index, note) ?? failed(note, { reason: 'empty', index, instead: '' });
}

/** Numbers, times and words: spaces around them say nothing. */
function optionalWord(fields: Fields, index: number): string | null {
  const word = index < 0 ? '' : (fields[index] ?? '').trim();
  return word === '' ? null : word;
}

function requiredWord(fields: Fields, index: number, note: Note): string {
  return optionalWord(fields, index) ?? failed(note, { reason: 'empty', index, instead: '' });
}

interface Fault<T> {
  readonly reason: RejectReason;
  readonly index: number;
  /** Stands in for the value until the row is rejected. */
  readonly instead: T;
}

/** Notes the fault unless one was found before it. */
function failed<T>(note: Note, { reason, index, instead }: Fault<T>): T {
  note.reject ??= { reason, column: index + 1 };
  return instead;
}
