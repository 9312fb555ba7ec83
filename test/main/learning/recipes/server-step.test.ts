import {
  initialCheckpoint,
  parseCheckpoint,
  serialiseCheckpoint,
  type Checkpoint,
} from '#main/learning/recipes/checkpoint.ts';
import { preconditioner } from '#main/learning/recipes/few-rounds-server.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import type { TrainedVectors } from '#main/learning/recipes/training-terms.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { stepsOfRound } from '#shared/round/schedule.ts';
import { describe, expect, it } from 'vitest';
import { charterOf, PARAMETERS } from './charters.ts';

const included = [
  { bankId: 'bnk_a', tier: 512 },
  { bankId: 'bnk_b', tier: 1536 },
];
const W = 2048;

function someIntegers(seed: number, size: number): Float64Array {
  const random = publicRandom(seed);
  return Float64Array.from({ length: PARAMETERS }, () => Math.round(size * publicNormal(random)));
}

function expectVector(found: Float64Array, expected: (i: number) => number): void {
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected(i), 13);
  });
}

describe('few rounds', () => {
  const charter = charterOf('few-rounds', 1.5);
  if (charter.recipe.kind !== 'few-rounds') throw new TypeError('recipe');
  const { recipe } = charter;
  const gamma = 2 ** charter.grids.sum.exponent;
  const q = recipe.samplingRate;
  const noise = 2 * ((1.5 * 0.3) / (q * W)) ** 2;
  const start = initialCheckpoint(charter);
  const firstSums: TrainedVectors = { difference: new Float64Array(PARAMETERS), sum: someIntegers(1, 5000) };
  const first = stepFromSums({ charter, checkpoint: start, sums: firstSums, included });

  it('takes the K steps of round 0 at the hub', () => {
    const K = stepsOfRound(recipe, 0);
    expect(K).toBe(4);
    const g = (i: number): number => (gamma * (firstSums.sum?.[i] ?? 0)) / (K * q * W);
    const rates = [0, 1, 2, 3].reduce((sum, t) => sum + 0.03 * (1 - (0.95 * t) / 500), 0);
    expectVector(first.lastMean, g);
    expectVector(first.momentum, (i) => (1 - 0.9 ** K) * g(i));
    expectVector(first.secondMoment, (i) => K * g(i) ** 2);
    expectVector(first.weights, (i) => {
      const move = g(i) / Math.sqrt(Math.max(K * g(i) ** 2, noise));
      return (start.weights[i] ?? 0) - rates * Math.max(-3, Math.min(3, move));
    });
    expect(first).toMatchObject({ round: 1, step: 4, roundSteps: 4, included });
  });

  it('averages by tiers and renews m, v and D in later rounds', () => {
    const sums = { difference: someIntegers(2, 1e6), sum: someIntegers(3, 5000) };
    const second = stepFromSums({ charter, checkpoint: first, sums, included });
    const K = stepsOfRound(recipe, 1);
    expect(K).toBe(7);
    const g = (i: number): number => (gamma * (sums.sum[i] ?? 0)) / (K * q * W);
    const v = (i: number): number => 0.3 * (first.secondMoment[i] ?? 0) + 0.7 * K * g(i) ** 2;
    expectVector(second.weights, (i) => (first.weights[i] ?? 0) + (2 ** -16 * (sums.difference[i] ?? 0)) / W);
    expectVector(second.momentum, (i) => 0.9 ** K * (first.momentum[i] ?? 0) + (1 - 0.9 ** K) * g(i));
    expectVector(second.secondMoment, v);
    const D = preconditioner(charter, recipe, second);
    const scale = Math.max(...D);
    expectVector(
      D.map((d) => d / scale),
      (i) => 1 / Math.sqrt(Math.max(v(i) / (1 - 0.3 ** 2), noise)) / scale,
    );
    expect(second).toMatchObject({ round: 2, step: 11, roundSteps: 7 });
  });

  it('never scales a coordinate of pure noise above 1/√ν', () => {
    const silent = stepFromSums({
      charter,
      checkpoint: start,
      sums: { difference: null, sum: new Float64Array(PARAMETERS) },
      included,
    });
    expectVector(preconditioner(charter, recipe, silent), () => 1 / Math.sqrt(noise));
    expect(silent.weights).toEqual(start.weights);
  });

  it('refuses sums that lack a vector', () => {
    const sums = { difference: null, sum: someIntegers(3, 10) };
    expect(() => stepFromSums({ charter, checkpoint: first, sums, included })).toThrow('difference');
  });
});

