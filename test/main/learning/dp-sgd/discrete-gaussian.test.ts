/** Limits are set at about six standard errors, so that a right build fails one run in a billion. */
import { createDiscreteGaussian } from '#main/learning/dp-sgd/discrete-gaussian.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../fakes/random.ts';
import { correlation, hasDeviation, kolmogorovDistance } from './moments.ts';

function draws(deviation: number, count: number, seed = `discrete ${String(deviation)}`): Float64Array {
  const values = new Float64Array(count);
  createDiscreteGaussian(aesKeystream(seededRandom(seed))).fill(values, deviation);
  return values;
}

/** P(x) for |x| ≤ most, and the rest as the last number. */
function masses(deviation: number, most: number): readonly number[] {
  const weight = (x: number): number => Math.exp(-(x * x) / (2 * deviation * deviation));
  let total = 1;
  for (let x = 1; x < 40 * deviation; x++) total += 2 * weight(x);
  const inside = Array.from({ length: 2 * most + 1 }, (_, i) => weight(i - most) / total);
  return [...inside, 1 - inside.reduce((sum, mass) => sum + mass, 0)];
}

/** Standard errors that χ² lies above its mean (Wilson and Hilferty 1931). */
function chiSquareExcess(values: Float64Array, deviation: number): number {
  const most = Math.ceil(3 * deviation);
  const expected = masses(deviation, most).map((mass) => mass * values.length);
  const found = new Float64Array(expected.length);
  for (const value of values) {
    const cell = Math.abs(value) <= most ? value + most : expected.length - 1;
    found[cell] = (found[cell] ?? 0) + 1;
  }
  const chiSquare = expected.reduce((sum, mean, cell) => sum + ((found[cell] ?? 0) - mean) ** 2 / mean, 0);
  const freedom = expected.length - 1;
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(chiSquare / freedom) - (1 - spread)) / Math.sqrt(spread);
}

const COUNT = 200_000;

describe.each([1, 3, 10])('discrete Gaussian noise of deviation %i', (deviation) => {
  const values = draws(deviation, COUNT);

  it('is whole, with one zero', () => {
    expect(values.every(Number.isInteger)).toBe(true);
    expect(values.some((value) => Object.is(value, -0))).toBe(false);
  });

  it('has the distribution e^(−x²/2σ²), number by number', () => {
    expect(chiSquareExcess(values, deviation)).toBeLessThan(6);
    // the test can tell: every eighth ±1 a zero, as where its sign is not drawn again, and every twentieth draw a zero
    const random = publicRandom(1);
    const twiceZero = values.map((value) => (Math.abs(value) === 1 && random.next() % 8 === 0 ? 0 : value));
    expect(chiSquareExcess(twiceZero, deviation)).toBeGreaterThan(6);
    const missing = values.map((value) => (random.next() % 20 === 0 ? 0 : value));
    expect(chiSquareExcess(missing, deviation)).toBeGreaterThan(6);
  });

  it('has mean 0 and the fourth moment of a normal', () => {
    const mean = values.reduce((sum, v) => sum + v, 0) / COUNT / deviation;
    expect(Math.abs(mean)).toBeLessThan(6 / Math.sqrt(COUNT));
    const fourth = values.reduce((sum, v) => sum + (v / deviation) ** 4, 0) / COUNT;
    expect(Math.abs(fourth - 3)).toBeLessThan(6 * Math.sqrt(96 / COUNT));
  });

  it('has tails: as many beyond 4σ as it should', () => {
    const beyond = values.filter((v) => Math.abs(v) > 4 * deviation).length;
    const expected = (masses(deviation, 4 * deviation).at(-1) ?? 0) * COUNT;
    expect(Math.abs(beyond - expected)).toBeLessThan(6 * Math.sqrt(expected) + 4);
  });

  it('has draws that do not depend on their neighbours', () => {
    for (const lag of [1, 2, 3])
      expect(Math.abs(correlation(values.subarray(0, -lag), values.subarray(lag)))).toBeLessThan(
        6 / Math.sqrt(COUNT),
      );
  });
});

it('is not a rounded normal: at deviation 1 the rounding shows', () => {
  const random = publicRandom(2);
  const rounded = Float64Array.from({ length: COUNT }, () => Math.round(publicNormal(random)) + 0);
  expect(chiSquareExcess(rounded, 1)).toBeGreaterThan(6);
});

it('is as wide as a normal at the largest deviation, where squares leave 2^53', () => {
  const values = draws(4096, COUNT);
  expect(kolmogorovDistance(values.map((v) => v / 4096))).toBeLessThan(3.3);
  expect(hasDeviation(values, 4096)).toBe(true);
  expect(values.some((value) => Math.abs(value) > 4 * 4096)).toBe(true);
});

it('differs with the key, and is never drawn twice', () => {
  const gaussian = createDiscreteGaussian(aesKeystream(seededRandom('twice')));
  const [first, second] = [new Float64Array(20), new Float64Array(20)];
  gaussian.fill(first, 10);
  gaussian.fill(second, 10);
  expect(second).not.toEqual(first);
  expect(draws(10, 20, 'another')).not.toEqual(first);
});

it.each([0, 0.5, -3, 4097, Number.NaN])('refuses the deviation %d', (deviation) => {
  expect(() => draws(deviation, 1)).toThrow(RangeError);
});
