import { accountedNoiseMultiplier, noiseStandardDeviation } from '#main/learning/dp-sgd/noise.ts';
import { roundCost } from '#main/bank/review/cost.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { ConsortiumId } from '#shared/ids.ts';
import { Charter, gridDeviation, type NoiseSampler } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { describe, expect, it } from 'vitest';

function charterOf(sampler: NoiseSampler, noiseMultiplier = 1.587): Charter {
  return Charter.parse(
    presetCharter({
      consortium: { id: ConsortiumId.parse('con_00000000000000000000000000'), name: 'Noise' },
      title: 'noise',
      features: 'card-v1',
      split: REFERENCE_SPLIT,
      recipe: 'few-rounds',
      noiseMultiplier,
      sampler,
    }),
  );
}

describe('the noise that is accounted for', () => {
  it('is that of the charter where rounding comes last', () => {
    expect(accountedNoiseMultiplier(charterOf('rounded-gaussian'))).toBe(1.587);
  });

  it('is less where the sum is rounded first: sensitivity C + γ√d', () => {
    const charter = charterOf('discrete-gaussian');
    const d = parameterCount(charter.model.layers);
    const sensitivity = 0.3 + 2 ** charter.grids.sum.exponent * Math.sqrt(d);
    expect(accountedNoiseMultiplier(charter)).toBeCloseTo((1.587 * 0.3) / sensitivity, 12);
    expect(1.587 / accountedNoiseMultiplier(charter)).toBeGreaterThan(1.01);
    expect(1.587 / accountedNoiseMultiplier(charter)).toBeLessThan(1.06);
  });

  it('covers two neighbouring sums that round as far apart as they can', () => {
    const charter = charterOf('discrete-gaussian');
    const gridStep = 2 ** charter.grids.sum.exponent;
    const d = parameterCount(charter.model.layers);
    // one unit's clipped gradient, all numbers alike, on a sum just below a rounding edge
    const each = 0.3 / Math.sqrt(d);
    const [without, having] = [0.4999 * gridStep, 0.4999 * gridStep + each];
    const apart = Math.abs(Math.round(having / gridStep) - Math.round(without / gridStep)) * gridStep;
    const distance = apart * Math.sqrt(d);
    expect(distance).toBeGreaterThan(0.3);
    const noise = noiseStandardDeviation(charter);
    expect(noise / distance).toBeGreaterThanOrEqual(accountedNoiseMultiplier(charter));
  });

  it('is what a round is charged as', () => {
    const charter = charterOf('discrete-gaussian');
    expect(roundCost(charter, 3)?.training.noiseMultiplier).toBe(accountedNoiseMultiplier(charter));
  });
});

describe('exact noise in a charter', () => {
  it('is at least that of the charter, within 4,096 grid steps', () => {
    for (const noiseMultiplier of [0.1, 0.7, 1.587, 3.41]) {
      const charter = charterOf('discrete-gaussian', noiseMultiplier);
      const steps = gridDeviation(charter);
      expect(steps).toBeGreaterThan(2048);
      expect(steps).toBeLessThanOrEqual(4096);
      const gridStep = 2 ** charter.grids.sum.exponent;
      expect(steps * gridStep).toBeGreaterThanOrEqual(noiseStandardDeviation(charter));
    }
  });

  it('is refused on a grid so fine that its deviation leaves 4,096 steps, and where it would be shared', () => {
    const charter = charterOf('discrete-gaussian');
    const { sum } = charter.grids;
    const fine = { ...charter.grids, sum: { ...sum, exponent: sum.exponent - 1 } };
    expect(Charter.safeParse({ ...charter, grids: fine }).error?.message).toContain('grid steps');
    const shared = {
      ...charter,
      privacy: { ...charter.privacy, noise: 'shared' },
      secureAggregation: { kind: 'on', threshold: 3 },
    };
    expect(Charter.safeParse(shared).error?.message).toContain('cannot be shared');
  });
});
