import { noisyHistogram, rowsOfUnits, scoreHistogram } from '#main/learning/evaluate/score-histogram.ts';
import { createChance } from '#main/learning/kernel/chance.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { HISTOGRAM_BINS } from '#shared/round/evaluation.ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../fakes/random.ts';

const chanceOf = (seed: string) => createChance(aesKeystream(seededRandom(seed)));
const all = (rows: number): Iterable<number> => Array.from({ length: rows }, (_, row) => row);

describe('a score histogram', () => {
  it('counts rows by label between logits −12 and 6, the ends open', () => {
    const logits = Float32Array.of(-20, -12, -11.5, -3, 5.99, 6, 40, -3);
    const labels = Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1);
    const counts = scoreHistogram({ logits, labels }, all(8));
    const found = [...counts.entries()].filter(([, count]) => count > 0);
    expect(found).toEqual([
      [0, 3],
      [16, 1],
      [31, 1],
      [HISTOGRAM_BINS + 16, 1],
      [HISTOGRAM_BINS + 31, 2],
    ]);
  });

  it('has no bin for a score that is no number', () => {
    const scored = { logits: Float32Array.of(Number.NaN, 1), labels: Uint8Array.of(1, 1) };
    expect(scoreHistogram(scored, all(2)).reduce((sum, count) => sum + count)).toBe(1);
  });

  it('changes by at most m when one account comes or goes, whatever its rows', () => {
    const most = 3;
    const rows = 60;
    const units = Uint32Array.from({ length: rows }, (_, row) => (row < 40 ? row % 8 : 99));
    const logits = Float32Array.from({ length: rows }, (_, row) => (row < 40 ? (row % 12) - 6 : 2.2));
    const labels = new Uint8Array(rows);
    // account 99 stands last, so the draws for the others are the same with it and without
    const count = (until: number) =>
      scoreHistogram({ logits, labels }, rowsOfUnits(units.subarray(0, until), most, chanceOf('accounts')));
    const difference = count(60).map((value, i) => value - (count(40)[i] ?? 0));
    // all its twenty rows have one score: the worst case, m in a single bin
    expect(Math.hypot(...difference)).toBe(most);
  });
});

describe('rows of an account', () => {
  it('are at most m, and all of them where there are fewer', () => {
    const units = Uint32Array.of(5, 5, 7, 5, 5, 7, 9);
    const rows = rowsOfUnits(units, 2, chanceOf('few'));
    const perUnit = [5, 7, 9].map((unit) => rows.filter((row) => units[row] === unit).length);
    expect(perUnit).toEqual([2, 2, 1]);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it('are any of its rows with the same chance', () => {
    const units = new Uint32Array(8).fill(1);
    const chance = chanceOf('uniform');
    const taken = new Float64Array(8);
    const draws = 8000;
    for (let draw = 0; draw < draws; draw++)
      for (const row of rowsOfUnits(units, 3, chance)) taken[row] = (taken[row] ?? 0) + 1;
    const expected = (draws * 3) / 8;
    const spread = Math.sqrt(expected * (5 / 8));
    // six standard errors: one false alarm in 60 million
    for (const count of taken) expect(Math.abs(count - expected)).toBeLessThan(6 * spread);
    // and the test can tell: the first three rows always, or a row left out
    expect(Math.abs(draws - expected)).toBeGreaterThan(6 * spread);
  });
});

describe('a noisy histogram', () => {
  const terms = { noiseStandardDeviation: 10, bound: 2 ** 31 - 1 };
  const noisy = (counts: Float64Array, seed: string) => noisyHistogram(counts, terms, chanceOf(seed));

  it('has whole numbers with noise of the charter’s size on every bin, empty ones too', () => {
    const counts = Float64Array.from({ length: 2 * HISTOGRAM_BINS }, (_, i) => (i % 2) * 500);
    const noise = Array.from({ length: 100 }, (_, draw) =>
      noisy(counts, `draw ${String(draw)}`).map((value, i) => value - (counts[i] ?? 0)),
    ).flatMap((one) => [...one]);
    expect(noise.every(Number.isInteger)).toBe(true);
    const variance = noise.reduce((sum, v) => sum + v * v, 0) / noise.length / 100;
    const error = Math.sqrt(2 / noise.length);
    expect(Math.abs(variance - 1)).toBeLessThan(6 * error);
    // variance handed over for deviation (√10, or 100) is far outside
    expect(Math.abs(0.1 - 1)).toBeGreaterThan(6 * error);
    expect(noise.filter((v) => v === 0).length).toBeLessThan(0.1 * noise.length);
  });

  it('is never drawn twice alike, and never the raw counts', () => {
    const counts = new Float64Array(2 * HISTOGRAM_BINS).fill(7);
    expect(noisy(counts, 'a')).not.toEqual(noisy(counts, 'b'));
    expect(noisy(counts, 'a')).not.toEqual(counts);
  });

  it('stays within the bound', () => {
    const counts = new Float64Array(2 * HISTOGRAM_BINS).fill(1000);
    const clamped = noisyHistogram(counts, { ...terms, bound: 995 }, chanceOf('bound'));
    expect(clamped.every((value) => value <= 995)).toBe(true);
    expect(clamped.includes(995)).toBe(true);
  });
});
