/**
 * The noisy score histogram of a model on one bank's test rows: the only evaluation that may leave (privacy.md 2g.10).
 * One unit of privacy adds at most m rows, so the counts have L2 sensitivity m; which rows of a unit count is drawn
 * without a look at any other unit.
 */
import { HISTOGRAM_BINS, HISTOGRAM_EDGES } from '#shared/round/evaluation.ts';
import type { Chance } from '../kernel/chance.ts';
import { uniformInteger } from '../model/public-random.ts';

export interface ScoredUnits {
  readonly logits: Float32Array;
  /** 1 for fraud, 0 for genuine. */
  readonly labels: Uint8Array;
  /** Number of each row's account. */
  readonly units: Uint32Array;
}

/** 2·K counts, genuine then fraud, each from the lowest logit up. */
export type ScoreHistogram = Float64Array;

/** Counts of the chosen rows. A logit that is no number falls in no bin. */
export function scoreHistogram(
  { logits, labels }: Pick<ScoredUnits, 'logits' | 'labels'>,
  rows: Iterable<number>,
): ScoreHistogram {
  const counts = new Float64Array(2 * HISTOGRAM_BINS);
  const { lowest, highest } = HISTOGRAM_EDGES;
  const binsPerUnit = HISTOGRAM_BINS / (highest - lowest);
  for (const row of rows) {
    const position = Math.floor(((logits[row] ?? Number.NaN) - lowest) * binsPerUnit);
    const bin = Math.max(0, Math.min(HISTOGRAM_BINS - 1, position));
    if (Number.isNaN(bin)) continue;
    const cell = labels[row] === 1 ? HISTOGRAM_BINS + bin : bin;
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

/**
 * At most `most` rows of each unit, any of its rows as likely as any other (reservoir sampling, Vitter 1985).
 */
export function rowsOfUnits(
  units: Uint32Array,
  most: number,
  chance: Pick<Chance, 'word'>,
): readonly number[] {
  const random = { next: chance.word };
  const kept = new Map<number, { seen: number; readonly rows: number[] }>();
  for (let row = 0; row < units.length; row++) {
    const unit = units[row] ?? 0;
    const of = kept.get(unit) ?? { seen: 0, rows: [] };
    kept.set(unit, of);
    of.seen++;
    const place = of.seen <= most ? of.seen - 1 : uniformInteger(random, of.seen);
    if (place < most) of.rows[place] = row;
  }
  return [...kept.values()].flatMap(({ rows }) => rows);
}

/** Counts with exact discrete Gaussian noise on every one, empty bins too. `bound`: largest number that travels. */
export function noisyHistogram(
  counts: ScoreHistogram,
  terms: { readonly noiseStandardDeviation: number; readonly bound: number },
  chance: Pick<Chance, 'discreteNormals'>,
): ScoreHistogram {
  const noise = new Float64Array(counts.length);
  chance.discreteNormals(noise, terms.noiseStandardDeviation);
  // a count without noise would be NaN, which no update can carry
  return counts.map((count, i) =>
    Math.max(-terms.bound, Math.min(terms.bound, count + (noise[i] ?? Number.NaN))),
  );
}
