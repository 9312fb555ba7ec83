import { rowsByAccount } from '#main/learning/dp-sgd/account-rows.ts';
import type { GradientEngine, GradientRequest } from '#main/learning/engine.ts';
import {
  noiseGridExponent,
  noisyIntegers,
  noisySums,
  type NoisySumTerms,
} from '#main/learning/dp-sgd/noisy-sums.ts';
import { toIntegers } from '#main/learning/dp-sgd/rounding.ts';
import { createChance } from '#main/learning/kernel/chance.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../fakes/random.ts';
import { hasDeviation } from './moments.ts';

/** Every row's gradient is the same small vector, so that a sum tells its batch. */
function countingEngine(seen: GradientRequest[] = []): GradientEngine {
  return {
    gradientSum: (request) => {
      seen.push({ ...request, rows: request.rows.slice() });
      request.meanwhile?.();
      const sum = new Float64Array(request.weights.length).fill(request.rows.length / 4);
      return { sum, clippedUnits: 1, nonFiniteRows: 0 };
    },
    close: () => undefined,
  };
}

const NOTHING = { kind: 'rows', count: 0 } as const;

const terms: NoisySumTerms = {
  units: { kind: 'rows', count: 1000 },
  samplingRate: 0.05,
  clippingNorm: 0.5,
  noiseStandardDeviation: 0.1,
  gridStep: 2 ** noiseGridExponent(0.1),
  bound: 2 ** 40,
};

function drawSums(
  changed: Partial<NoisySumTerms>,
  count: number,
  parameters = 4000,
): readonly Float64Array[] {
  const chance = createChance(aesKeystream(seededRandom('noisy sums')));
  const sums = noisySums(countingEngine(), { ...terms, ...changed }, chance);
  const weights = new Float64Array(parameters);
  return Array.from({ length: count }, () => sums.next(weights).integers);
}

describe('a noisy sum', () => {
  it('carries noise of deviation 0.1 on every number, also when the batch is empty', () => {
    for (const count of [0, 1000]) {
      const [integers] = drawSums({ units: { kind: 'rows', count } }, 1, 100_000);
      const values = (integers ?? new Float64Array()).map((k) => k * terms.gridStep);
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      // the batch adds whole quarters; with no unit it adds nothing
      expect(Math.abs(mean * 4 - Math.round(mean * 4))).toBeLessThan(0.01);
      if (count === 0) expect(Math.abs(mean)).toBeLessThan(0.002);
      expect(
        hasDeviation(
          values.map((v) => v - Math.round(mean * 4) / 4),
          0.1,
        ),
      ).toBe(true);
    }
  });

  it('has its noise also when the engine does nothing meanwhile', () => {
    const engine = countingEngine();
    const idle: GradientEngine = {
      gradientSum: ({ weights, rows, clippingNorm }) => engine.gradientSum({ weights, rows, clippingNorm }),
      close: () => undefined,
    };
    const chance = createChance(aesKeystream(seededRandom('idle')));
    const { integers } = noisySums(idle, { ...terms, units: NOTHING }, chance).next(new Float64Array(20_000));
    expect(
      hasDeviation(
        integers.map((k) => k * terms.gridStep),
        0.1,
      ),
    ).toBe(true);
  });

  it('has fresh noise in each step', () => {
    const [first, second] = drawSums({ units: NOTHING }, 2);
    expect(second).not.toEqual(first);
  });

  it('is on the grid: whole numbers, of which the grid keeps ten bits of the deviation', () => {
    const [integers] = drawSums({}, 1);
    expect(integers?.every(Number.isSafeInteger)).toBe(true);
    expect(terms.gridStep).toBe(2 ** -13);
    expect(0.1 / terms.gridStep).toBeGreaterThan(512);
    expect(0.1 / terms.gridStep).toBeLessThanOrEqual(1024);
  });

  it('stays within the bound', () => {
    const [integers] = drawSums({ bound: 500 }, 1);
    expect(integers?.some((k) => k === 500)).toBe(true);
    expect(integers?.every((k) => Math.abs(k) <= 500)).toBe(true);
  });

  it('without noise is the rounded sum alone', () => {
    const [integers] = drawSums({ noiseStandardDeviation: 0, samplingRate: 1, gridStep: 2 ** -20 }, 1, 3);
    expect(integers).toEqual(new Float64Array(3).fill(250 * 2 ** 20));
  });

  it('of accounts asks for whole accounts, and is noisy without any', () => {
    const seen: GradientRequest[] = [];
    const accounts = rowsByAccount(Uint32Array.from({ length: 900 }, (_, row) => row % 300));
    const chance = createChance(aesKeystream(seededRandom('accounts')));
    const byAccount = { ...terms, units: { kind: 'accounts', accounts } as const, samplingRate: 0.2 };
    const { figures } = noisySums(countingEngine(seen), byAccount, chance).next(new Float64Array(2));
    const [request] = seen;
    expect(request?.accountEnds?.length).toBe(figures.sampledUnits);
    expect(figures.sampledRows).toBe(3 * figures.sampledUnits);
    expect(figures.sampledUnits).toBeGreaterThan(30);
    const none = rowsByAccount(new Uint32Array());
    const [empty] = drawSums({ units: { kind: 'accounts', accounts: none } }, 1, 20_000);
    expect(hasDeviation(empty?.map((k) => k * terms.gridStep) ?? new Float64Array(), 0.1)).toBe(true);
  });

  it('asks the engine for a fresh Poisson batch, clipped at the norm of the charter', () => {
    const seen: GradientRequest[] = [];
    const sums = noisySums(countingEngine(seen), terms, createChance(aesKeystream(seededRandom(5))));
    const { figures } = sums.next(new Float64Array(2));
    sums.next(new Float64Array(2));
    expect(seen.map(({ clippingNorm }) => clippingNorm)).toEqual([0.5, 0.5]);
    expect(seen[0]?.rows).not.toEqual(seen[1]?.rows);
    expect(figures).toEqual({
      sampledUnits: seen[0]?.rows.length,
      sampledRows: seen[0]?.rows.length,
      clippedUnits: 1,
      nonFiniteRows: 0,
    });
  });
});

