/** The careful reading of one record: quotes, line ends of every kind, and where it goes wrong. */
import { MAX_FIELD_CHARACTERS, MAX_RECORD_CHARACTERS } from './limits.ts';

export type RecordProblem =
  | 'quote-in-field'
  | 'text-after-quote'
  | 'unclosed-quote'
  | 'field-too-long'
  | 'record-too-long'
  | 'nul-character'
  | 'not-text';

export type ScannedRecord =
  | { readonly kind: 'record'; readonly fields: readonly string[]; readonly next: number }
  | {
      readonly kind: 'broken';
      readonly problem: RecordProblem;
      /** First column is 1. */
      readonly column: number;
      /** Lines from the record's first to the one that is wrong. */
      readonly lineOffset: number;
      readonly next: number;
    }
  | { readonly kind: 'incomplete' };

export interface ScanOptions {
  readonly delimiter: string;
  /** No text follows: what is incomplete now stays so. */
  readonly isLast: boolean;
}

const QUOTE = 34;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

type ScannedField =
  | { readonly kind: 'field'; readonly value: string; readonly end: number }
  | { readonly kind: 'broken'; readonly problem: RecordProblem; readonly end: number }
  | { readonly kind: 'incomplete' };

/**
 * The record that begins at `from`. A broken one ends with the line in which the wrong field began, not where the
 * reading failed: an opening quote that never closes must not swallow the good lines behind it.
 */
export function scanRecord(text: string, from: number, options: ScanOptions): ScannedRecord {
  const fields: string[] = [];
  let at = from;
  for (;;) {
    const field = scanField(text, at, options);
    if (field.kind === 'incomplete') return overlong(text, from, { at, column: fields.length + 1 });
    const problem = field.kind === 'broken' ? field.problem : contentProblem(field.value);
    if (problem !== undefined)
      return broken(text, { from, at, problem, column: fields.length + 1, ...options });
    if (field.kind === 'field') fields.push(field.value);
    if (text[field.end] === options.delimiter) {
      at = field.end + 1;
      continue;
    }
    if (field.end - from > MAX_RECORD_CHARACTERS) {
      return broken(text, { from, at, problem: 'record-too-long', column: 1, ...options });
    }
    return { kind: 'record', fields, next: afterLineEnd(text, field.end) };
  }
}

function overlong(text: string, from: number, open: { at: number; column: number }): ScannedRecord {
  if (text.length - from <= MAX_RECORD_CHARACTERS) return { kind: 'incomplete' };
  if (text.charCodeAt(open.at) !== QUOTE) return { kind: 'incomplete' };
  return broken(text, { from, at: open.at, problem: 'unclosed-quote', column: open.column, isLast: false });
}

function scanField(text: string, at: number, options: ScanOptions): ScannedField {
  return text.charCodeAt(at) === QUOTE ? scanQuoted(text, at, options) : scanBare(text, at, options);
}

function scanBare(text: string, at: number, { delimiter, isLast }: ScanOptions): ScannedField {
  const separator = delimiter.charCodeAt(0);
  for (let end = at; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === separator || code === LINE_FEED) return { kind: 'field', value: text.slice(at, end), end };
    if (code === CARRIAGE_RETURN) {
      const isUndecided = end + 1 === text.length && !isLast;
      return isUndecided ? { kind: 'incomplete' } : { kind: 'field', value: text.slice(at, end), end };
    }
    if (code === QUOTE) return { kind: 'broken', problem: 'quote-in-field', end };
  }
  return isLast ? { kind: 'field', value: text.slice(at), end: text.length } : { kind: 'incomplete' };
}

function scanQuoted(text: string, at: number, { delimiter, isLast }: ScanOptions): ScannedField {
  let close = text.indexOf('"', at + 1);
  while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2);
  if (close < 0)
    return isLast ? { kind: 'broken', problem: 'unclosed-quote', end: text.length } : { kind: 'incomplete' };
  const end = close + 1;
  if (
    !isLast &&
    (end === text.length || (end + 1 === text.length && text.charCodeAt(end) === CARRIAGE_RETURN))
  ) {
    return { kind: 'incomplete' };
  }
  const isClosed = end === text.length || text[end] === delimiter || isLineEnd(text.charCodeAt(end));
  if (isClosed) return { kind: 'field', value: text.slice(at + 1, close).replaceAll('""', '"'), end };
  const spansLines = lineEndFrom(text, at) < end;
  return { kind: 'broken', problem: spansLines ? 'unclosed-quote' : 'text-after-quote', end };
}

function contentProblem(value: string): RecordProblem | undefined {
  if (value.includes('\0')) return 'nul-character';
  if (value.includes('\uFFFD')) return 'not-text';
  return value.length > MAX_FIELD_CHARACTERS ? 'field-too-long' : undefined;
}

interface Breakage {
  /** Where the record begins, and the field that is wrong. */
  readonly from: number;
  readonly at: number;
  readonly problem: RecordProblem;
  readonly column: number;
  readonly isLast: boolean;
}

/** Incomplete while the end of the wrong line is not in sight: reading on in its middle would make up a record. */
function broken(text: string, { from, at, problem, column, isLast }: Breakage): ScannedRecord {
  const lineEnd = lineEndFrom(text, at);
  const next = afterLineEnd(text, lineEnd);
  if (
    !isLast &&
    (lineEnd === text.length || (next === text.length && text.charCodeAt(lineEnd) === CARRIAGE_RETURN))
  ) {
    return { kind: 'incomplete' };
  }
  let lineOffset = 0;
  for (let end = lineEndFrom(text, from); end < at; end = lineEndFrom(text, afterLineEnd(text, end)))
    lineOffset += 1;
  return { kind: 'broken', problem, column, lineOffset, next };
}

/** Index of the first line end at or after `from`, or the text's length. */
function lineEndFrom(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (isLineEnd(text.charCodeAt(at))) return at;
  return text.length;
}

function afterLineEnd(text: string, at: number): number {
  if (at >= text.length) return text.length;
  return text.charCodeAt(at) === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED ? at + 2 : at + 1;
}

function isLineEnd(code: number): boolean {
  return code === LINE_FEED || code === CARRIAGE_RETURN;
}
