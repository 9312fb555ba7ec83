import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isFailure } from '#shared/failure.ts';
import type { FeaturePresetName } from '#shared/round/charter.ts';
import { allocateBlock, readBlock, writeBlock } from '#main/bank/features/block-file.ts';
import { computeFeatures, type Computed } from '#main/bank/features/compute.ts';
import type { FeatureRows } from '#main/bank/features/feature-rows.ts';
import { openFeatureSet, type FeatureTerms } from '#main/bank/features/feature-set.ts';
import { leftOutAfter } from '#main/bank/features/known-cards.ts';
import { readManifest } from '#main/bank/features/manifest.ts';
import { openHomeCountry } from '#main/bank/store/home-country.ts';
import { bankFile } from '#main/sample/generator/bank.ts';
import { sampleBankCountry } from '#main/sample/sample.ts';
import { createTestBank, type TestBank } from '../data/bank-store.ts';
import { DAY } from './rows.ts';

const EXTRACT = fileURLToPath(new URL('../../../data/handbook-extract.csv.gz', import.meta.url));
const [HEADER = '', ...ALL_LINES] = gunzipSync(readFileSync(EXTRACT)).toString().trimEnd().split('\n');
/** The first 40 customers of the extract. */
const LINES = ALL_LINES.filter((line) => Number(line.split(',')[2]) < 40);
/** Days 0 to 89 of them. */
const UNTIL_JULY = LINES.filter((line) => (line.split(',')[1] ?? '') < '2018-06-30');
const MAY = UNTIL_JULY.findIndex((line) => (line.split(',')[1] ?? '') >= '2018-05-31');

let bank: TestBank;
beforeEach(() => {
  bank = createTestBank();
});
afterEach(() => bank.remove());

async function importLines(into: TestBank, lines: readonly string[]): Promise<void> {
  const done = await into.import(into.write('part.csv', [HEADER, ...lines, ''].join('\n')));
  expect(done).toMatchObject({ state: { kind: 'done' }, added: lines.length });
}

function compute(
  of: TestBank,
  preset: FeaturePresetName = 'card-v1',
  onProgress = (): void => undefined,
): Computed {
  return computeFeatures(of.store.database, { preset, folder: path.join(of.folder, preset), onProgress });
}

const TERMS: FeatureTerms = {
  features: 'card-v1',
  split: {
    trainFrom: '2018-04-01',
    trainUntil: '2018-06-15',
    labelsKnownBy: '2018-06-22',
    testFrom: '2018-06-22',
    testUntil: '2018-06-30',
  },
  labelDelayDays: 7,
  evaluation: { leaveOutKnownCards: false },
  today: '2018-06-29',
};

function open(of: TestBank, changes: Partial<FeatureTerms> = {}) {
  const terms = { ...TERMS, ...changes };
  return openFeatureSet(of.store.database, path.join(of.folder, terms.features), terms);
}

/** Everything of a preset as one text of bytes, and the order of rows. */
function allRows(
  of: TestBank,
  preset: FeaturePresetName = 'card-v1',
): { x: Buffer; rowNo: readonly number[] } {
  const all = {
    trainFrom: '2018-04-01',
    trainUntil: '2026-12-01',
    labelsKnownBy: '2026-12-01',
    testFrom: '2026-12-01',
    testUntil: '2026-12-02',
  };
  const { train } = open(of, { features: preset, split: all });
  return { x: Buffer.from(new Uint8Array(train.x.buffer, 0, train.x.byteLength)), rowNo: [...train.rowNo] };
}

const frauds = (rows: FeatureRows): number => rows.y.reduce((sum, label) => sum + label, 0);

