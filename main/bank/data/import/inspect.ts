/** Looks at a file's first 64 KB: what kind of text it is, its columns, a proposed mapping, and rows as they would be kept. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { canonicalJson } from '#shared/canonical.ts';
import { FailureError } from '#shared/failure.ts';
import type { ColumnMapping, FileInspection } from '#shared/features/data-view.ts';
import { formatMoney } from '#shared/money.ts';
import { guessMapping, missingColumns } from './column-guess.ts';
import { createDecoder, detectEncoding, type Encoding } from './encoding.ts';
import { columnNames, looksLikeHeader } from './header.ts';
import { createRecordReader } from './record-reader.ts';
import { sentenceOf } from './reject-reasons.ts';
import { createRowDecoder } from './row-decoder.ts';
import { readSample, type FileSample } from './source.ts';

const PREVIEW_ROWS = 20;
const PREVIEW_CHARACTERS = 200;
const DELIMITERS = [',', ';', '\t', '|'] as const;

export interface InspectOptions {
  /** What a person chose so far; else the saved mapping for this header, else a guess. */
  readonly mapping?: ColumnMapping | undefined;
  readonly savedMapping: (headerSignature: string) => ColumnMapping | undefined;
}

/**
 * Throws `file-not-readable`, `not-a-csv`, `encoding-not-supported` or `delimiter-unclear` where not even the columns
 * can be told.
 */
export async function inspectFile(file: string, options: InspectOptions): Promise<FileInspection> {
  const sample = await readSample(file);
  const encoding = options.mapping?.encoding ?? detectEncoding(sample.bytes);
  const text = decodeSample(sample, encoding);
  const delimiter = options.mapping?.delimiter ?? detectDelimiter(text);
  const records = sampleRecords(text, delimiter, sample.isWhole);
  const first = records[0];
  if (first === undefined) throw new FailureError('not-a-csv', 'The file has no row that can be read');
  const hasHeader = options.mapping?.hasHeader ?? looksLikeHeader(first.fields);
  const header = columnNames(first.fields, hasHeader);
  const rows = hasHeader ? records.slice(1) : records;
  const saved = options.savedMapping(headerSignature(header));
  const guess = guessMapping({ delimiter, encoding, hasHeader, header, rows: rows.map((row) => row.fields) });
  const mapping = options.mapping ?? saved ?? guess;
  return {
    source: file,
    name: path.basename(file),
    bytes: sample.fileBytes,
    compressed: sample.isCompressed,
    header: [...header],
    preview: rows
      .slice(0, PREVIEW_ROWS)
      .map((row) => row.fields.map((field) => field.slice(0, PREVIEW_CHARACTERS))),
    mapping,
    mappingSource: saved === undefined ? 'guessed' : 'saved',
    missing: [...missingColumns(mapping, header)],
    sample: sampleRows(rows, header, mapping),
    warnings: warningsOf({ header: first.fields, rows, mapping, hasHeader }),
  };
}

/** Names a header, so that a mapping made once is found again. */
export function headerSignature(header: readonly string[]): string {
  return createHash('sha256').update(canonicalJson(header)).digest('hex');
}

interface SampleRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

function decodeSample(sample: FileSample, encoding: Encoding): string {
  const decoder = createDecoder(encoding);
  const text = decoder.write(Buffer.from(sample.bytes));
  return sample.isWhole ? text + decoder.end() : text;
}

function sampleRecords(text: string, delimiter: string, isWhole: boolean): readonly SampleRecord[] {
  const records: SampleRecord[] = [];
  const reader = createRecordReader(delimiter, {
    record: (fields, line) => void records.push({ fields, line }),
    broken: () => undefined,
  });
  reader.push(text);
  if (isWhole) reader.end();
  return records;
}

/** The one under which most rows have as many columns as the first; more columns where two do equally. */
function detectDelimiter(text: string): (typeof DELIMITERS)[number] {
  const ranked = DELIMITERS.map((delimiter) => {
    const records = sampleRecords(text, delimiter, true);
    const columns = records[0]?.fields.length ?? 0;
    const agreeing = records.filter((record) => record.fields.length === columns).length;
    return { delimiter, columns, share: agreeing / Math.max(1, records.length) };
  }).filter(({ columns }) => columns >= 2);
  const top = ranked.toSorted((a, b) => b.share - a.share || b.columns - a.columns)[0];
  if (top === undefined)
    throw new FailureError('delimiter-unclear', 'No comma, semicolon, tab or pipe parts the first row');
  return top.delimiter;
}

function sampleRows(
  rows: readonly SampleRecord[],
  header: readonly string[],
  mapping: ColumnMapping,
): FileInspection['sample'] {
  if (missingColumns(mapping, header).length > 0) return [];
  const decode = createRowDecoder(header, mapping);
  return rows.slice(0, PREVIEW_ROWS).map(({ fields, line }) => {
    const decoded = decode(fields);
    if (decoded.kind === 'row') {
      const { externalId, occurredAt, accountId, amountMinor, currency } = decoded.row;
      const time = new Date(occurredAt).toISOString();
      return {
        line,
        ok: true,
        text: `${externalId} · ${time} · ${accountId} · ${formatMoney(amountMinor, currency, 'en')}`,
      };
    }
    const { reason, column } = decoded.reject;
    const name = column === null ? undefined : header[column - 1];
    return {
      line,
      ok: false,
      text: name === undefined ? sentenceOf(reason) : `${name}: ${sentenceOf(reason)}`,
    };
  });
}

function warningsOf(seen: {
  readonly header: readonly string[];
  readonly rows: readonly SampleRecord[];
  readonly mapping: ColumnMapping;
  readonly hasHeader: boolean;
}): string[] {
  const { header, rows, mapping, hasHeader } = seen;
  const warnings: string[] = [];
  if (rows.length === 0) warnings.push('There are no rows below the header.');
  if (!hasHeader) warnings.push('The first line looks like a row, so the columns are only numbered.');
  if (hasHeader && new Set(header).size < header.length)
    warnings.push('Some column names occur twice; later ones carry a number.');
  if (header.some((name) => /[\u200B-\u200F\u202A-\u202E\u2060-\u2069]/u.test(name))) {
    warnings.push('Some column names contain invisible characters.');
  }
  if (mapping.encoding === 'windows-1252')
    warnings.push('The text is not UTF-8; it is read as Windows-1252.');
  if (mapping.columns.label === undefined)
    warnings.push('No column gives the label; verdicts can be added later.');
  return warnings;
}
