/**
 * Training a round again with more noise than its charter has: how much more there may be. Public values only. Grid, clamp
 * and the published step stay the charter's, so that hub and members need not know of it.
 */
import { type Charter, LARGEST_DISCRETE_DEVIATION } from './charter.ts';

export const MORE_NOISE = {
  /** Most noise of a training, in noise multipliers of the charter: beyond it the update says next to nothing. */
  largestFactor: 4,
  /** Factors that are offered; any other up to the largest may be typed. */
  offered: [1.25, 1.5, 2],
} as const;

/** Trainings that one round may take in all: each is charged, and none is given back. */
export const MOST_TRAININGS = 5;

/**
 * The charter as one training goes by it: for what is drawn, charged and shown. Never for the preconditioner or the
 * published step, which are the same at all banks.
 */
export function withNoise(charter: Charter, noiseMultiplier: number): Charter {
  return { ...charter, privacy: { ...charter.privacy, noiseMultiplier } };
}

/** Deviations of noise that a clamp leaves room for. */
const NOISE_ROOM = 16;

/** Above every sum of one step: twice what the units add up to at the sampling rate, and room for the noise. */
export function largestStepSum(terms: {
  readonly samplingRate: number;
  readonly units: number;
  /** Of one unit. */
  readonly norm: number;
  readonly noiseStandardDeviation: number;
}): number {
  const { samplingRate, units, norm, noiseStandardDeviation } = terms;
  return 2 * samplingRate * units * norm + NOISE_ROOM * noiseStandardDeviation;
}

export interface LargestNoise {
  /** Rounded down to a thousandth where grid or clamp set it. */
  readonly noiseMultiplier: number;
  readonly because: 'factor' | 'clamp' | 'sampler';
}

/** Largest noise multiplier whose noisy sums fit the charter's grid at this bank's public tier; null without noise. */
export function largestNoise(charter: Charter, tier: number): LargestNoise | null {
  const { recipe, privacy, grids } = charter;
  const { clippingNorm: norm, noiseMultiplier, sampler } = privacy;
  if (recipe.kind === 'plain' || noiseMultiplier === 0 || norm === null) return null;
  const { samplingRate } = recipe;
  const withoutNoise = largestStepSum({ samplingRate, units: tier, norm, noiseStandardDeviation: 0 });
  const limits: LargestNoise[] = [
    { because: 'factor', noiseMultiplier: MORE_NOISE.largestFactor * noiseMultiplier },
    { because: 'clamp', noiseMultiplier: down((grids.sum.clamp - withoutNoise) / (NOISE_ROOM * norm)) },
  ];
  if (sampler === 'discrete-gaussian')
    limits.push({
      because: 'sampler',
      noiseMultiplier: down((LARGEST_DISCRETE_DEVIATION * 2 ** grids.sum.exponent) / norm),
    });
  return limits.reduce((least, one) => (one.noiseMultiplier < least.noiseMultiplier ? one : least));
}

function down(value: number): number {
  return Math.floor(value * 1000) / 1000;
}
