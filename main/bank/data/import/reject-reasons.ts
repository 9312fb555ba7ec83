/** Why a row is not kept: a closed list, each with its sentence. */
import type { RecordProblem } from './record-scan.ts';

export type RejectReason =
  | RecordProblem
  | 'too-few-columns'
  | 'too-many-columns'
  | 'empty'
  | 'text-too-long'
  | 'not-a-time'
  | 'impossible-date'
  | 'time-out-of-range'
  | 'not-an-amount'
  | 'negative-amount'
  | 'amount-too-precise'
  | 'amount-too-large'
  | 'unknown-currency'
  | 'unknown-direction'
  | 'unknown-flag'
  | 'unknown-label'
  | 'label-before-transaction'
  | 'conflicting-id';

const SENTENCES: Readonly<Record<RejectReason, string>> = {
  'quote-in-field': 'A quotation mark stands inside a field that is not quoted',
  'text-after-quote': 'Text follows the closing quotation mark',
  'unclosed-quote': 'The quotation mark that opens here is never closed',
  'field-too-long': 'The field is longer than 32,768 characters',
  'record-too-long': 'The row is longer than 262,144 characters',
  'nul-character': 'The field contains a NUL character',
  'not-text': 'The field contains bytes that are not text in this encoding',
  'too-few-columns': 'The row has fewer columns than the header',
  'too-many-columns': 'The row has more columns than the header',
  empty: 'A required value is empty',
  'text-too-long': 'The value is longer than 128 characters',
  'not-a-time': 'The value is not a time of the chosen format',
  'impossible-date': 'This date or time of day does not exist',
  'time-out-of-range': 'The time is not between 1990 and 2100',
  'not-an-amount': 'The value is not an amount of the chosen format',
  'negative-amount': 'The amount is negative',
  'amount-too-precise': 'The amount has more decimals than its currency',
  'amount-too-large': 'The amount is too large',
  'unknown-currency': 'The value is not a currency code',
  'unknown-direction': 'The direction is neither in nor out',
  'unknown-flag': 'The value is neither yes nor no',
  'unknown-label': 'The label is neither fraud nor genuine',
  'label-before-transaction': 'The label was known before the transaction',
  'conflicting-id': 'The same id was imported before with another value in this column',
};

export function sentenceOf(reason: RejectReason): string {
  return SENTENCES[reason];
}
