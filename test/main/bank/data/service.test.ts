import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImportId, UtcTime } from '#shared/ids.ts';
import { isFailure } from '#shared/failure.ts';
import { currentDataVersion } from '#main/bank/store/data-versions.ts';
import { runImport } from '#main/bank/data/import/run-import.ts';
import { asStoreFailure } from '#main/platform/sqlite/failures.ts';
import { beginImport, runningImport } from '#main/bank/store/imports.ts';
import { ALL_ROWS, createTestBank, NO_FEATURES, realWorkers, type TestBank } from './bank-store.ts';

const EXTRACT = fileURLToPath(new URL('../../../data/handbook-extract.csv.gz', import.meta.url));
const HEADER = 'transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud';

let bank: TestBank;
beforeEach(() => {
  bank = createTestBank();
});
afterEach(() => bank.remove());

const row = (id: string, { amount = '5.00', fraud = '0' } = {}): string =>
  `${id},2018-04-01T10:00:00Z,C1,T1,${amount},${fraud}`;
const csv = (...rows: readonly string[]): string => [HEADER, ...rows, ''].join('\n');

/** Rows of any table that an import writes, visible or not. */
function everythingWritten(): unknown {
  return bank.store.database
    .prepare(
      `SELECT (SELECT count(*) FROM transactions) AS transactions, (SELECT count(*) FROM accounts) AS accounts,
         (SELECT count(*) FROM terminals) AS terminals, (SELECT count(*) FROM staged_verdicts) AS staged,
         (SELECT count(*) FROM rejected_rows) AS rejects, (SELECT count(*) FROM data_versions) AS versions`,
    )
    .get();
}
const NOTHING = { transactions: 0, accounts: 0, terminals: 0, staged: 0, rejects: 0, versions: 0 };

