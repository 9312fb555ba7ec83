/**
 * Splits delimited text into records (RFC 4180), pushed in pieces of any size. It never stops at a malformed record:
 * that one is named with line and column, and reading goes on at the next line, so that good rows stay good.
 *
 * Why not a library here: csv-parse (which the tests hold this against) gives up the rest of a file after a quote that
 * never closes, and splits a third of the plain rows a second: an import with it stays below 0.8 of a bare loop.
 */
import { MAX_FIELD_CHARACTERS, MAX_RECORD_CHARACTERS, MAX_REJECT_TEXT } from './limits.ts';
import { scanRecord, type RecordProblem } from './record-scan.ts';

export interface BrokenRecord {
  readonly problem: RecordProblem;
  /** First line of the file is 1. */
  readonly line: number;
  /** First column is 1. */
  readonly column: number;
  readonly text: string;
}

export interface RecordSink {
  /** `line` is where the record begins; blank lines are not records. */
  record(fields: readonly string[], line: number): void;
  broken(record: BrokenRecord): void;
}

export interface RecordReader {
  push(text: string): void;
  /** After the last piece: what is left over is the last record. */
  end(): void;
}

/** Mutable, and local to one reader. */
interface ReaderState {
  readonly delimiter: string;
  readonly sink: RecordSink;
  pending: string;
  line: number;
  /** Dropping the rest of a record that was named already. */
  isSkipping: boolean;
}

export function createRecordReader(delimiter: string, sink: RecordSink): RecordReader {
  const state: ReaderState = { delimiter, sink, pending: '', line: 1, isSkipping: false };
  return {
    push: (text) => {
      read(state, text, false);
    },
    end: () => {
      read(state, '', true);
    },
  };
}

function read(state: ReaderState, added: string, isLast: boolean): void {
  const fresh = state.isSkipping ? skip(state, added) : added;
  const text = state.pending + fresh;
  state.pending = isLast || needsScan(text) ? scan(state, text, isLast) : readPlainLines(state, text);
  if (state.pending.length <= MAX_RECORD_CHARACTERS) return;
  nameBroken(state, { problem: 'record-too-long', column: 1, text: state.pending });
  state.pending = '';
  state.isSkipping = true;
}

function skip(state: ReaderState, text: string): string {
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0) return '';
  state.isSkipping = false;
  state.line += 1;
  return text.slice(lineEnd + 1);
}

/** Answers the line that has no end yet. */
function readPlainLines(state: ReaderState, text: string): string {
  let from = 0;
  for (;;) {
    const lineEnd = text.indexOf('\n', from);
    if (lineEnd < 0) return text.slice(from);
    const end = lineEnd > from && text.charCodeAt(lineEnd - 1) === 13 ? lineEnd - 1 : lineEnd;
    if (end > from) readPlainLine(state, text.slice(from, end));
    state.line += 1;
    from = lineEnd + 1;
  }
}

function readPlainLine(state: ReaderState, text: string): void {
  const fields = text.split(state.delimiter);
  const longField = text.length > MAX_FIELD_CHARACTERS ? indexOfLongField(fields) : -1;
  if (text.length > MAX_RECORD_CHARACTERS) nameBroken(state, { problem: 'record-too-long', column: 1, text });
  else if (longField >= 0) nameBroken(state, { problem: 'field-too-long', column: longField + 1, text });
  else state.sink.record(fields, state.line);
}

/** Answers the text of a record that has no end yet. */
function scan(state: ReaderState, text: string, isLast: boolean): string {
  let from = 0;
  while (from < text.length) {
    const found = scanRecord(text, from, { delimiter: state.delimiter, isLast });
    if (found.kind === 'incomplete') return text.slice(from);
    if (found.kind === 'broken') {
      const { problem, column, lineOffset } = found;
      nameBroken(state, { problem, column, lineOffset, text: text.slice(from, found.next).trimEnd() });
    } else if (found.fields.length > 1 || found.fields[0] !== '') {
      state.sink.record(found.fields, state.line);
    }
    state.line += countLines(text, from, found.next);
    from = found.next;
  }
  return '';
}

function nameBroken(
  { sink, line }: ReaderState,
  broken: { problem: RecordProblem; column: number; text: string; lineOffset?: number },
): void {
  const { problem, column, text, lineOffset = 0 } = broken;
  sink.broken({ problem, line: line + lineOffset, column, text: text.slice(0, MAX_REJECT_TEXT) });
}

/** Such text is read by the careful scan; all other is cut at line ends and delimiters, several times as fast. */
function needsScan(text: string): boolean {
  if (text.includes('"') || text.includes('\0') || text.includes('\uFFFD')) return true;
  return text.includes('\r') && /\r(?!\n)/.test(text);
}

function indexOfLongField(fields: readonly string[]): number {
  return fields.findIndex((field) => field.length > MAX_FIELD_CHARACTERS);
}

/** Line ends in text[from, to): \n, \r\n and \r alone count one each. */
function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) lines += 1;
  }
  return lines;
}
