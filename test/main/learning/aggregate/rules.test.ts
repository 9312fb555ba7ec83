import { wholePower } from '#main/learning/aggregate/powers.ts';
import {
  adamStep,
  fedAdamStep,
  fedAvgMStep,
  fedAvgStep,
  type ServerState,
} from '#main/learning/aggregate/rules.ts';
import { describe, expect, it } from 'vitest';
import vectors from '../../../vectors/aggregators.json' with { type: 'json' };

type Rule = (state: ServerState, mean: Float64Array) => ServerState;

const start = (secondMoment: number): ServerState => ({
  weights: Float64Array.from(vectors.x0),
  momentum: new Float64Array(4),
  secondMoment: new Float64Array(4).fill(secondMoment),
});

/** Weighted mean of the seven updates. */
function mean(updates: readonly (readonly number[])[]): Float64Array {
  const all = vectors.weights.reduce((a, b) => a + b, 0);
  return Float64Array.from({ length: 4 }, (_, i) =>
    updates.reduce((sum, update, bank) => sum + ((vectors.weights[bank] ?? 0) / all) * (update[i] ?? 0), 0),
  );
}

function twoRounds(rule: Rule, first: ServerState): readonly number[][] {
  const one = rule(first, mean(vectors.updates));
  const two = rule(one, mean(vectors.updates_round2));
  return [[...one.weights], [...two.weights]];
}

function expectClose(found: readonly number[][], expected: readonly (readonly number[])[]): void {
  expected.forEach((round, r) => {
    round.forEach((value, i) => {
      expect(found[r]?.[i]).toBeCloseTo(value, 12);
    });
  });
}

describe('the rules against the published vectors', () => {
  it('FedAvg', () => {
    const { weights } = fedAvgStep(start(0), mean(vectors.updates));
    vectors.fedavg.forEach((value, i) => {
      expect((weights[i] ?? 0) - (vectors.x0[i] ?? 0)).toBeCloseTo(value, 12);
    });
  });

  it('FedAvgM, β .9', () => {
    const rule: Rule = (state, d) => fedAvgMStep(state, d, { beta: 0.9, serverLearningRate: 1 });
    expectClose(twoRounds(rule, start(0)), vectors.fedavgm);
  });

  it('FedAdam of Reddi et al.: v₀ = τ², no bias correction', () => {
    const settings = { serverLearningRate: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 };
    expectClose(
      twoRounds((state, d) => fedAdamStep(state, d, settings), start(1e-6)),
      vectors.fedadam,
    );
  });
});

describe('Adam of Kingma and Ba', () => {
  it('moves by the learning rate in its first step, whatever the gradient', () => {
    const settings = { learningRate: 0.03, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, step: 1 };
    const { weights } = adamStep(start(0), Float64Array.of(5, -1e-3, 2, 0), settings);
    expect((weights[0] ?? 0) - (vectors.x0[0] ?? 0)).toBeCloseTo(-0.03, 9);
    expect((weights[1] ?? 0) - (vectors.x0[1] ?? 0)).toBeCloseTo(0.03, 6);
    expect(weights[3]).toBe(vectors.x0[3]);
  });

  it('follows the paper in a later step', () => {
    const state = {
      weights: Float64Array.of(1),
      momentum: Float64Array.of(0.2),
      secondMoment: Float64Array.of(0.09),
    };
    const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, step: 7 };
    const m = 0.9 * 0.2 + 0.1 * 0.5;
    const v = 0.99 * 0.09 + 0.01 * 0.25;
    const expected = 1 - (0.1 * (m / (1 - 0.9 ** 7))) / (Math.sqrt(v / (1 - 0.99 ** 7)) + 1e-3);
    expect(adamStep(state, Float64Array.of(0.5), settings).weights[0]).toBeCloseTo(expected, 14);
  });
});

it('takes whole powers by multiplication', () => {
  expect(wholePower(0.9, 0)).toBe(1);
  expect(wholePower(0.9, 3)).toBe(0.9 * 0.9 * 0.9);
  expect(wholePower(0.3, 25)).toBeCloseTo(0.3 ** 25, 24);
});
