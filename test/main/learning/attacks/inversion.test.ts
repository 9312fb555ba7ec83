import { describe, expect, it } from 'vitest';
import { analyticInversion } from '#main/learning/attacks/analytic-inversion.ts';
import { invertGradient, matchRows } from '#main/learning/attacks/optimisation-inversion.ts';
import { unprotectedGradient } from '#main/learning/attacks/unprotected.ts';
import { publicRandom } from '#main/learning/model/public-random.ts';
import { referenceClippedSum } from '#main/learning/model/reference.ts';
import { asAttacked, drawRows, freshWeights, imprintWeights, RELU, TANH, withNoise } from './problems.ts';

const random = publicRandom(11);
const weights = freshWeights(2);
const layer = { layers: TANH.layers, weights };
const heldOut = asAttacked(drawRows(500, random));
const clippingNorm = 1;

describe('analytic inversion', () => {
  it('reads the one row of a bare gradient, clipped or not, and not from under the noise', () => {
    const rows = drawRows(1, random);
    const targets = { train: asAttacked(rows), heldOut };
    const { gradient } = unprotectedGradient(TANH, weights, rows);
    const clipped = referenceClippedSum(TANH, weights, { rows, clippingNorm: 0.1 });
    for (const vector of [gradient, clipped]) {
      const found = analyticInversion([vector], layer, targets);
      expect(found.best).toBeLessThan(1e-6);
      expect(found.recovered).toHaveLength(1);
      expect(found.recoveredByChance).toBe(0);
    }
    const noisy = analyticInversion([withNoise(clipped, 0.5 * 0.1, random)], layer, targets);
    expect(noisy.recovered).toEqual([]);
    expect(noisy.best).toBeGreaterThan(0.4);
  });

  it('finds nothing in the sum of many rows under noise, and comes as near to rows that took no part', () => {
    const rows = drawRows(256, random);
    const sum = referenceClippedSum(TANH, weights, { rows, clippingNorm });
    const found = analyticInversion([withNoise(sum, 0.5, random)], layer, {
      train: asAttacked(rows),
      heldOut,
    });
    expect(found.recovered).toEqual([]);
    expect(found.best).toBeGreaterThan(0.5);
    expect(Math.abs((found.best ?? 0) - (found.bestByChance ?? 0))).toBeLessThan(0.15);
  });

  it('reads most of a batch out of an imprint layer, also when only clipped, and none under noise', () => {
    const trap = imprintWeights(4);
    const rows = drawRows(32, random);
    const targets = { train: asAttacked(rows), heldOut };
    const count = (vector: Float64Array): number =>
      analyticInversion([vector], { layers: RELU.layers, weights: trap }, targets).recovered.length;
    const clipped = referenceClippedSum(RELU, trap, { rows, clippingNorm });
    expect(count(unprotectedGradient(RELU, trap, rows).gradient)).toBeGreaterThan(12);
    expect(count(clipped)).toBeGreaterThan(12);
    expect(count(withNoise(clipped, 0.5 * clippingNorm, random))).toBe(0);
  });

  it('gives no guess for a neuron that nothing moved', () => {
    const still = analyticInversion([new Float64Array(weights.length)], layer, {
      train: asAttacked(drawRows(1, random)),
      heldOut,
    });
    expect(still).toMatchObject({ guesses: 0, best: null, bestByChance: null, recovered: [] });
  });
});

describe('optimisation inversion', () => {
  const effort = { iterations: 400, restarts: 1 };

  it('finds the one row of a bare gradient and not the one under noise', () => {
    const rows = drawRows(1, random);
    const labels = Uint8Array.from(rows, ({ label }) => label);
    const { gradient } = unprotectedGradient(TANH, weights, rows);
    const found = invertGradient({ network: TANH, weights, target: gradient, labels }, effort, random);
    expect(found.objective).toBeLessThan(1e-4);
    expect(matchRows(found.rows, asAttacked(rows))[0]?.relativeDistance).toBeLessThan(0.05);
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const target = withNoise(gradient, 0.5 * Math.min(1, norm), random);
    const noisy = invertGradient({ network: TANH, weights, target, labels }, effort, random);
    expect(noisy.objective).toBeGreaterThan(0.5);
    expect(matchRows(noisy.rows, asAttacked(rows))[0]?.relativeDistance).toBeGreaterThan(0.5);
  });

  it('finds rows of a small batch, each matched with one of them', () => {
    const rows = drawRows(3, random);
    const labels = Uint8Array.from(rows, ({ label }) => label);
    const target = unprotectedGradient(TANH, weights, rows).gradient;
    const problem = { network: TANH, weights, target, labels };
    const found = invertGradient(problem, { iterations: 600, restarts: 2 }, random);
    const matched = matchRows(found.rows, asAttacked(rows));
    expect(new Set(matched.map(({ row }) => row)).size).toBe(3);
    expect(matched[0]?.relativeDistance).toBeLessThan(0.3);
  });
});
