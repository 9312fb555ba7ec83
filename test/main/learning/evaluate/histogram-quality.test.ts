import { federationQuality, histogramPrAuc, isotonic } from '#main/learning/evaluate/histogram-quality.ts';
import { averagePrecision } from '#main/learning/evaluate/ranking.ts';
import { scoreHistogram } from '#main/learning/evaluate/score-histogram.ts';
import { type PublicRandom, publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { HISTOGRAM_BINS } from '#shared/round/evaluation.ts';
import { describe, expect, it } from 'vitest';

/** Frauds at N(0.9, 2.2) and a hundred times as many genuine rows at N(−5, 1.5): average precision about .83. */
const FRAUDS = { mean: 0.9, deviation: 2.2 };
const GENUINE = { mean: -5, deviation: 1.5, rows: 100 };

function drawn(random: PublicRandom, frauds: number) {
  const rows = frauds * (1 + GENUINE.rows);
  const labels = Uint8Array.from({ length: rows }, (_, row) => (row < frauds ? 1 : 0));
  const logits = Float32Array.from(labels, (label) => {
    const { mean, deviation } = label === 1 ? FRAUDS : GENUINE;
    return mean + deviation * publicNormal(random);
  });
  return { logits, labels };
}

function withNoise(counts: Float64Array, random: PublicRandom, deviation: number): Float64Array {
  return counts.map((count) => count + Math.round(deviation * publicNormal(random)));
}

/** A small law of large numbers, once: counts of many rows, scaled to `frauds`, with the chance of each bin kept. */
const random = publicRandom(20);
const LARGE = drawn(random, 4000);
const TRUTH = averagePrecision({ scores: LARGE.logits, labels: LARGE.labels }) ?? 0;
const SHARES = scoreHistogram(LARGE, LARGE.labels.keys()).map((count) => count / 4000);

function sampled(frauds: number): Float64Array {
  return SHARES.map((share) => {
    const mean = frauds * share;
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * publicNormal(random)));
  });
}

describe('PR-AUC from a histogram', () => {
  it('is that of the rows, to the width of the bins', () => {
    const rows = drawn(publicRandom(3), 1500);
    const exact = averagePrecision({ scores: rows.logits, labels: rows.labels }) ?? 0;
    const binned = histogramPrAuc(scoreHistogram(rows, rows.labels.keys())) ?? 0;
    expect(exact).toBeGreaterThan(0.8);
    expect(Math.abs(binned - exact)).toBeLessThan(0.01);
  });

  it('is 1 for a model that separates them, and the share of frauds for one that knows nothing', () => {
    const histogram = new Float64Array(2 * HISTOGRAM_BINS);
    histogram[3] = 900;
    histogram[HISTOGRAM_BINS + 20] = 100;
    expect(histogramPrAuc(histogram)).toBeCloseTo(1, 12);
    histogram[HISTOGRAM_BINS + 20] = 0;
    histogram[HISTOGRAM_BINS + 3] = 100;
    expect(histogramPrAuc(histogram)).toBeCloseTo(0.1, 12);
  });

  it('is unknown where the noise leaves no fraud', () => {
    const histogram = new Float64Array(2 * HISTOGRAM_BINS).fill(-3);
    expect(histogramPrAuc(histogram)).toBeNull();
    expect(federationQuality(histogram, { banks: 3, noiseStandardDeviation: 10 })).toBeNull();
    // 300 frauds, and their number is known to ± 196 only: what an interval would say is 0 to 1
    histogram.fill(0);
    histogram[HISTOGRAM_BINS + 20] = 300;
    expect(histogramPrAuc(histogram)).toBeCloseTo(1, 12);
    expect(federationQuality(histogram, { banks: 3, noiseStandardDeviation: 20 })).toBeNull();
    expect(federationQuality(histogram, { banks: 3, noiseStandardDeviation: 15 })).not.toBeNull();
  });

  // privacy.md 2g.10, K = 32, isotonic: .034, .075 and .111 for 500 frauds
  it.each([
    [2, 0.034],
    [5, 0.075],
    [10, 0.111],
  ])('misses the truth with noise of deviation %i by about %f (RMSE)', (deviation, published) => {
    const runs = 300;
    let squares = 0;
    for (let run = 0; run < runs; run++)
      squares += ((histogramPrAuc(withNoise(sampled(500), random, deviation)) ?? 0) - TRUTH) ** 2;
    const found = Math.sqrt(squares / runs);
    expect(found / published).toBeGreaterThan(0.6);
    expect(found / published).toBeLessThan(1.4);
  });

  it('has an interval that covers the truth about nine times in ten, and grows with the noise', () => {
    const runs = 60;
    const widths: number[] = [];
    for (const noiseStandardDeviation of [2, 10]) {
      let covered = 0;
      let width = 0;
      for (let run = 0; run < runs; run++) {
        const banks = 3;
        const counts = withNoise(sampled(1500), random, noiseStandardDeviation * Math.sqrt(banks));
        const quality = federationQuality(counts, { banks, noiseStandardDeviation });
        if (quality === null) throw new Error('no quality');
        const { low, high, prAuc } = quality;
        expect(low).toBeLessThanOrEqual(prAuc);
        expect(prAuc).toBeLessThanOrEqual(high);
        if (low <= TRUTH && TRUTH <= high) covered++;
        width += (high - low) / runs;
      }
      expect(covered / runs).toBeGreaterThan(0.75);
      widths.push(width);
    }
    const [narrow = 0, wide = 0] = widths;
    expect(narrow).toBeLessThan(0.1);
    expect(wide).toBeGreaterThan(1.5 * narrow);
  });

  it('is the same for everyone who computes it', () => {
    const counts = withNoise(sampled(300), publicRandom(8), 5);
    const terms = { banks: 5, noiseStandardDeviation: 5 };
    expect(federationQuality(counts, terms)).toEqual(federationQuality(counts.slice(), terms));
  });
});

it('pools what falls into the closest rising sequence', () => {
  expect([...isotonic(Float64Array.of(1, 3, 2, 2, 5, 4, 9))]).toEqual([
    1,
    ...[7 / 3, 7 / 3, 7 / 3],
    ...[4.5, 4.5],
    9,
  ]);
  expect([...isotonic(Float64Array.of(5, 4, 3))]).toEqual([4, 4, 4]);
});
