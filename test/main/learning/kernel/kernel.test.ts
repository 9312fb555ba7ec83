import { createHash } from 'node:crypto';
import { clipLimit, type EngineSetup, type GradientEngine } from '#main/learning/engine.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { initialWeights } from '#main/learning/model/initial-weights.ts';
import { euclideanNorm, referenceClippedSum, referenceForward } from '#main/learning/model/reference.ts';
import { describe, expect, it } from 'vitest';
import {
  ghostTrainingSet,
  ghostVectors,
  largestDifference,
  range,
  rowAt,
  someRows,
  someWeights,
} from '../examples.ts';

function oneThread(setup: Omit<EngineSetup, 'unit'>): GradientEngine {
  return createKernel({ ...setup, unit: 'row', threads: 1, startThread: () => undefined });
}

/** Shapes at the edges of the padding: below, at and above 4 and 16, one to five layers of weights. */
const SHAPES = [
  [21, 64, 32, 1],
  [34, 64, 32, 1],
  [5, 1],
  [4, 16, 1],
  [1, 1, 1],
  [7, 17, 15, 3, 1],
  [3, 200, 9, 33, 16, 1],
];

describe.each(['tanh', 'relu'] as const)('the kernel against the float64 reference, %s', (activation) => {
  it.each(SHAPES.map((layers) => ({ layers })))('$layers', ({ layers }) => {
    const network = { layers, activation };
    const weights = someWeights(layers, 11);
    const data = someRows(layers[0] ?? 0, 131, 12);
    const engine = oneThread({ network, data });
    const rows = range(0, 131).filter((row) => row % 7 !== 3);
    for (const clippingNorm of [0.3, null]) {
      const found = engine.gradientSum({ weights, rows, clippingNorm });
      const expected = referenceClippedSum(network, weights, {
        rows: [...rows].map((row) => rowAt(data, row)),
        clippingNorm: clippingNorm === null ? null : clipLimit(clippingNorm),
      });
      expect(largestDifference(found.sum, expected)).toBeLessThan(
        3e-7 * Math.max(1, euclideanNorm(expected)),
      );
      expect(found.nonFiniteRows).toBe(0);
    }
  });
});

describe('the kernel against the published vectors', () => {
  const ghost = ghostVectors();
  const engine = oneThread({ network: ghost.network, data: ghostTrainingSet(ghost) });
  const unweighted = ghost.lossWeights.flatMap((weight, row) => (weight === 1 ? [row] : []));

  it.each(unweighted)('row %i has the norm of the vectors', (row) => {
    const rows = Uint32Array.of(row);
    const { sum } = engine.gradientSum({ weights: ghost.weights, rows, clippingNorm: null });
    expect(euclideanNorm(sum) ** 2).toBeCloseTo(ghost.squaredNorms[row] ?? Number.NaN, 6);
  });

  it('clips each row to the norm of the vectors', () => {
    const clippingNorm = 0.55;
    for (const row of unweighted) {
      const { sum, clippedUnits } = engine.gradientSum({
        weights: ghost.weights,
        rows: Uint32Array.of(row),
        clippingNorm,
      });
      const norm = Math.sqrt(ghost.squaredNorms[row] ?? Number.NaN);
      expect(euclideanNorm(sum)).toBeCloseTo(Math.min(norm, clipLimit(clippingNorm)), 6);
      expect(clippedUnits).toBe(norm > clippingNorm ? 1 : 0);
    }
  });
});

describe('the clip', () => {
  const network = { layers: [6, 20, 1], activation: 'tanh' } as const;

  it('bounds the change by any one row, float32 rounding included', () => {
    const weights = someWeights(network.layers, 5).map((w) => 3 * w);
    const data = someRows(6, 640, 6);
    const engine = oneThread({ network, data });
    const clippingNorm = 0.05;
    const all = range(0, 640);
    const { sum, clippedUnits } = engine.gradientSum({ weights, rows: all, clippingNorm });
    expect(clippedUnits).toBeGreaterThan(300);
    for (const without of [0, 63, 64, 100, 639]) {
      const rows = all.filter((row) => row !== without);
      const other = engine.gradientSum({ weights, rows, clippingNorm }).sum;
      expect(euclideanNorm(sum.map((value, i) => value - (other[i] ?? 0)))).toBeLessThanOrEqual(clippingNorm);
    }
  });

  it('leaves a row alone that is below it', () => {
    const weights = someWeights(network.layers, 5);
    const engine = oneThread({ network, data: someRows(6, 3, 6) });
    const request = { weights, rows: range(0, 3) };
    const free = engine.gradientSum({ ...request, clippingNorm: null });
    const clipped = engine.gradientSum({ ...request, clippingNorm: 1000 });
    expect(clipped).toEqual(free);
  });
});