describe('an import', () => {
  it('reads the extract of the reference data by itself, with its known totals', async () => {
    const done = await bank.import(EXTRACT);
    expect(done).toMatchObject({
      state: { kind: 'done' },
      rows: 32_439,
      added: 32_439,
      rejected: 0,
      share: 1,
    });
    const summary = bank.data.summary(NO_FEATURES);
    expect(summary).toMatchObject({
      rows: 32_439,
      frauds: 360,
      labelled: 32_439,
      accounts: 100,
      terminals: 4718,
    });
    expect(summary.byDay).toHaveLength(183);
    expect(summary.byDay.reduce((sum, day) => sum + day.frauds, 0)).toBe(360);
    expect([summary.firstAt?.slice(0, 10), summary.lastAt]).toEqual([
      '2018-04-01',
      '2018-09-30T23:54:38.000Z',
    ]);
    const sum = bank.store.database.prepare('SELECT sum(amount_minor) FROM transactions').pluck().get();
    expect(sum).toBe(172_112_221);
    const delays = bank.store.database
      .prepare('SELECT DISTINCT label_known_at - occurred_at FROM transactions')
      .pluck()
      .all();
    expect(delays).toEqual([7 * 86_400_000]);
  });

  it('of the same file again skips every row', async () => {
    await bank.import(EXTRACT);
    const before = currentDataVersion(bank.store.database);
    expect(await bank.import(EXTRACT)).toMatchObject({
      rows: 32_439,
      added: 0,
      skipped: 32_439,
      verdicts: 0,
    });
    expect(currentDataVersion(bank.store.database)).toEqual(before);
  });

  it('takes a changed label as a verdict, and refuses any other change by name', async () => {
    await bank.import(bank.write('first.csv', csv(row('a'), row('b'), row('c'))));
    const second = csv(
      row('a', { fraud: '1' }),
      row('b', { amount: '6.00' }),
      row('c'),
      row('d'),
      row('d'),
      row('d', { amount: '7.00' }),
    );
    const importId = await bank.start(bank.write('second.csv', second));
    expect(await bank.data.whenEnded(importId)).toMatchObject({
      added: 1,
      skipped: 2,
      verdicts: 1,
      rejected: 2,
    });
    const { rows } = bank.data.rejects(importId, { after: 0, limit: 10 });
    expect(rows.map(({ line, column }) => [line, column])).toEqual([
      [3, 'tx_amount'],
      [7, 'tx_amount'],
    ]);
    expect(bank.data.summary(NO_FEATURES)).toMatchObject({ rows: 4, frauds: 1, labelled: 4 });
    const frauds = bank.data.transactions({ ...ALL_ROWS, label: 'fraud' });
    expect([frauds.total, frauds.rows.map((found) => found.externalId)]).toEqual([1, ['a']]);
  });

  it('lets an empty label be filled in later', async () => {
    await bank.import(bank.write('first.csv', csv(row('a', { fraud: '' }))));
    expect(bank.data.transactions(ALL_ROWS).rows).toMatchObject([{ label: 'unknown' }]);
    expect(await bank.import(bank.write('second.csv', csv(row('a', { fraud: '1' }))))).toMatchObject({
      verdicts: 1,
    });
    expect(bank.data.transactions(ALL_ROWS).rows).toMatchObject([{ label: 'fraud' }]);
  });

  it('lists rejected rows, and writes them as a file that runs no formula', async () => {
    const text = csv(row('a'), row('=1+1', { amount: '-1' }), row('b', { fraud: 'perhaps' }));
    const importId = await bank.start(bank.write('some.csv', text));
    await bank.data.whenEnded(importId);
    expect(bank.data.rejects(importId, { after: 1, limit: 10 })).toMatchObject({
      total: 2,
      rows: [{ line: 4, column: 'tx_fraud' }],
    });
    const lines = bank.data.rejectsFile(importId).text.split('\r\n');
    expect(lines[1]).toBe(`3,tx_amount,The amount is negative,"'=1+1,2018-04-01T10:00:00Z,C1,T1,-1,0"`);
  });

  it('finds a mapping again by the header it was made for', async () => {
    const source = bank.write('own.csv', 'nr;wann;wer;wieviel\na;01.04.2018 10:00;C1;5,00\n');
    const guessed = await bank.data.inspect(source);
    expect(guessed).toMatchObject({
      mappingSource: 'guessed',
      missing: ['externalId', 'occurredAt', 'account', 'amount'],
    });
    const mapping = {
      ...guessed.mapping,
      columns: { externalId: 'nr', occurredAt: 'wann', account: 'wer', amount: 'wieviel' },
      timeFormat: 'day-first',
      decimalSeparator: ',',
    } as const;
    const corrected = await bank.data.inspect(source, mapping);
    expect(corrected).toMatchObject({ missing: [], sample: [{ line: 2, ok: true }] });
    await bank.data.whenEnded(await bank.data.startImport({ source, mapping, saveMapping: true }));
    expect(await bank.data.inspect(source)).toMatchObject({ mappingSource: 'saved', mapping });
    expect(bank.data.transactions(ALL_ROWS).rows).toMatchObject([
      { amountMinor: 500, occurredAt: '2018-04-01T10:00:00.000Z' },
    ]);
  });

  it('is refused without its required columns, and beside another', async () => {
    const source = bank.write('short.csv', 'transaction_id,tx_amount\na,5.00\n');
    await expect(bank.start(source)).rejects.toSatisfy((error) => isFailure(error, 'columns-missing'));
    const first = await bank.start(EXTRACT);
    await expect(bank.start(EXTRACT)).rejects.toSatisfy((error) => isFailure(error, 'import-running'));
    await bank.data.whenEnded(first);
    expect(() => bank.data.progress(ImportId.parse(`imp_${'z'.repeat(26)}`))).toThrow(/no import/);
  });

  it('pages and searches through what is there', async () => {
    await bank.import(EXTRACT);
    const first = bank.data.transactions({ ...ALL_ROWS, limit: 2 });
    const second = bank.data.transactions({ ...ALL_ROWS, limit: 2, after: first.next ?? -1 });
    expect(first.total).toBe(32_439);
    expect([...first.rows, ...second.rows].map((found) => found.externalId)).toEqual([
      '1754146',
      '1754060',
      '1753966',
      '1753958',
    ]);
    const ofAccount = bank.data.transactions({ ...ALL_ROWS, search: '7' });
    expect(ofAccount.total).toBeGreaterThan(1000);
    expect(bank.data.transactions({ ...ALL_ROWS, search: '1754146' })).toMatchObject({
      total: 1,
      next: null,
    });
    expect(bank.data.transactions({ ...ALL_ROWS, label: 'unknown' })).toMatchObject({ total: 0, rows: [] });
  });

  it('records a verdict from the moment it was given', async () => {
    await bank.import(bank.write('some.csv', csv(row('a'), row('b'))));
    const knownAt = Date.UTC(2018, 5, 1);
    bank.data.recordVerdict({ externalId: 'a', label: 1, knownAt });
    bank.data.recordVerdict({ externalId: 'a', label: 1, knownAt: knownAt + 1 });
    expect(bank.data.summary(NO_FEATURES)).toMatchObject({ frauds: 1, labelled: 2 });
    expect(currentDataVersion(bank.store.database).version).toBe(2);
    expect(() => {
      bank.data.recordVerdict({ externalId: 'z', label: 1, knownAt });
    }).toThrow(/no transaction z/);
  });
});

