import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFeatureService, type FeatureService } from '#main/bank/features/service.ts';
import { score, type ScoringRequest } from '#main/bank/scoring/scorer.ts';
import { createPredictor, probability } from '#main/learning/kernel/predictor.ts';
import { initialWeights } from '#main/learning/model/initial-weights.ts';
import { realClock } from '#main/platform/clock.ts';
import { createTestBank, realWorkers, type TestBank } from '../data/bank-store.ts';
import { toyCharter } from '../training/toy-bank.ts';

const charter = toyCharter({ recipe: 'few-rounds' });
const weights = initialWeights(charter.model);
/** Account 3's name would run as a formula in a spreadsheet. */
const ACCOUNTS = ['A1', 'A2', '=1+1', 'A"4'];
const FIRST_DAY = Date.parse('2018-07-01T08:00:00Z');
const HOUR = 3_600_000;
const ROWS = 1500;

let bank: TestBank;
let features: FeatureService;
beforeAll(async () => {
  bank = createTestBank();
  const lines = Array.from({ length: ROWS }, (_, n) => {
    const at = new Date(FIRST_DAY + n * HOUR).toISOString();
    const account = `"${(ACCOUNTS[n % 4] ?? '').replaceAll('"', '""')}"`;
    return `t${String(n)},${at},${account},T${String(n % 7)},${String(5 + (n % 90))}.25,${n % 40 === 0 ? '1' : '0'}`;
  });
  const header = 'transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud';
  await bank.import(bank.write('rows.csv', [header, ...lines, ''].join('\n')));
  const setting = { store: bank.store, clock: realClock, log: bank.log, onChange: () => undefined };
  features = createFeatureService({ ...setting, workers: realWorkers });
  await features.compute('card-v1');
});
afterAll(async () => {
  await features.close();
  await bank.remove();
});

function request(changes: Partial<ScoringRequest> = {}): ScoringRequest {
  const outputFile = path.join(bank.folder, 'scores.csv');
  return { storeFile: bank.store.file, charter, weights, rows: 'test', outputFile, ...changes };
}

const ports = { workers: realWorkers, clock: realClock };

function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\r\n');
}

test('scores the rows of the test days as the model does, in time order', async () => {
  const scored = await score(ports, request());
  const { test: rows } = await features.open({
    ...charter,
    evaluation: { ...charter.evaluation, leaveOutKnownCards: false },
  });
  const logits = createPredictor({ layers: charter.model.layers, activation: 'tanh' }, weights).logits(
    rows.x,
  );
  const [header, ...lines] = linesOf(scored.outputFile);
  expect(header).toBe('external_id,occurred_at,account,score');
  expect(lines.length).toBe(rows.rows);
  expect(scored.rows).toBe(rows.rows);
  expect(lines.map((line) => line.split(',').at(-1))).toEqual(
    [...logits].map((logit) => probability(logit).toPrecision(6)),
  );
  expect(lines[0]).toMatch(/^t904,2018-08-08T00:00:00.000Z,A1,/);
});

test('scores all stored rows when asked, and tells how far it is', async () => {
  const shares: number[] = [];
  const scored = await score(ports, request({ rows: 'all' }), (share) => shares.push(share));
  expect(scored.rows).toBe(ROWS);
  expect(scored.rowsPerSecond).toBeGreaterThan(0);
  expect(shares.at(-1)).toBe(1);
});

test('no cell of the file runs in a spreadsheet', async () => {
  const { outputFile } = await score(ports, request({ rows: 'all' }));
  const [, , , third, fourth] = linesOf(outputFile);
  expect(third).toContain(",'=1+1,");
  expect(fourth).toContain(',"A""4",');
});

test('the file is private, whole or not there, and an old one stays when scoring fails', async () => {
  const { outputFile } = await score(ports, request());
  expect(statSync(outputFile).mode & 0o077).toBe(0);
  const before = readFileSync(outputFile, 'utf8');
  const later = { ...charter, split: { ...charter.split, testFrom: '2019-01-01', testUntil: '2019-02-01' } };
  await expect(score(ports, request({ charter: later }))).rejects.toMatchObject({ code: 'data-missing' });
  expect(readFileSync(outputFile, 'utf8')).toBe(before);
  expect(existsSync(`${outputFile}.partial`)).toBe(false);
});

test('names what is missing', async () => {
  const nowhere = path.join(bank.folder, 'no', 'such', 'folder', 'scores.csv');
  await expect(score(ports, request({ outputFile: nowhere }))).rejects.toMatchObject({
    code: 'file-not-readable',
  });
  const other = { ...charter, features: 'card-v2' as const };
  await expect(score(ports, request({ charter: other }))).rejects.toMatchObject({
    code: 'features-not-ready',
  });
});
