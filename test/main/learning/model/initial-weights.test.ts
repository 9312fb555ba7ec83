import { createHash } from 'node:crypto';
import { initialWeights } from '#main/learning/model/initial-weights.ts';
import { layerSegments, parameterCount } from '#main/learning/model/layers.ts';
import {
  portableLog,
  publicPermutation,
  publicRandom,
  uniformInteger,
} from '#main/learning/model/public-random.ts';
import { describe, expect, it } from 'vitest';

const layers = [21, 64, 32, 1];

describe('the first weights', () => {
  const weights = initialWeights({ layers, seed: 1, outputBias: -4.8 });

  it('counts 3,521 parameters for 21-64-32-1', () => {
    expect(parameterCount(layers)).toBe(3521);
    expect(weights).toHaveLength(3521);
  });

  it('have biases of zero and the agreed output bias', () => {
    for (const { biases, outputs } of layerSegments(layers).slice(0, -1))
      expect(weights.subarray(biases, biases + outputs).every((b) => b === 0)).toBe(true);
    expect(weights.at(-1)).toBe(-4.8);
  });

  it('have variance 1/inputs in each layer', () => {
    for (const { inputs, outputs, weights: at } of layerSegments(layers).slice(0, -1)) {
      const drawn = weights.subarray(at, at + inputs * outputs);
      const variance = drawn.reduce((sum, w) => sum + w * w, 0) / drawn.length;
      // four standard errors of a variance, √(2/n) each
      expect(Math.abs(variance * inputs - 1)).toBeLessThan(4 * Math.sqrt(2 / drawn.length));
    }
  });

  it('are these very bits on every machine', () => {
    expect(createHash('sha256').update(new Uint8Array(weights.buffer)).digest('hex').slice(0, 16)).toBe(
      '9cc52d9b4ea698eb',
    );
  });

  it('differ with the seed', () => {
    expect(initialWeights({ layers, seed: 2, outputBias: -4.8 })[0]).not.toBe(weights[0]);
  });
});

it('takes logarithms to the last digits', () => {
  for (const x of [1, 0.9999, 0.7072, 0.7071, 0.5, 0.1, 1e-3, 2 ** -33, 1e-12])
    expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.abs(Math.log(x)));
});

it('draws whole numbers without bias', () => {
  const random = publicRandom(9);
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 70_000; i++) {
    const draw = uniformInteger(random, 7);
    counts[draw] = (counts[draw] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  // 99.9 % point of χ² with 6 degrees of freedom
  expect(chiSquare).toBeLessThan(22.5);
});

it('permutes every number once', () => {
  const order = publicPermutation(publicRandom(4), 1000);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect([...order.subarray(0, 10)]).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