describe('computed features', () => {
  it.each(['card-v1', 'card-v2'] as const)(
    '%s of an append are bit for bit those of a full computation',
    async (preset) => {
      const whole = createTestBank();
      await importLines(whole, UNTIL_JULY);
      expect(compute(whole, preset)).toMatchObject({
        plan: 'recompute',
        reason: 'first-time',
        rows: UNTIL_JULY.length,
      });
      await importLines(bank, UNTIL_JULY.slice(0, MAY));
      compute(bank, preset);
      const kept = readManifest(path.join(bank.folder, preset))?.blocks ?? [];
      await importLines(bank, UNTIL_JULY.slice(MAY));
      expect(compute(bank, preset)).toMatchObject({ plan: 'append', rows: UNTIL_JULY.length });
      expect(readManifest(path.join(bank.folder, preset))?.blocks.slice(0, kept.length)).toEqual(kept);
      expect(allRows(bank, preset)).toEqual(allRows(whole, preset));
      expect(compute(bank, preset)).toMatchObject({ plan: 'current' });
      await whole.remove();
    },
  );

  it('are computed again when older rows come in, with the same bits as from one file in order', async () => {
    const middle = LINES.slice(2000, 2200);
    await importLines(bank, [...LINES.slice(0, 2000), ...LINES.slice(2200, 4000)]);
    compute(bank);
    await importLines(bank, middle);
    expect(compute(bank)).toMatchObject({ plan: 'recompute', reason: 'past-changed', rows: 4000 });
    const whole = createTestBank();
    await importLines(whole, LINES.slice(0, 4000));
    compute(whole);
    expect(allRows(bank).x.equals(allRows(whole).x)).toBe(true);
    expect(readdirSync(path.join(bank.folder, 'card-v1')).filter((name) => name.startsWith('1-'))).toEqual(
      [],
    );
    await whole.remove();
  });

  it('take in a verdict from the moment it was known', async () => {
    await importLines(bank, UNTIL_JULY);
    compute(bank);
    const before = allRows(bank);
    const lastAt = Date.parse('2018-06-30');
    bank.data.recordVerdict({ externalId: UNTIL_JULY[5]?.split(',')[0] ?? '', label: 1, knownAt: lastAt });
    expect(compute(bank)).toMatchObject({ plan: 'append' });
    expect(allRows(bank)).toEqual(before);
    // Known while rows were still coming in: the windows of those saw it.
    for (const line of UNTIL_JULY.slice(0, 100)) {
      bank.data.recordVerdict({
        externalId: line.split(',')[0] ?? '',
        label: 1,
        knownAt: Date.parse('2018-04-12'),
      });
    }
    expect(compute(bank)).toMatchObject({ plan: 'recompute', reason: 'past-changed' });
    expect(allRows(bank).x.equals(before.x)).toBe(false);
  });

  it('are refused when a block was altered, and when the data went on', async () => {
    await importLines(bank, UNTIL_JULY.slice(0, 3000));
    compute(bank);
    const file = path.join(bank.folder, 'card-v1', '1-0.block');
    const bytes = readFileSync(file);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(() => allRows(bank)).toThrow(expect.objectContaining({ code: 'features-not-ready' }));
    await importLines(bank, UNTIL_JULY.slice(3000, 3100));
    expect(() => open(bank)).toThrow(expect.objectContaining({ code: 'features-not-ready' }));
  });

  it('need transactions, and a fixed public rate for their currency', async () => {
    expect(() => compute(bank)).toThrow(expect.objectContaining({ code: 'data-missing' }));
    await bank.import(bank.write('far.csv', `${HEADER}\n${LINES[0] ?? ''}\n`), { currency: 'ISK' });
    expect(() => compute(bank)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('card-v2 describes a generated bank, the Polish one in euros', async () => {
    const file = bank.write('bank.csv', [...bankFile(1, 3)].slice(0, 12_000).join(''));
    expect((await bank.data.inspect(file)).mapping).toMatchObject({ amountUnit: 'minor' });
    await bank.import(file);
    openHomeCountry(bank.store.database).state(sampleBankCountry(3));
    compute(bank, 'card-v2');
    const { train } = open(bank, {
      features: 'card-v2',
      split: {
        trainFrom: '2026-01-05',
        trainUntil: '2026-02-28',
        labelsKnownBy: '2026-03-05',
        testFrom: '2026-03-05',
        testUntil: '2026-03-06',
      },
    });
    expect(train.rows).toBeGreaterThan(9_000);
    const mean = (input: number) => {
      let sum = 0;
      for (let row = 0; row < train.rows; row++) sum += train.x[row * train.width + input - 1] ?? 0;
      return sum / train.rows;
    };
    // Mean log amount, share of foreign rows and of the five channels, as the generator's recipe has them.
    expect(mean(1)).toBeGreaterThan(-0.6);
    expect(mean(1)).toBeLessThan(0.3);
    expect(mean(13)).toBeGreaterThan(0.01);
    expect(mean(13)).toBeLessThan(0.2);
    expect([19, 20, 21, 22, 23].map(mean).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect([24, 25, 26, 27].map(mean).every((share) => share > 0.01)).toBe(true);
    expect(mean(31)).toBe(0);
  });
});

describe('the foreign columns', () => {
  /** Inputs 13 and 14 of card-v2: foreign, and foreign for the first time in ten days. */
  const FOREIGN = 12;
  /** Account and country of one payment an hour. */
  type Payment = readonly [account: string, country: string];
  const OTHERS: readonly Payment[] = [
    ...Array.from({ length: 10 }, (): Payment => ['a', 'DE']),
    ...Array.from({ length: 10 }, (): Payment => ['b', 'FR']),
  ];

  async function importPayments(into: TestBank, payments: readonly Payment[]): Promise<void> {
    const lines = payments.map(([account, country], n) => {
      const at = new Date(Date.UTC(2026, 0, 5) + n * (DAY / 24)).toISOString();
      return `tx${String(n)}-${account},${at},${account},5.00,${country}`;
    });
    const header = 'transaction_id,tx_datetime,customer_id,tx_amount,country';
    const done = await into.import(into.write('payments.csv', [header, ...lines, ''].join('\n')));
    expect(done).toMatchObject({ state: { kind: 'done' }, added: payments.length });
  }

  /** Both inputs of each row as two digits, in the order of the file. */
  function foreign(of: TestBank): readonly string[] {
    const all = {
      trainFrom: '2026-01-01',
      trainUntil: '2026-03-01',
      labelsKnownBy: '2026-12-01',
      testFrom: '2026-12-01',
      testUntil: '2026-12-02',
    };
    const { train } = open(of, { features: 'card-v2', split: all, today: '2026-12-02' });
    return Array.from({ length: train.rows }, (_, row) =>
      [0, 1].map((n) => String(train.x[row * train.width + FOREIGN + n])).join(''),
    );
  }

  it.each([null, 'DE', 'FR', 'NL'])(
    'of other accounts do not turn on one account, near a tie, with the home country %s',
    async (country) => {
      const other = createTestBank();
      const columns = [];
      for (const [store, tieBreaker] of [
        [bank, 'DE'],
        [other, 'FR'],
      ] as const) {
        openHomeCountry(store.store.database).state(country);
        await importPayments(store, [...OTHERS, ['c', tieBreaker], ['c', tieBreaker]]);
        compute(store, 'card-v2');
        columns.push(foreign(store).slice(0, OTHERS.length));
      }
      expect(columns[0]).toHaveLength(OTHERS.length);
      expect(columns[0]).toEqual(columns[1]);
      await other.remove();
    },
  );

  it('stay neutral while no home country is stated, and no computation states one', async () => {
    await importPayments(bank, OTHERS);
    compute(bank, 'card-v2');
    expect(new Set(foreign(bank))).toEqual(new Set(['00']));
    expect(openHomeCountry(bank.store.database).read()).toBeNull();
  });

  it('follow the stated country, in either case, and stay neutral for what is no two-letter code', async () => {
    const payments: Payment[] = [
      ['a', 'de'],
      ['a', 'FR'],
      ['a', 'fr'],
      ['a', ''],
      ['a', 'DEU'],
      ['a', 'Germany'],
      ['b', 'FR'],
    ];
    openHomeCountry(bank.store.database).state('DE');
    await importPayments(bank, payments);
    compute(bank, 'card-v2');
    expect(foreign(bank)).toEqual(['00', '11', '10', '00', '00', '00', '11']);
  });

  it('are computed anew, all of them, when another country is stated', async () => {
    const home = openHomeCountry(bank.store.database);
    await importPayments(bank, OTHERS);
    compute(bank, 'card-v2');
    for (const [country, isForeign] of [
      ['DE', [false, true]],
      ['FR', [true, false]],
      [null, [false, false]],
    ] as const) {
      home.state(country);
      expect(() => foreign(bank)).toThrow(expect.objectContaining({ code: 'features-not-ready' }));
      expect(compute(bank, 'card-v2')).toMatchObject({ plan: 'recompute', reason: 'home-country-changed' });
      expect(compute(bank, 'card-v2')).toMatchObject({ plan: 'current' });
      const rows = foreign(bank);
      expect([rows[0], rows.at(-1)].map((row) => row?.startsWith('1'))).toEqual(isForeign);
    }
  });

  it('are never read from a set whose replacement was broken off', async () => {
    const home = openHomeCountry(bank.store.database);
    home.state('DE');
    await importPayments(bank, OTHERS);
    compute(bank, 'card-v2');
    home.state('FR');
    expect(() =>
      compute(bank, 'card-v2', () => {
        throw new Error('killed');
      }),
    ).toThrow('killed');
    home.state('DE');
    expect(() => foreign(bank)).toThrow(expect.objectContaining({ code: 'features-not-ready' }));
    expect(compute(bank, 'card-v2')).toMatchObject({ plan: 'recompute', rows: OTHERS.length });
  });
});

describe('a feature set', () => {
  it('trains with the labels known by the cut-off and tests with the final ones', async () => {
    const late = UNTIL_JULY.map((line, index) =>
      index % 50 === 0 ? line.replace(/,[01],\d$/, ',1,0') : line,
    );
    await importLines(bank, late);
    compute(bank);
    const all = open(bank);
    expect(all.train.rows + all.test.rows).toBeLessThan(late.length);
    const isFraud = (line: string): boolean => line.split(',')[5] === '1';
    const between = (from: string, until: string) =>
      late.filter((line) => (line.split(',')[1] ?? '') >= from && (line.split(',')[1] ?? '') < until);
    expect(frauds(all.train)).toBe(between('2018-04-01', '2018-06-15').filter(isFraud).length);
    expect(frauds(all.test)).toBe(between('2018-06-22', '2018-06-30').filter(isFraud).length);
    // A day earlier the labels of the last training day are not known: those frauds train as genuine.
    const early = open(bank, { split: { ...TERMS.split, labelsKnownBy: '2018-06-21' } });
    expect(early.train.rows).toBe(all.train.rows);
    expect(frauds(early.train)).toBe(between('2018-04-01', '2018-06-14').filter(isFraud).length);
  });

  it('lies in memory that threads share, in time order, with one number an account', async () => {
    await importLines(bank, UNTIL_JULY);
    compute(bank);
    const { train, test } = open(bank);
    expect(train.x.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(train.occurredAt.every((time, row) => row === 0 || time >= (train.occurredAt[row - 1] ?? 0))).toBe(
      true,
    );
    expect(new Set([...train.accountIndex, ...test.accountIndex]).size).toBeLessThanOrEqual(100);
    const first = test.rowNo[0] ?? 0;
    expect(UNTIL_JULY[first - 1]?.split(',')[1]?.slice(0, 10)).toBe('2018-06-22');
  });

  it('leaves out cards that are known on the day, and only those', async () => {
    await importLines(bank, UNTIL_JULY);
    compute(bank);
    const all = open(bank).test;
    expect(open(bank).leftOut).toBeUndefined();
    const { test: left, leftOut } = open(bank, { evaluation: { leaveOutKnownCards: true } });
    const known = new Set(
      UNTIL_JULY.filter((line) => line.split(',')[5] === '1').map(
        (line) =>
          `${line.split(',')[2] ?? ''}/${String(Math.floor(Date.parse(line.split(',')[1] ?? '') / DAY))}`,
      ),
    );
    const expected = [...all.rowNo].filter((rowNo) => {
      const [, time = '', customer = ''] = (UNTIL_JULY[rowNo - 1] ?? '').split(',');
      const day = Math.floor(Date.parse(time) / DAY);
      return ![8, 9, 10, 11, 12, 13, 14].some((back) => known.has(`${customer}/${String(day - back)}`));
    });
    expect([...left.rowNo]).toEqual(expected);
    expect([...left.rowNo, ...(leftOut?.rowNo ?? [])].sort((a, b) => a - b)).toEqual([...all.rowNo]);
    expect(left.rows).toBeLessThan(all.rows);
  });

  it('leaves out rows without a label until they are older than the label delay', async () => {
    const unlabelled = UNTIL_JULY.map((line) => line.replace(/,0,\d$/, ',,0'));
    await importLines(bank, unlabelled);
    compute(bank);
    const { train, test } = open(bank);
    expect(train.rows).toBe(UNTIL_JULY.filter((line) => (line.split(',')[1] ?? '') < '2018-06-15').length);
    // On 2018-06-29 nothing but frauds is decided of the days since 2018-06-22.
    expect([...test.y].every((label) => label === 1)).toBe(true);
    const nextDay = open(bank, { today: '2018-06-30' }).test;
    expect(nextDay.rows).toBeGreaterThan(50);
    const lastDecided = Date.parse('2018-06-23');
    expect([...nextDay.occurredAt].every((time, row) => time < lastDecided || nextDay.y[row] === 1)).toBe(
      true,
    );
  });

  it('leaves the rows of others as they are when one account has a later transaction', async () => {
    const unlabelled = UNTIL_JULY.map((line) => line.replace(/,0,\d$/, ',,0'));
    await importLines(bank, unlabelled);
    compute(bank);
    const before = open(bank);
    const [, , , ...rest] = (unlabelled.at(-1) ?? '').split(',');
    await importLines(bank, [['later', '2018-07-20 12:00:00', '999999', ...rest].join(',')]);
    compute(bank);
    const after = open(bank);
    expect([...after.test.rowNo]).toEqual([...before.test.rowNo]);
    expect([...after.train.rowNo]).toEqual([...before.train.rowNo]);
  });
});

describe('known cards', () => {
  it('are left out eight to fourteen days after a fraud', () => {
    const isLeftOut = leftOutAfter([{ account: 3, occurredAt: 100 * DAY + 5 }]);
    const days = Array.from({ length: 20 }, (_, back) => back).filter((back) =>
      isLeftOut(3, (100 + back) * DAY + 99),
    );
    expect(days).toEqual([8, 9, 10, 11, 12, 13, 14]);
    expect(isLeftOut(4, 110 * DAY)).toBe(false);
  });
});

describe('a block file', () => {
  const made = { preset: 'card-v1', presetVersion: 1, dataVersion: 3 } as const;

  it('comes back as it was written, for every number of rows', () => {
    const file = path.join(bank.folder, 'a.block');
    for (const rows of [1, 2, 3, 7]) {
      const block = allocateBlock(rows, 21);
      block.x.forEach((_, index) => (block.x[index] = index / 7));
      block.occurredAt.fill(1.5e12);
      block.account.fill(4_000_000_000);
      block.rowNo.set(Array.from({ length: rows }, (_, row) => row));
      writeBlock(file, block, made);
      expect(readBlock(file, made)).toEqual(block);
    }
  });

  it('is refused when it is cut, of another version, or not there', () => {
    const file = path.join(bank.folder, 'a.block');
    writeBlock(file, allocateBlock(5, 21), made);
    expect(() => readBlock(file, { ...made, presetVersion: 2 })).toThrow(/computed again/);
    const bytes = readFileSync(file);
    for (const length of [0, 11, 100, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, length));
      expect(() => readBlock(file, made)).toThrow(/computed again/);
    }
    expect(existsSync(path.join(bank.folder, 'b.block'))).toBe(false);
    expect(() => readBlock(path.join(bank.folder, 'b.block'), made)).toThrow(
      expect.toSatisfy((error) => isFailure(error, 'features-not-ready')),
    );
  });
});
