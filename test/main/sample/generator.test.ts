import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bankFile, bankProfile, bankRows } from '#main/sample/generator/bank.ts';
import { DAY, type GeneratedRow, SAMPLE_COLUMNS } from '#main/sample/generator/row.ts';
import { stream, zipf } from '#main/sample/generator/stream.ts';
import { createWorld } from '#main/sample/generator/world.ts';
import { sampleBankCountry } from '#main/sample/sample.ts';
import { CountryCode } from '#shared/features/countries.ts';
import { RISK_CLASS_OF_CATEGORY } from '#shared/features/merchant-categories.ts';

const world = createWorld(1);
const rowsOf = (bank: number): readonly GeneratedRow[] => bankRows(world, bankProfile(bank));
const banks = [0, 1, 2, 3, 4].map(rowsOf);
const shareOf = (rows: readonly GeneratedRow[], claim: (row: GeneratedRow) => boolean): number =>
  rows.filter(claim).length / rows.length;

describe('the generated consortium', () => {
  it('gives the same bytes for the same seed, and others for another', () => {
    const digest = (seed: number): string =>
      createHash('sha256')
        .update([...bankFile(seed, 2)].join(''))
        .digest('hex');
    expect(digest(1)).toBe(digest(1));
    expect(digest(1)).not.toBe(digest(2));
  });

  it('has about 70,000 rows a bank with nearly 1 % fraud', () => {
    for (const rows of banks) {
      expect(rows.length).toBeGreaterThan(64_000);
      expect(rows.length).toBeLessThan(76_000);
    }
    const all = banks.flat();
    expect(shareOf(all, (row) => row.fraud !== null)).toBeGreaterThan(0.0085);
    expect(shareOf(all, (row) => row.fraud !== null)).toBeLessThan(0.0102);
  });

  it('names for every bank the country that most of its rows are in', () => {
    expect([0, 1, 2, 3, 4, 5].map(sampleBankCountry)).toEqual(['DE', 'FR', 'NL', 'PL', 'ES', 'DE']);
    for (const [bank, rows] of banks.entries()) {
      const country = CountryCode.parse(sampleBankCountry(bank));
      expect(shareOf(rows, (row) => row.country === country)).toBeGreaterThan(0.9);
    }
  });

  it('is in time order within its 120 days', () => {
    const rows = banks[0] ?? [];
    for (let n = 1; n < rows.length; n++) expect(rows[n]?.at).toBeGreaterThanOrEqual(rows[n - 1]?.at ?? 0);
    expect(rows.at(-1)?.at).toBeLessThan(120 * DAY);
  });

  it('shows each bank mostly its two home patterns until day 85, and all of them afterwards', () => {
    const seen = (bank: number, from: number, until: number) => {
      const counts = new Map<string, number>();
      for (const row of banks[bank] ?? [])
        if (row.fraud && row.at >= from * DAY && row.at < until * DAY)
          counts.set(row.fraud.typology, (counts.get(row.fraud.typology) ?? 0) + 1);
      return counts;
    };
    const early = seen(0, 0, 85);
    const home = (early.get('card-testing') ?? 0) + (early.get('mule') ?? 0);
    const away = [...early.values()].reduce((a, b) => a + b, 0) - home;
    expect(home / (home + away)).toBeGreaterThan(0.85);
    expect(seen(0, 85, 120).size).toBe(5);
  });

  it('delays labels by the median of each typology, at most 35 days', () => {
    const delays = banks
      .flat()
      .flatMap((row) => (row.fraud?.typology === 'mule' ? [row.fraud.delaySeconds / DAY] : []));
    delays.sort((a, b) => a - b);
    expect(delays[Math.floor(delays.length / 2)]).toBeGreaterThan(6.5);
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(9.5);
    expect(delays.at(-1)).toBeLessThanOrEqual(35);
  });

  it('shares compromised terminals and campaign merchants between banks', () => {
    const places = (rows: readonly GeneratedRow[], typology: string): Set<string> =>
      new Set(
        rows.flatMap((row) => (row.fraud?.typology === typology ? [row.terminal || row.counterparty] : [])),
      );
    const atOne = places(banks[1] ?? [], 'compromised-terminal');
    const atThree = places(banks[3] ?? [], 'compromised-terminal');
    expect([...atThree].filter((place) => atOne.has(place)).length).toBeGreaterThan(15);
  });

  it('has the hard negatives: magnetic stripe, no 3-D Secure, foreign purchases, money that comes in', () => {
    const genuine = banks.flat().filter((row) => row.fraud === null);
    const terminal = genuine.filter((row) => row.terminal !== '');
    expect(shareOf(terminal, (row) => row.entryMode === 'magstripe')).toBeCloseTo(0.03, 2);
    const online = genuine.filter((row) => row.channel === 'ECOM');
    expect(shareOf(online, (row) => row.entryMode === 'ecom')).toBeCloseTo(0.3, 1);
    expect(shareOf(genuine, (row) => row.direction === 'in')).toBeGreaterThan(0.002);
  });

  it('writes the agreed columns, złoty in Poland and minor units', () => {
    const lines = bankFile(1, 3);
    expect(lines.next().value).toBe(`${SAMPLE_COLUMNS.join(',')}\n`);
    const fields = String(lines.next().value).trim().split(',');
    expect(fields).toHaveLength(SAMPLE_COLUMNS.length);
    expect(fields[11]).toBe('PLN');
    expect(fields[10]).toMatch(/^\d+$/);
  });

  it('lists the public risk classes in resources exactly as the features use them', () => {
    const text = readFileSync(
      new URL('../../../resources/sample/merchant-categories.csv', import.meta.url),
      'utf8',
    );
    const listed = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(0, 2));
    expect(Object.fromEntries(listed.map(([code, risk]) => [code, Number(risk)]))).toEqual(
      RISK_CLASS_OF_CATEGORY,
    );
  });
});

describe('streams', () => {
  it('draws Poisson counts with mean and variance alike', () => {
    const random = stream(7, 'test');
    const draws = Array.from({ length: 20_000 }, () => random.poisson(1.2));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(1.2, 1);
    expect(variance).toBeCloseTo(1.2, 1);
  });

  it('prefers low ranks by Zipf’s law', () => {
    const random = stream(7, 'zipf');
    const draw = zipf(100, 0.8);
    const counts = new Array<number>(100).fill(0);
    for (let n = 0; n < 50_000; n++) {
      const rank = draw(random);
      counts[rank] = (counts[rank] ?? 0) + 1;
    }
    expect((counts[0] ?? 0) / (counts[9] ?? 1)).toBeGreaterThan(10 ** 0.8 * 0.8);
    expect((counts[0] ?? 0) / (counts[9] ?? 1)).toBeLessThan(10 ** 0.8 * 1.25);
  });

  it('does not mix streams of different names or numbers', () => {
    const first = (name: string, n: number): number => stream(1, name, n).uniform();
    expect(new Set([first('acct', 1), first('acct', 2), first('campaign', 1)]).size).toBe(3);
  });
});
