/** The corpus of malformed files (docs/reliability.md F24): a typed result with line and column each, and good rows kept. */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ImportId, UtcTime } from '#shared/ids.ts';
import { FailureError } from '#shared/failure.ts';
import type { ColumnMapping } from '#shared/features/data-view.ts';
import { inspectFile } from '#main/bank/data/import/inspect.ts';
import { runImport } from '#main/bank/data/import/run-import.ts';
import { beginImport, listRejects, purgeImport } from '#main/bank/store/imports.ts';
import { pageOfTransactions } from '#main/bank/store/transactions.ts';
import { newId } from '#main/platform/random.ts';
import { seededRandom } from '../../../../fakes/random.ts';
import { ALL_ROWS, createTestBank } from '../bank-store.ts';

const bank = createTestBank();
afterAll(() => bank.remove());

const random = seededRandom('malformed');
let source = '';
beforeEach(() => {
  source = path.join(bank.folder, 'file.csv');
});

interface Result {
  /** External ids and minor units of the rows kept. */
  readonly kept: Readonly<Record<string, number>>;
  /** `line:column reason` of the rows not kept. */
  readonly rejects: readonly string[];
  readonly failure: string | null;
}

/** Imports in this thread, notes what was kept, and clears it away again. */
async function importFile(
  content: string | Uint8Array | null,
  changes: Partial<ColumnMapping> = {},
): Promise<Result> {
  if (content !== null) writeFileSync(source, content);
  const { database } = bank.store;
  const importNo = { value: 0 };
  try {
    const { mapping, name } = await inspectFile(source, { savedMapping: () => undefined });
    const task = { importNo: 0, path: source, mapping: { ...mapping, ...changes } };
    const importId = ImportId.parse(newId(random, 'imp', ImportId));
    const startedAt = UtcTime.parse('2026-11-24T09:30:00.000Z');
    importNo.value = beginImport(database, { importId, name, mapping: task.mapping, startedAt });
    await runImport(
      database,
      { ...task, importNo: importNo.value },
      { isCancelled: () => false, onProgress: () => undefined },
    );
    return { ...noted(importNo.value), failure: null };
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const rejects = noted(importNo.value).rejects;
    if (importNo.value > 0) purgeImport(database, importNo.value, { kind: 'cancelled' });
    return { kept: {}, rejects, failure: error.code };
  } finally {
    database.exec('DELETE FROM transactions; DELETE FROM rejected_rows; DELETE FROM data_versions');
    rmSync(source, { force: true });
  }
}

function noted(importNo: number): Omit<Result, 'failure'> {
  const { database } = bank.store;
  const page = pageOfTransactions(database, ALL_ROWS);
  const rejects = listRejects(database, importNo, { after: 0, limit: 1000 });
  return {
    kept: Object.fromEntries(page.rows.map((row) => [row.externalId, row.amountMinor])),
    rejects: rejects.map((reject) => `${String(reject.line)}:${reject.column ?? ''} ${reject.reason}`),
  };
}

const HEADER = 'transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud';
const day = '2018-04-01T10:00:00Z';
const row = (id: string, amount = '5.00'): string => `${id},${day},C1,T1,${amount},0`;
const file = (...lines: readonly string[]): string => [HEADER, ...lines, ''].join('\n');

const kept = { kept: { a: 500, c: 500 }, failure: null };
const rejected = (...rejects: readonly string[]): Result => ({ ...kept, rejects });
/** A file of three rows in which only the middle one is wrong. */
const withMiddle = (middle: string): string => file(row('a'), middle, row('c'));

