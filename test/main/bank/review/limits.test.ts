/** The limits that a review offers for the following rounds. */
import { expect, it } from 'vitest';
import { defaultLimits } from '#main/bank/review/limits.ts';

it('offers limits with few decimals, rounded to the wider side', () => {
  const offered = defaultLimits({
    noiseRatio: 1.07423294935,
    cosine: 0.142,
    dearestRound: 0.377084977623736,
  });
  expect(offered.maximumNoiseRatio).toBe(2.15);
  expect(offered.maximumEpsilonPerRound).toBe(0.3775);
});

it('offers a limit above zero for a round that costs nothing', () => {
  expect(defaultLimits({ noiseRatio: null, cosine: null, dearestRound: 0 })).toMatchObject({
    maximumNoiseRatio: 2,
    maximumEpsilonPerRound: 0.0001,
  });
});

it('lets no following round turn against what was published, unless the reviewed one does', () => {
  const least = (cosine: number | null): number =>
    defaultLimits({ noiseRatio: 1, cosine, dearestRound: 0.1 }).minimumCosine;
  expect([0.9, 0.142, 0, null].map(least)).toEqual([-0.5, -0.5, -0.5, -0.5]);
  expect(least(-0.007)).toBe(-0.51);
  expect(least(-0.4)).toBe(-0.9);
  expect(least(-0.83)).toBe(-1);
});