describe('an import that does not end well', () => {
  /** The extract, ten times over under other ids: long enough to be stopped on its way. */
  function longFile(): string {
    const [header = '', ...rows] = gunzipSync(readFileSync(EXTRACT)).toString().trimEnd().split('\n');
    const copies = Array.from({ length: 10 }, (_, copy) =>
      rows.map((line) => `${String(copy)}x${line}`).join('\n'),
    );
    return bank.write('long.csv', [header, ...copies, ''].join('\n'));
  }

  async function untilRows(importId: ImportId, rows: number): Promise<void> {
    while (bank.data.progress(importId).rows < rows) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it('leaves nothing when it is cancelled, and is shown so at once', async () => {
    await bank.data.close();
    bank.store.close();
    bank = createTestBank({ folder: bank.folder, workers: realWorkers });
    const importId = await bank.start(longFile());
    await untilRows(importId, 20_000);
    expect(bank.data.transactions(ALL_ROWS)).toMatchObject({ total: 0, rows: [] });
    const begun = performance.now();
    bank.data.cancelImport(importId);
    expect(bank.data.progress(importId).state).toEqual({ kind: 'cancelled' });
    await bank.data.whenEnded(importId);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(everythingWritten()).toEqual(NOTHING);
    expect(await bank.import(EXTRACT)).toMatchObject({ added: 32_439 });
    expect(bank.data.progress(importId).state).toEqual({ kind: 'cancelled' });
  });

  it('is cleared away when the process is killed in its middle', async () => {
    const source = longFile();
    await bank.data.close();
    bank.store.close();
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('import-and-hang.ts', import.meta.url)), bank.folder, source],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGKILL');
    await once(child, 'exit');

    bank = createTestBank({ folder: bank.folder, workers: realWorkers });
    const [shown] = bank.data.summary(NO_FEATURES).imports;
    expect(shown?.state).toMatchObject({ kind: 'failed', failure: { code: 'worker-died' } });
    expect(bank.data.transactions(ALL_ROWS)).toMatchObject({ total: 0, rows: [] });
    expect(await bank.import(EXTRACT)).toMatchObject({ added: 32_439 });
    expect(bank.data.summary(NO_FEATURES)).toMatchObject({ rows: 32_439, accounts: 100 });
  }, 15_000);

  it('leaves nothing on a full disk, and runs when there is space again', async () => {
    const source = longFile();
    const { database } = bank.store;
    const { mapping } = await bank.data.inspect(source);
    const importId = ImportId.parse(`imp_${'a'.repeat(26)}`);
    const startedAt = UtcTime.parse('2026-11-24T09:30:00.000Z');
    const importNo = beginImport(database, { importId, name: 'long.csv', mapping, startedAt });
    const pages = Number(database.pragma('page_count', { simple: true }));
    // As on a full disk: SQLite answers SQLITE_FULL. The limit holds for this connection only.
    database.pragma(`max_page_count = ${String(pages + 1000)}`);
    const running = runImport(
      database,
      { importNo, path: source, mapping },
      { isCancelled: () => false, onProgress: () => undefined },
    );
    const failure: unknown = asStoreFailure(await running.catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: 'disk-full' });
    expect(runningImport(database)).toMatchObject({ importId });
    expect(bank.data.transactions(ALL_ROWS)).toMatchObject({ total: 0, rows: [] });

    database.pragma('max_page_count = 1000000');
    expect(await bank.import(EXTRACT)).toMatchObject({ added: 32_439 });
    expect(bank.data.progress(importId).state).toMatchObject({ kind: 'failed' });
  });
});
