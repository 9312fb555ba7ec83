import {
  euclideanNorm,
  referenceClippedSum,
  referenceForward,
  referenceGradient,
} from '#main/learning/model/reference.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { describe, expect, it } from 'vitest';
import vectors from '../../../vectors/dpsgd-ghost-clipping.json' with { type: 'json' };
import { ghostVectors, largestDifference, rowAt, someRows, someWeights } from '../examples.ts';

describe('the float64 reference against the published vectors', () => {
  const ghost = ghostVectors();

  it('gives their logits', () => {
    const logits = ghost.rows.map(
      ({ features }) => referenceForward(ghost.network, ghost.weights, features).at(-1)?.[0],
    );
    logits.forEach((z, i) => {
      expect(z).toBeCloseTo(vectors.forward.z3[i] ?? Number.NaN, 13);
    });
  });

  it('gives their gradient norms and clip factors', () => {
    ghost.rows.forEach((row, i) => {
      const weight = ghost.lossWeights[i] ?? 0;
      const norm = weight * euclideanNorm(referenceGradient(ghost.network, ghost.weights, row));
      expect(norm ** 2).toBeCloseTo(ghost.squaredNorms[i] ?? Number.NaN, 12);
      const full = ghost.fullNorms[i] ?? Number.NaN;
      expect(Math.min(1, ghost.clip / Math.max(full, 1e-12))).toBeCloseTo(ghost.scales[i] ?? Number.NaN, 12);
    });
  });

  it('gives their clipped sum, the padded row adding nothing', () => {
    const sum = new Float64Array(parameterCount(ghost.network.layers));
    ghost.rows.forEach((row, i) => {
      const factor = (ghost.lossWeights[i] ?? 0) * (ghost.scales[i] ?? 0);
      referenceGradient(ghost.network, ghost.weights, row).forEach(
        (g, p) => (sum[p] = (sum[p] ?? 0) + factor * g),
      );
    });
    expect(largestDifference(sum, ghost.clippedSum)).toBeLessThan(1e-14);
  });
});

it('agrees with finite differences of the loss for tanh', () => {
  const network = { layers: [3, 5, 4, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 3);
  const row = { ...rowAt(someRows(3, 1, 4), 0), label: 1 };
  const loss = (w: Float64Array): number => {
    const z = referenceForward(network, w, row.features).at(-1)?.[0] ?? Number.NaN;
    return Math.log1p(Math.exp(-z));
  };
  const gradient = referenceGradient(network, weights, row);
  gradient.forEach((g, i) => {
    const shifted = (by: number): Float64Array => weights.map((w, k) => (k === i ? w + by : w));
    expect(g).toBeCloseTo((loss(shifted(1e-5)) - loss(shifted(-1e-5))) / 2e-5, 8);
  });
});

it('leaves out a row whose gradient is not finite', () => {
  const network = { layers: [2, 3, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 1);
  const good = { features: [0.3, -0.2], label: 1 };
  const bad = { features: [Number.NaN, 1], label: 0 };
  const both = referenceClippedSum(network, weights, { rows: [good, bad], clippingNorm: 0.1 });
  expect(both).toEqual(referenceClippedSum(network, weights, { rows: [good], clippingNorm: 0.1 }));
});