describe('a noisy sum with exact noise', () => {
  const exact = { sampler: 'discrete-gaussian', gridStep: 2 ** -15 } as const;

  it('is the sum rounded to its grid plus whole noise of at least the deviation', () => {
    const steps = Math.ceil(0.1 / 2 ** -15);
    expect(steps).toBe(3277);
    const [none] = drawSums({ ...exact, units: NOTHING }, 1, 100_000);
    expect(none?.every(Number.isSafeInteger)).toBe(true);
    expect(hasDeviation(none ?? new Float64Array(), steps)).toBe(true);
    // all of 1,000 rows: 250 is 250 · 2^15 steps exactly
    const [all] = drawSums({ ...exact, samplingRate: 1 }, 1, 100_000);
    const noise = all?.map((k) => k - 250 * 2 ** 15) ?? new Float64Array();
    expect(hasDeviation(noise, steps)).toBe(true);
    expect(hasDeviation(noise, 0.9 * steps)).toBe(false);
  });

  it('stays within the bound, and a number that got no noise cannot be encoded', () => {
    const [integers] = drawSums({ ...exact, units: NOTHING, bound: 3000 }, 1);
    expect(integers?.every((k) => Math.abs(k) <= 3000)).toBe(true);
    expect(integers?.includes(3000)).toBe(true);
    const short = noisyIntegers(Float64Array.of(1, 2), Float64Array.of(5), { ...terms, ...exact });
    expect([short[0], short[1]]).toEqual([2 ** 15 + 5, Number.NaN]);
  });
});

it('a number that got no noise cannot be encoded', () => {
  const integers = noisyIntegers(Float64Array.of(1, 2), Float64Array.of(0.5), terms);
  expect(integers[1]).toBeNaN();
});

it('rounds to the nearest integer of the grid, with one zero', () => {
  const integers = toIntegers(Float64Array.of(0.26, -0.24, -0.1, 9, -9), { gridStep: 0.5, bound: 10 });
  expect([...integers]).toEqual([1, 0, 0, 10, -10]);
  expect(integers.some((k) => Object.is(k, -0))).toBe(false);
});
