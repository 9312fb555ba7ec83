/**
 * What the noise, the clipping and the sampling of a build are judged by. Every value is a distance from the right one in
 * standard errors of the right build, so that 6.5 of them are a false alarm in ten billion.
 */
import { kolmogorovDistance } from '../../../main/learning/dp-sgd/moments.ts';
import { type Build, NOISE_DEVIATION, type Problem, watch, type Watched } from './pipeline.ts';

export const LIMIT = 6.5;

export interface Judged {
  /** What was measured, in its own unit. */
  readonly found: number;
  readonly right: number;
  /** Standard errors between them; for one-sided figures only the dangerous side counts. */
  readonly errors: number;
}

export interface Statistic {
  readonly name: string;
  judge(build: Build, seed: string): Judged;
}

/** 21-64-32-1: 3,521 numbers a step. */
const LARGE = [21, 64, 32, 1];
const SMALL = [6, 4, 1];
/** q of the charter. */
const RATE = 0.1;

function noisyProblem(seed: string, change: Partial<Problem> = {}): Problem {
  return { layers: LARGE, rows: 300, rowsPerAccount: 1, samplingRate: RATE, steps: 30, seed, ...change };
}

/** Noise of each step, in standard deviations of the charter. */
function noiseOf({ steps }: Watched): readonly Float64Array[] {
  return steps.map(({ noisy, clipped }) =>
    noisy.map((value, i) => (value - (clipped[i] ?? 0)) / NOISE_DEVIATION),
  );
}

const joined = (parts: readonly Float64Array[]): Float64Array =>
  Float64Array.from(parts.flatMap((part) => [...part]));

const meanOf = (values: Float64Array, of: (value: number) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0) / values.length;

function varianceJudged(noise: Float64Array): Judged {
  const found = meanOf(noise, (v) => v * v);
  return { found, right: 1, errors: Math.abs(found - 1) / Math.sqrt(2 / noise.length) };
}

export const noiseVariance: Statistic = {
  name: 'variance of the noise ÷ (zC)²',
  judge: (build, seed) => varianceJudged(joined(noiseOf(watch(build, noisyProblem(seed))))),
};

export const noiseOfEmptyBatch: Statistic = {
  name: 'the same where the batch is empty',
  judge: (build, seed) => {
    const watched = watch(build, noisyProblem(seed, { samplingRate: 1e-4 }));
    const empty = watched.steps.filter(({ rows }) => rows.length === 0);
    return varianceJudged(joined(noiseOf({ ...watched, steps: empty })));
  },
};

/** Kolmogorov and Smirnov: D√n, against the normal distribution. */
export const noiseShape: Statistic = {
  name: 'distance of the noise from a normal, D√n',
  judge: (build, seed) => {
    const found = kolmogorovDistance(joined(noiseOf(watch(build, noisyProblem(seed)))));
    // P(D√n > x) ≈ 2e^(−2x²): as many standard errors of a normal as make the same chance
    return { found, right: 0.87, errors: Math.max(0, 2 * found - 0.35) };
  },
};

export const noiseOfTwoSteps: Statistic = {
  name: 'correlation of the noise of neighbouring steps',
  judge: (build, seed) => {
    const noise = noiseOf(watch(build, noisyProblem(seed)));
    const products = joined(
      noise.slice(1).map((step, k) => step.map((value, i) => value * (noise[k]?.[i] ?? 0))),
    );
    const found = meanOf(products, (v) => v);
    return { found, right: 0, errors: Math.abs(found) * Math.sqrt(products.length) };
  },
};

/** One unit alone, in every batch: its sum, along its own direction, may be C at most. */
export function sensitivity(rowsPerAccount: number): Statistic {
  const unit = rowsPerAccount === 1 ? 'one row' : `an account of ${String(rowsPerAccount)} rows`;
  return {
    name: `what ${unit} adds at most ÷ C`,
    judge: (build, seed) => {
      const steps = 400;
      const alone = { rows: rowsPerAccount, rowsPerAccount, samplingRate: 1, steps };
      const watched = watch(build, noisyProblem(seed, { layers: SMALL, ...alone }));
      const along = watched.steps.map(({ noisy }) =>
        noisy.reduce((sum, value, i) => sum + value * (watched.direction[i] ?? 0), 0),
      );
      const found = along.reduce((sum, value) => sum + value, 0) / steps;
      return { found, right: 1, errors: Math.max(0, found - 1) / (NOISE_DEVIATION / Math.sqrt(steps)) };
    },
  };
}

const UNITS = 400;
const BATCHES = 3000;

function sampled(build: Build, seed: string): readonly Uint32Array[] {
  const problem = noisyProblem(seed, { layers: SMALL, rows: UNITS, steps: BATCHES });
  return watch(build, problem).steps.map(({ rows }) => rows);
}

export const batchSizes: Statistic = {
  name: 'variance of the batch size ÷ nq(1 − q)',
  judge: (build, seed) => {
    const q = RATE;
    const mean = UNITS * q;
    const squares = sampled(build, seed).reduce((sum, rows) => sum + (rows.length - mean) ** 2, 0);
    const found = squares / BATCHES / (mean * (1 - q));
    return { found, right: 1, errors: Math.abs(found - 1) / Math.sqrt(2 / BATCHES) };
  },
};

export const repeatedUnits: Statistic = {
  name: 'share of units that are in two batches running',
  judge: (build, seed) => {
    const batches = sampled(build, seed);
    let both = 0;
    for (const [k, rows] of batches.slice(1).entries()) {
      const before = new Set(batches[k]);
      for (const row of rows) if (before.has(row)) both++;
    }
    const trials = UNITS * (BATCHES - 1);
    const right = RATE ** 2;
    const found = both / trials;
    return { found, right, errors: Math.abs(found - right) / Math.sqrt((right * (1 - right)) / trials) };
  },
};

export const STATISTICS: readonly Statistic[] = [
  noiseVariance,
  noiseOfEmptyBatch,
  noiseShape,
  noiseOfTwoSteps,
  sensitivity(1),
  sensitivity(3),
  batchSizes,
  repeatedUnits,
];