describe('one step a round', () => {
  const charter = charterOf('one-step', 1.5, 200);
  const gamma = 2 ** charter.grids.sum.exponent;

  it('divides by q times the tiers and applies bias-corrected Adam at the falling rate', () => {
    const start: Checkpoint = { ...initialCheckpoint(charter), round: 100, step: 100 };
    const sums = { difference: null, sum: someIntegers(4, 1000) };
    const next = stepFromSums({ charter, checkpoint: start, sums, included });
    expectVector(next.weights, (i) => {
      const g = (gamma * (sums.sum[i] ?? 0)) / (0.05 * W);
      const m = (0.1 * g) / (1 - 0.9 ** 101);
      const v = (0.01 * g * g) / (1 - 0.99 ** 101);
      const rate = 0.03 * (1 - 0.95 * 0.5);
      return (start.weights[i] ?? 0) - (rate * m) / (Math.sqrt(v) + 1e-8);
    });
    expect(next).toMatchObject({ round: 101, step: 101, roundSteps: 1 });
  });
});

describe('plain', () => {
  const sums = { difference: someIntegers(5, 1e8), sum: null };
  const mean = (i: number): number => (2 ** -20 * (sums.difference[i] ?? 0)) / W;

  it('FedAvg adds the mean difference', () => {
    const charter = charterOf('fedavg', 0);
    const start = initialCheckpoint(charter);
    const next = stepFromSums({ charter, checkpoint: start, sums, included });
    expectVector(next.weights, (i) => (start.weights[i] ?? 0) + mean(i));
  });

  it('FedAdam starts its second moment at τ²', () => {
    const charter = charterOf('fedadam', 0);
    const start = initialCheckpoint(charter);
    expect(start.secondMoment.every((v) => v === 1e-3 * 1e-3)).toBe(true);
    const next = stepFromSums({ charter, checkpoint: start, sums, included });
    expectVector(next.weights, (i) => {
      const d = mean(i);
      return (start.weights[i] ?? 0) + (0.05 * 0.4 * d) / (Math.sqrt(0.99 * 1e-6 + 0.01 * d * d) + 1e-3);
    });
  });

  it('FedAvgM keeps half of the last move', () => {
    const charter = charterOf('fedavgm', 0);
    const start = initialCheckpoint(charter);
    const one = stepFromSums({ charter, checkpoint: start, sums, included });
    const two = stepFromSums({ charter, checkpoint: one, sums, included });
    expectVector(two.weights, (i) => (start.weights[i] ?? 0) + mean(i) + 1.5 * mean(i));
  });
});

describe('a checkpoint as bytes', () => {
  const charter = charterOf('few-rounds', 1.5);
  const sums = { difference: new Float64Array(PARAMETERS), sum: someIntegers(1, 5000) };
  const checkpoint = stepFromSums({ charter, checkpoint: initialCheckpoint(charter), sums, included });
  const bytes = serialiseCheckpoint(checkpoint);

  it('comes back bit for bit', () => {
    expect(parseCheckpoint(bytes)).toEqual(checkpoint);
  });

  it('is found anywhere in a larger buffer', () => {
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes, 3);
    expect(parseCheckpoint(padded.subarray(3))).toEqual(checkpoint);
  });

  it('changes with every part of the state', () => {
    const others: Checkpoint[] = [
      { ...checkpoint, round: 2 },
      { ...checkpoint, step: 5 },
      { ...checkpoint, roundSteps: 5 },
      { ...checkpoint, included: included.slice(0, 1) },
      ...(['weights', 'momentum', 'secondMoment', 'lastMean'] as const).map((name) => ({
        ...checkpoint,
        [name]: checkpoint[name].map((v, i) => (i === 7 ? v + 2 ** -40 : v)),
      })),
    ];
    for (const other of others) expect(serialiseCheckpoint(other)).not.toEqual(bytes);
  });

  it('refuses a cut or lengthened file', () => {
    expect(() => parseCheckpoint(bytes.subarray(0, bytes.length - 1))).toThrow(RangeError);
    expect(() => parseCheckpoint(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
  });
});
