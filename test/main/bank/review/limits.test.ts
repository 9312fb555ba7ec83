/** The limits that a review offers for the following rounds. */
import { expect, it } from 'vitest';
import { defaultLimits } from '#main/bank/review/limits.ts';

it('offers limits with few decimals, rounded to the wider side', () => {
  const offered = defaultLimits({ noiseRatio: 1.07423294935, dearestRound: 0.377084977623736 });
  expect(offered.maximumNoiseRatio).toBe(2.15);
  expect(offered.maximumEpsilonPerRound).toBe(0.3775);
});

it('offers a limit above zero for a round that costs nothing', () => {
  expect(defaultLimits({ noiseRatio: null, dearestRound: 0 })).toMatchObject({
    maximumNoiseRatio: 2,
    maximumEpsilonPerRound: 0.0001,
  });
});
