/**
 * The one place where a gradient sum becomes releasable: clipped sum of a Poisson batch + Gaussian noise, rounded to the
 * charter's public grid (or rounded, then exact discrete noise). Its callers see only the noisy integers, and they see them
 * only after the charge was written.
 */
import type { NoiseSampler } from '#shared/round/charter.ts';
import type { GradientEngine } from '../engine.ts';
import type { Chance } from '../kernel/chance.ts';
import { toIntegers } from './rounding.ts';
import { type SampledUnits, unitSampler } from './unit-batch.ts';

export interface NoisySumTerms {
  readonly units: SampledUnits;
  /** q: probability of each unit in each step. */
  readonly samplingRate: number;
  /** C; null without clipping, and then without noise. */
  readonly clippingNorm: number | null;
  /** σ·C for full noise, σ·C/√t_h for shared noise, 0 without privacy. */
  readonly noiseStandardDeviation: number;
  /** `rounded-gaussian` unless stated. */
  readonly sampler?: NoiseSampler;
  /** Grid step γ, a power of two, and the largest integer a single sum may have. */
  readonly gridStep: number;
  readonly bound: number;
}

/** Raw figures for the analyst only: no noise covers them (privacy.md 2g.12). */
export interface StepFigures {
  readonly sampledUnits: number;
  readonly sampledRows: number;
  readonly clippedUnits: number;
  readonly nonFiniteRows: number;
}

export interface NoisySum {
  /** Integers k; the sum is γ·k. */
  readonly integers: Float64Array;
  readonly figures: StepFigures;
}

export interface NoisySums {
  next(weights: Float64Array): NoisySum;
}

export function noisySums(engine: GradientEngine, terms: NoisySumTerms, chance: Chance): NoisySums {
  const { samplingRate, clippingNorm } = terms;
  const draw = unitSampler(terms.units, samplingRate, chance);
  return {
    next: (weights) => {
      const { units, ...batch } = draw();
      // Drawn whatever the batch holds: an empty batch is noisy too.
      const noise = drawnOnce(weights.length, noiseOf(terms, chance));
      const request = { weights, ...batch, clippingNorm, meanwhile: noise };
      const { sum, clippedUnits, nonFiniteRows } = engine.gradientSum(request);
      const sampled = { sampledUnits: units, sampledRows: batch.rows.length };
      const figures = { ...sampled, clippedUnits, nonFiniteRows };
      return { integers: noisyIntegers(sum, noise(), terms), figures };
    },
  };
}

/** Draws at the first call: by the engine while other threads add up, or after it. No engine can skip it. */
function drawnOnce(count: number, draw: (target: Float64Array) => void): () => Float64Array {
  let drawn: Float64Array | undefined;
  return () => {
    if (!drawn) {
      drawn = new Float64Array(count);
      draw(drawn);
    }
    return drawn;
  };
}

type NoiseTerms = Pick<NoisySumTerms, 'noiseStandardDeviation' | 'sampler' | 'gridStep' | 'bound'>;

/** Standard normals, or whole grid steps; nothing without privacy. */
function noiseOf(terms: NoiseTerms, chance: Chance): (target: Float64Array) => void {
  const { noiseStandardDeviation, sampler, gridStep } = terms;
  if (noiseStandardDeviation === 0) return () => undefined;
  // rounded up: never less noise than is accounted for
  const deviation = Math.ceil(noiseStandardDeviation / gridStep);
  return (target) => {
    if (sampler === 'discrete-gaussian') chance.discreteNormals(target, deviation);
    else chance.normals(target);
  };
}

/**
 * (sum + sd·ξ)/γ to the nearest integer, within ± bound. The rounding is the last operation, so the low bits of the
 * float noise never leave (privacy.md 2f.3). Exact noise is whole already and is added to the rounded sum.
 */
export function noisyIntegers(sum: Float64Array, noise: Float64Array, terms: NoiseTerms): Float64Array {
  const { noiseStandardDeviation, sampler, bound } = terms;
  if (noiseStandardDeviation === 0) return toIntegers(sum, terms);
  if (sampler === 'discrete-gaussian') {
    const exact = toIntegers(sum, { ...terms, bound: Number.MAX_SAFE_INTEGER });
    return exact.map((k, i) => Math.max(-bound, Math.min(bound, k + (noise[i] ?? Number.NaN))));
  }
  // a number without noise becomes NaN, which no update can carry
  const noisy = new Float64Array(sum.length);
  for (let i = 0; i < sum.length; i++)
    noisy[i] = (sum[i] ?? Number.NaN) + noiseStandardDeviation * (noise[i] ?? Number.NaN);
  return toIntegers(noisy, terms);
}

/** ⌈log2(σC)⌉ − 10: the grid of a noisy sum whose rounding adds 1e-7 of the noise's variance (privacy.md 2f.3). */
export function noiseGridExponent(noiseStandardDeviation: number): number {
  return Math.ceil(Math.log2(noiseStandardDeviation)) - 10;
}
