import { describe, expect, it } from 'vitest';
import { createGradientMatch } from '#main/learning/attacks/gradient-match.ts';
import type { Network } from '#main/learning/model/layers.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { euclideanNorm, referenceClippedSum } from '#main/learning/model/reference.ts';
import { someWeights } from '../examples.ts';

const random = publicRandom(3);
const normals = (count: number): Float64Array =>
  Float64Array.from({ length: count }, () => publicNormal(random));

describe.each<Network>([
  { layers: [5, 4, 3, 1], activation: 'tanh' },
  { layers: [5, 4, 3, 1], activation: 'relu' },
  { layers: [5, 1], activation: 'tanh' },
])('the match of a guess ($layers, $activation)', (network) => {
  const weights = someWeights(network.layers, 9);
  const target = normals(weights.length);
  const labels = Uint8Array.from([1, 0, 0]);
  const inputs = normals(15);
  const match = createGradientMatch({ network, weights, target, labels });

  it('is one minus the cosine with the reference gradient of the guessed rows', () => {
    const rows = Array.from(labels, (label, row) => ({
      features: inputs.subarray(row * 5, row * 5 + 5),
      label,
    }));
    const gradient = referenceClippedSum(network, weights, { rows, clippingNorm: null });
    const dot = gradient.reduce((sum, g, i) => sum + g * (target[i] ?? 0), 0);
    const cosine = dot / (euclideanNorm(gradient) * euclideanNorm(target));
    expect(match.evaluate(inputs, new Float64Array(15))).toBeCloseTo(1 - cosine, 12);
  });

  it('has the slope that differences of it have', () => {
    const slope = new Float64Array(15);
    match.evaluate(inputs, slope);
    const at = (input: number, step: number): number => {
      const moved = inputs.map((value, i) => (i === input ? value + step : value));
      return match.evaluate(moved, new Float64Array(15));
    };
    for (const input of inputs.keys()) {
      const difference = (at(input, 1e-5) - at(input, -1e-5)) / 2e-5;
      expect(slope[input]).toBeCloseTo(difference, 8);
    }
    expect(euclideanNorm(slope)).toBeGreaterThan(1e-3);
  });
});

it('a guess without any gradient has no direction to go', () => {
  const network: Network = { layers: [2, 1], activation: 'tanh' };
  const slope = new Float64Array(2).fill(7);
  const labels = Uint8Array.from([0]);
  const problem = { network, weights: Float64Array.of(0, 0, -800), target: Float64Array.of(1, 2, 3), labels };
  expect(createGradientMatch(problem).evaluate(Float64Array.of(1, 1), slope)).toBe(1);
  expect(slope).toEqual(new Float64Array(2));
});
