import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordReader, type BrokenRecord } from '#main/bank/data/import/record-reader.ts';

interface Read {
  readonly records: { readonly fields: readonly string[]; readonly line: number }[];
  readonly broken: BrokenRecord[];
}

function read(pieces: readonly string[], delimiter = ','): Read {
  const result: Read = { records: [], broken: [] };
  const reader = createRecordReader(delimiter, {
    record: (fields, line) => void result.records.push({ fields, line }),
    broken: (record) => void result.broken.push(record),
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return result;
}

function fieldsOf(text: string, delimiter = ','): (readonly string[])[] {
  return read([text], delimiter).records.map((record) => record.fields);
}

const field = fc.oneof(
  fc.stringMatching(/^[a-z0-9 .]{0,8}$/),
  fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', 'é', '😀'), maxLength: 6 }),
);
const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });

function toCsv(rows: readonly (readonly string[])[], lineEnd: string): string {
  const quoted = (text: string): string =>
    /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return rows.map((row) => row.map(quoted).join(',') + lineEnd).join('');
}

describe('the record reader', () => {
  it('reads whatever RFC 4180 can write, as csv-parse does', () => {
    let quoted = 0;
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, lineEnd) => {
        const text = toCsv(rows, lineEnd);
        if (text.includes('"')) quoted += 1;
        const expected: unknown = parse(text, { relax_column_count: true, record_delimiter: lineEnd });
        expect(fieldsOf(text)).toEqual(rows);
        expect(fieldsOf(text)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    expect(quoted).toBeGreaterThan(100);
  });

  it('gives the same records and lines however the text is cut into pieces', () => {
    const hostile = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '\n', '\r', '\0'), maxLength: 60 });
    let broken = 0;
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(60), { maxLength: 5 }), (text, cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        const whole = read([text]);
        broken += whole.broken.length;
        expect(read(pieces)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
    expect(broken).toBeGreaterThan(200);
  });

  it('takes every kind of line end, also mixed, and counts lines with it', () => {
    const { records } = read(['a,1\r\nb,2\nc,3\rd,"4\n5"\ne,6']);
    expect(records.map(({ fields, line }) => [fields.join('|'), line])).toEqual([
      ['a|1', 1],
      ['b|2', 2],
      ['c|3', 3],
      ['d|4\n5', 4],
      ['e|6', 6],
    ]);
  });

  it('names an opening quote that never closes where it stands, and keeps the rows behind it', () => {
    const { records, broken } = read(['a,1\nb,"2\nc,3\nd,4\n']);
    expect(records.map((record) => record.fields[0])).toEqual(['a', 'c', 'd']);
    expect(broken).toEqual([{ problem: 'unclosed-quote', line: 2, column: 2, text: 'b,"2' }]);
  });

  it('does not let an unclosed quote pair up with a later one', () => {
    const { records, broken } = read(['b,"2\nc,3\nd,"4"\n']);
    expect(records.map((record) => record.fields)).toEqual([
      ['c', '3'],
      ['d', '4'],
    ]);
    expect(broken).toMatchObject([{ problem: 'unclosed-quote', line: 1, column: 2 }]);
  });

  it('names text after a closing quote, a quote inside a field, and characters that are no text', () => {
    const { records, broken } = read(['"a"b,1\nx"y,2\nc,3\0\n\uFFFD,4\ngood,5\n']);
    expect(records.map((record) => record.fields[0])).toEqual(['good']);
    expect(broken.map(({ problem, line, column }) => [problem, line, column])).toEqual([
      ['text-after-quote', 1, 1],
      ['quote-in-field', 2, 1],
      ['nul-character', 3, 2],
      ['not-text', 4, 1],
    ]);
  });

  it('drops a record that would not fit into memory and goes on behind it', () => {
    const huge = 'x'.repeat(1 << 16);
    const pieces = [
      'a,1\n',
      ...Array.from({ length: 64 }, () => huge),
      '\nb,2\n',
      `"${huge}`,
      huge,
      huge,
      huge,
      huge,
      '\nc,3\n',
    ];
    const { records, broken } = read(pieces);
    expect(records.map((record) => [record.fields[0], record.line])).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 5],
    ]);
    expect(broken.map(({ problem, line }) => [problem, line])).toEqual([
      ['record-too-long', 2],
      ['record-too-long', 4],
    ]);
    expect(broken.every((record) => record.text.length <= 500)).toBe(true);
  });

  it('reads quotes in linear time', () => {
    const lines = '"a""b"""\n'.repeat(100_000);
    const begun = performance.now();
    expect(read([lines]).records).toHaveLength(100_000);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
