import { countAccounts, rowsByAccount, type AccountRows } from '#main/learning/dp-sgd/account-rows.ts';
import { ACCOUNT_ROWS_CAP, unitSampler, type UnitBatch } from '#main/learning/dp-sgd/unit-batch.ts';
import { createChance, type Chance } from '#main/learning/kernel/chance.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../fakes/random.ts';

const RATE = 0.1;

function chanceOf(seed: string): Chance {
  return createChance(aesKeystream(seededRandom(seed)));
}

/** Row r belongs to account accountOfRow[r]; accounts of 1 to 8 rows, rows of one account far apart. */
const accountOfRow = Uint32Array.from({ length: 2000 }, (_, row) => {
  const account = row % 500;
  return 7 * (account < 350 ? account : account % 100);
});
const accounts = rowsByAccount(accountOfRow);
const sizes = Uint32Array.from(accounts.ends, (end, n) => end - (accounts.ends[n - 1] ?? 0));

function draw(sampler: () => UnitBatch, times: number): readonly (readonly number[])[] {
  return Array.from({ length: times }, () => [...sampler().rows]);
}

/** The check of account sampling: whole accounts, each with its rate, independently. `batches`: rows of each draw. */
function looksLikeAccountSampling(batches: readonly (readonly number[])[]): boolean {
  const whole = batches.every((rows) => {
    const seen = new Map<number, number>();
    for (const row of rows) {
      const account = accountOfRow[row] ?? -1;
      seen.set(account, (seen.get(account) ?? 0) + 1);
    }
    return [...seen].every(([account, count]) => count === sizes[account / 7]);
  });
  const counts = batches.map((rows) => new Set(rows.map((row) => accountOfRow[row])).size);
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (counts.length - 1);
  const [expected, spread] = [RATE * sizes.length, RATE * (1 - RATE) * sizes.length];
  return (
    whole &&
    Math.abs(mean - expected) < 4 * Math.sqrt(spread / counts.length) &&
    Math.abs(variance / spread - 1) < 4 * Math.sqrt(2 / (counts.length - 1))
  );
}

describe('rows by account', () => {
  it('has every row once, with its own account', () => {
    expect([...accounts.rows].toSorted((a, b) => a - b)).toEqual([...accountOfRow.keys()]);
    expect(accounts.ends.length).toBe(350);
    expect(countAccounts(accountOfRow)).toBe(350);
    let start = 0;
    for (const end of accounts.ends) {
      expect(new Set([...accounts.rows.subarray(start, end)].map((row) => accountOfRow[row])).size).toBe(1);
      start = end;
    }
  });

  it('of no row are none', () => {
    expect(rowsByAccount(new Uint32Array())).toEqual({ rows: new Uint32Array(), ends: new Uint32Array() });
  });
});

describe('a sample of accounts', () => {
  const units = { kind: 'accounts', accounts } as const;

  it('holds whole accounts, each independently with its rate', () => {
    expect(looksLikeAccountSampling(draw(unitSampler(units, RATE, chanceOf('accounts')), 1500))).toBe(true);
  });

  it('the check refuses a sample of rows, another rate, and batches of one size', () => {
    const rows = unitSampler({ kind: 'rows', count: accountOfRow.length }, RATE, chanceOf('rows'));
    expect(looksLikeAccountSampling(draw(rows, 1500))).toBe(false);
    const rarer = unitSampler(units, 0.9 * RATE, chanceOf('rarer'));
    expect(looksLikeAccountSampling(draw(rarer, 1500))).toBe(false);
    const everySoMany = Array.from({ length: 1500 }, (_, n) =>
      [...accountOfRow.keys()].filter((row) => ((accountOfRow[row] ?? 0) / 7) % 10 === n % 10),
    );
    expect(looksLikeAccountSampling(everySoMany)).toBe(false);
  });

  it('says where each account ends, and how many there are', () => {
    const batch = unitSampler(units, RATE, chanceOf('ends'))();
    const ends = batch.accountEnds ?? new Uint32Array();
    expect(batch.units).toBe(ends.length);
    expect(ends.at(-1)).toBe(batch.rows.length);
    ends.forEach((end, n) => {
      const own = [...batch.rows.subarray(ends[n - 1] ?? 0, end)].map((row) => accountOfRow[row]);
      expect(new Set(own).size).toBe(1);
    });
  });

  it('may be empty', () => {
    const nobody = unitSampler(
      { kind: 'accounts', accounts: rowsByAccount(new Uint32Array()) },
      0.5,
      chanceOf('x'),
    );
    expect(nobody()).toEqual({ rows: new Uint32Array(), accountEnds: new Uint32Array(), units: 0 });
  });
});

describe('an account with more rows than the cap', () => {
  /** Accounts of 300, 301 and 450 rows. */
  const large: AccountRows = rowsByAccount(
    Uint32Array.from({ length: 1051 }, (_, row) => (row < 300 ? 0 : row < 601 ? 1 : 2)),
  );
  const sampler = unitSampler({ kind: 'accounts', accounts: large }, 1, chanceOf('cap'));

  it('gives as many as the cap; one of exactly the cap gives all', () => {
    const { accountEnds, rows } = sampler();
    expect([...(accountEnds ?? [])]).toEqual([1, 2, 3].map((n) => n * ACCOUNT_ROWS_CAP));
    expect([...rows.subarray(0, 300)]).toEqual([...large.rows.slice(0, 300)]);
    expect(new Set(rows).size).toBe(900);
    expect(rows.subarray(600).every((row) => row >= 601)).toBe(true);
  });

  it('gives each row equally often, and another subset each time', () => {
    const DRAWS = 900;
    const times = new Uint32Array(1051);
    const subsets = new Set<string>();
    for (let n = 0; n < DRAWS; n++) {
      const own = sampler().rows.slice(600).toSorted();
      subsets.add(own.join());
      for (const row of own) times[row] = (times[row] ?? 0) + 1;
    }
    expect(subsets.size).toBe(DRAWS);
    const share = 300 / 450;
    const deviation = Math.sqrt(DRAWS * share * (1 - share));
    const scores = [...times.subarray(601)].map((count) => (count - DRAWS * share) / deviation);
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4.5);
    const meanSquare = scores.reduce((sum, z) => sum + z * z, 0) / scores.length;
    // rows of one draw are tied (their sum is fixed): χ² of 449 over 450
    expect(Math.abs(meanSquare - 1)).toBeLessThan(0.3);
  });
});
