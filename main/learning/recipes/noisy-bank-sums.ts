/** The noisy sums of one bank under its charter. */
import type { FewRoundsRecipe, OneStepRecipe } from '#shared/round/charter.ts';
import { withNoise } from '#shared/round/more-noise.ts';
import { noiseStandardDeviation } from '../dp-sgd/noise.ts';
import type { NoisySums, StepFigures } from '../dp-sgd/noisy-sums.ts';
import { noisySums } from '../dp-sgd/noisy-sums.ts';
import type { LocalTraining } from './training-terms.ts';
import { vectorLayout } from './published-sums.ts';

export function bankSums(recipe: FewRoundsRecipe | OneStepRecipe, training: LocalTraining): NoisySums {
  const { charter, checkpoint, engine, units, chance } = training;
  const { noiseMultiplier = charter.privacy.noiseMultiplier } = training;
  if (!(noiseMultiplier >= charter.privacy.noiseMultiplier))
    throw new RangeError(`noise multiplier ${String(noiseMultiplier)} is less than the charter's`);
  const { gridStep } = vectorLayout(charter, checkpoint, 'sum');
  const terms = {
    units,
    samplingRate: recipe.samplingRate,
    clippingNorm: charter.privacy.clippingNorm,
    noiseStandardDeviation: noiseStandardDeviation(withNoise(charter, noiseMultiplier)),
    sampler: charter.privacy.sampler,
    gridStep,
    bound: Math.ceil(charter.grids.sum.clamp / gridStep),
  };
  return noisySums(engine, terms, chance);
}

export const NO_FIGURES: StepFigures = {
  sampledUnits: 0,
  sampledRows: 0,
  clippedUnits: 0,
  nonFiniteRows: 0,
};

export function addFigures(a: StepFigures, b: StepFigures): StepFigures {
  return {
    sampledUnits: a.sampledUnits + b.sampledUnits,
    sampledRows: a.sampledRows + b.sampledRows,
    clippedUnits: a.clippedUnits + b.clippedUnits,
    nonFiniteRows: a.nonFiniteRows + b.nonFiniteRows,
  };
}