describe('a malformed file', () => {
  it('1: with a byte order mark is read as if it had none', async () => {
    expect(await importFile(`\uFEFF${file(row('a'), row('c'))}`)).toEqual(rejected());
  });

  it('2: in UTF-16 is recognised with and without its mark, and read', async () => {
    const text = file(row('a'), row('c'));
    expect(await importFile(Buffer.from(`\uFEFF${text}`, 'utf16le'))).toEqual(rejected());
    expect(await importFile(Buffer.from(text, 'utf16le'))).toEqual(rejected());
    expect(await importFile(Buffer.from(`\uFEFF${text}`, 'utf16le').swap16())).toEqual(rejected());
    expect(await importFile(Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]))).toMatchObject({
      failure: 'encoding-not-supported',
    });
  });

  it('3: with mixed line ends keeps its lines apart', async () => {
    expect(await importFile(`${HEADER}\r\n${row('a')}\r${row('c')}\n${row('x', '-1')}`)).toEqual(
      rejected('4:tx_amount The amount is negative'),
    );
  });

  it('4: with a NUL character loses that row', async () => {
    expect(await importFile(withMiddle(row('b\0')))).toEqual(
      rejected('3:transaction_id The field contains a NUL character'),
    );
  });

  it('5: with a quote that is open to the end loses that row and not those behind it', async () => {
    expect(await importFile(withMiddle(`b,${day},"C1,T1,5.00,0`))).toEqual(
      rejected('3:customer_id The quotation mark that opens here is never closed'),
    );
  });

  it('6: with a quote in the middle of a field loses that row', async () => {
    expect(await importFile(withMiddle(`b,${day},C"1,T1,5.00,0`))).toEqual(
      rejected('3:customer_id A quotation mark stands inside a field that is not quoted'),
    );
  });

  it('7: with ragged rows loses those', async () => {
    const text = file(row('a'), `b,${day},C1,T1,5.00`, `${row('d')},0`, row('c'));
    expect(await importFile(text)).toEqual(
      rejected(
        '3:tx_fraud The row has fewer columns than the header',
        '4:column 7 The row has more columns than the header',
      ),
    );
  });

  it('8: with the same name twice reads the first, and says so', async () => {
    writeFileSync(source, `${HEADER},tx_amount\n${row('a')},9.00\n`);
    const inspection = await inspectFile(source, { savedMapping: () => undefined });
    expect(inspection.header.at(-1)).toBe('tx_amount (2)');
    expect(inspection.warnings).toEqual([expect.stringContaining('occur twice')]);
    expect(await importFile(null)).toMatchObject({ kept: { a: 500 } });
  });

  it('9: that is empty is refused', async () => {
    expect(await importFile('')).toMatchObject({ failure: 'not-a-csv' });
    expect(await importFile(gzipSync(''))).toMatchObject({ failure: 'not-a-csv' });
  });

  it('10: that is a header only is refused', async () => {
    expect(await importFile(`${HEADER}\n`)).toMatchObject({ failure: 'not-a-csv' });
  });

  it('11: with a million columns is refused as a header, and loses such a row', async () => {
    expect(await importFile(`${'x,'.repeat(1_000_000)}\n${row('a')}\n`)).toMatchObject({
      failure: 'not-a-csv',
    });
    const many = await importFile(withMiddle(`b${','.repeat(1_000_000)}`));
    expect(many).toEqual(rejected('3:transaction_id The row is longer than 262,144 characters'));
    expect(await importFile(withMiddle(`b${','.repeat(5000)}`))).toEqual(
      rejected('3:column 7 The row has more columns than the header'),
    );
  });

  it('12: with a field of 100 MB loses that row, in bounded memory', async () => {
    const piece = Buffer.alloc(1 << 20, 'x');
    const descriptor = openSync(source, 'w');
    writeSync(descriptor, `${HEADER}\n${row('a')}\nb,${day},`);
    for (let mebibytes = 0; mebibytes < 100; mebibytes++) writeSync(descriptor, piece);
    writeSync(descriptor, `,T1,5.00,0\n${row('c')}\n`);
    closeSync(descriptor);
    const before = process.memoryUsage().rss;
    expect(await importFile(null)).toEqual(
      rejected('3:transaction_id The row is longer than 262,144 characters'),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(120 << 20);
    expect(await importFile(withMiddle(`b,${day},${'x'.repeat(40_000)},T1,5.00,0`))).toEqual(
      rejected('3:customer_id The field is longer than 32,768 characters'),
    );
  });

  it('13: read with the wrong delimiter is refused by the columns it lacks', async () => {
    expect(await importFile(file(row('a')), { delimiter: ';' })).toMatchObject({
      failure: 'columns-missing',
    });
    expect(await importFile('words without any order\nand more of them\n')).toMatchObject({
      failure: 'delimiter-unclear',
    });
  });

  it('14: with decimal commas is read when the mapping says so, and loses its rows when not', async () => {
    const text = file(row('a'), row('b', '5,00')).replaceAll(/,(?!00)/g, ';');
    expect(await importFile(text, { decimalSeparator: '.' })).toMatchObject({
      kept: { a: 500 },
      rejects: ['3:tx_amount The value is not an amount of the chosen format'],
    });
    expect(await importFile(text, { decimalSeparator: ',' })).toMatchObject({ kept: { b: 500 } });
  });

  it('15: with thousands marks is read when the mapping says so, and loses such rows when not', async () => {
    const text = withMiddle(row('b', '"1,234.56"'));
    expect(await importFile(text, { thousandsSeparator: '' })).toEqual(
      rejected('3:tx_amount The value is not an amount of the chosen format'),
    );
    expect(await importFile(text, { thousandsSeparator: ',' })).toMatchObject({ kept: { b: 123_456 } });
  });

  it.each([
    ['16: exponents', row('b', '5e2'), 'tx_amount The value is not an amount of the chosen format'],
    ['17: the text NaN', row('b', 'NaN'), 'tx_amount The value is not an amount of the chosen format'],
    ['17: an empty amount', row('b', ''), 'tx_amount A required value is empty'],
    [
      '18: a date that does not exist',
      `b,2018-02-30T10:00:00Z,C1,T1,5.00,0`,
      'tx_datetime This date or time of day does not exist',
    ],
    [
      '18: a date in another format',
      `b,01/04/2018,C1,T1,5.00,0`,
      'tx_datetime The value is not a time of the chosen format',
    ],
    ['19: negative amounts', row('b', '-5.00'), 'tx_amount The amount is negative'],
    ['20: trailing junk', row('b', '5.00 EUR'), 'tx_amount The value is not an amount of the chosen format'],
    [
      '20: a label of its own kind',
      `b,${day},C1,T1,5.00,maybe`,
      'tx_fraud The label is neither fraud nor genuine',
    ],
    ['20: half a cent', row('b', '5.005'), 'tx_amount The amount has more decimals than its currency'],
  ])('%s in a row lose that row', async (_, middle, reject) => {
    expect(await importFile(withMiddle(middle))).toEqual(rejected(`3:${reject}`));
  });

  it('20: with trailing junk behind the gzip data is refused; cut gzip data too', async () => {
    const packed = gzipSync(file(row('a'), row('c')));
    expect(await importFile(packed.subarray(0, packed.length - 6))).toMatchObject({
      failure: 'file-not-readable',
    });
  });

  it('21: compressed under another name, or named .gz without being so, is told by its bytes', async () => {
    expect(await importFile(gzipSync(file(row('a'), row('c'))))).toEqual(rejected());
    source = `${source}.gz`;
    expect(await importFile(file(row('a'), row('c')))).toEqual(rejected());
    expect(await importFile(Buffer.from('PK\u0003\u0004 an Excel workbook'))).toMatchObject({
      failure: 'not-a-csv',
    });
  });

  it('22: in Windows-1252 is recognised; bytes that are no text in the chosen encoding lose their row', async () => {
    const text = Buffer.from(withMiddle(row('b').replace('C1', 'Müller')), 'latin1');
    expect(await importFile(text)).toMatchObject({ kept: { a: 500, b: 500, c: 500 } });
    expect(await importFile(text, { encoding: 'utf-8' })).toEqual(
      rejected('3:customer_id The field contains bytes that are not text in this encoding'),
    );
  });

  it('keeps hostile names as they are and the schema as it was', async () => {
    const { database } = bank.store;
    const schema = database.prepare('SELECT group_concat(sql) FROM sqlite_schema').pluck().get();
    const names = [
      "'; DROP TABLE transactions; --",
      '__proto__',
      'constructor',
      '\u202Eevil',
      'a\u200Bb',
      '=1+1',
      'e\u0301',
      '\u00e9',
    ];
    writeFileSync(
      source,
      file(...names.map((name, index) => `"${name}",${day},"${name}",T1,${String(index)}.00,0`)),
    );
    const result = await importFile(null);
    expect(result).toEqual({
      kept: Object.fromEntries(names.map((name, index) => [name, index * 100])),
      rejects: [],
      failure: null,
    });
    expect(database.prepare('SELECT group_concat(sql) FROM sqlite_schema').pluck().get()).toBe(schema);
  });

  it('gives up when most of the first ten thousand rows are wrong', async () => {
    const rows = Array.from({ length: 12_000 }, (_, index) =>
      row(String(index), index % 3 === 0 ? '1.00' : 'x'),
    );
    expect(await importFile(file(...rows))).toMatchObject({ failure: 'too-many-rejects' });
  });
});