describe('rows that are not finite', () => {
  const network = { layers: [4, 18, 5, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 7);

  it.each([
    ['NaN', Number.NaN, 0.3],
    ['infinite', Number.POSITIVE_INFINITY, 0.3],
    ['beyond float32 when squared', 3e38, 0.3],
    ['NaN, not clipped', Number.NaN, null],
    ['infinite, not clipped', Number.NEGATIVE_INFINITY, null],
  ])('%s: counted, and the sum is that of the others', (_, value, clippingNorm) => {
    const data = someRows(4, 9, 8);
    for (const row of [0, 5, 8]) data.features[row * 4 + 2] = value;
    const engine = oneThread({ network, data });
    const found = engine.gradientSum({ weights, rows: range(0, 9), clippingNorm });
    expect(found.nonFiniteRows).toBe(3);
    const good = engine.gradientSum({ weights, rows: Uint32Array.of(1, 2, 3, 4, 6, 7), clippingNorm });
    expect(good.nonFiniteRows).toBe(0);
    expect(largestDifference(found.sum, good.sum)).toBeLessThan(1e-6);
    expect(euclideanNorm(found.sum)).toBeGreaterThan(0.1);
  });

  it('NaN weights leave a sum of zeros, never NaN', () => {
    const engine = oneThread({ network, data: someRows(4, 70, 8) });
    const broken = weights.map((w, i) => (i === 20 ? Number.NaN : w));
    const found = engine.gradientSum({ weights: broken, rows: range(0, 70), clippingNorm: 0.3 });
    expect(found.nonFiniteRows).toBe(70);
    expect(found.sum.every((value) => value === 0)).toBe(true);
  });
});

describe('what the kernel is asked', () => {
  const network = { layers: [4, 8, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 7);
  const data = someRows(4, 10, 8);

  it('an empty batch has a sum of zeros', () => {
    const found = oneThread({ network, data }).gradientSum({
      weights,
      rows: new Uint32Array(),
      clippingNorm: 0.3,
    });
    expect(found.sum).toEqual(new Float64Array(weights.length));
  });

  it('refuses a row that is not there', () => {
    const engine = oneThread({ network, data });
    expect(() => engine.gradientSum({ weights, rows: Uint32Array.of(3, 10), clippingNorm: 0.3 })).toThrow(
      RangeError,
    );
  });
});

it('gives these very bits on every machine', () => {
  const network = { layers: [21, 64, 32, 1], activation: 'tanh' } as const;
  const weights = initialWeights({ layers: network.layers, seed: 1, outputBias: -4.8 });
  const engine = oneThread({ network, data: someRows(21, 1000, 13) });
  const { sum } = engine.gradientSum({ weights, rows: range(0, 1000), clippingNorm: 0.3 });
  const hash = createHash('sha256').update(new Uint8Array(sum.buffer)).digest('hex');
  expect(hash.slice(0, 16)).toBe('c12e2caa700e7494');
});

it('predicts the logits of the reference, over several chunks', () => {
  const network = { layers: [21, 64, 32, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 2);
  const data = someRows(21, 4099, 3);
  const logits = createPredictor(network, weights).logits(data.features);
  expect(logits).toHaveLength(4099);
  for (const row of [0, 1, 4095, 4096, 4098]) {
    const expected = referenceForward(network, weights, rowAt(data, row).features).at(-1)?.[0] ?? Number.NaN;
    expect(Math.abs((logits[row] ?? Number.NaN) - expected)).toBeLessThan(2e-5);
  }
});
