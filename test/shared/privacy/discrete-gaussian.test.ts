/** Discrete noise accounted for as continuous never counts less than it costs: exact ε of Canonne, Kamath and Steinke 2020, Theorem 7. */
import { gaussianEpsilon } from '#shared/privacy/analytic-gaussian.ts';
import { ACCOUNTED_SHARE, histogramMechanism } from '#shared/round/evaluation.ts';
import { expect, it } from 'vitest';

const DELTA = 5e-7;

/**
 * Exact ε of one count of sensitivity `shift` with discrete Gaussian noise: δ(ε) = P(L > ε) − e^ε·P'(L > ε), by bisection.
 */
function exactEpsilon(deviation: number, shift = 1, delta = DELTA): number {
  const variance = deviation * deviation;
  const reach = 14 * deviation;
  const weight = (x: number): number => Math.exp((-x * x) / (2 * variance));
  let total = 0;
  for (let x = -reach; x <= reach; x++) total += weight(x);
  const deltaAt = (epsilon: number): number => {
    let sum = 0;
    for (let x = -reach; x <= reach; x++) {
      const loss = ((2 * x + shift) * shift) / (2 * variance);
      if (loss > epsilon) sum += (weight(x) / total) * -Math.expm1(epsilon - loss);
    }
    return sum;
  };
  let [low, high] = [0, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (deltaAt(middle) > delta) low = middle;
    else high = middle;
  }
  return high;
}

it.each([5, 10, 20, 40])('noise of deviation %i is charged as no less than it costs', (deviation) => {
  const charged = gaussianEpsilon(ACCOUNTED_SHARE * deviation, DELTA);
  expect(exactEpsilon(deviation)).toBeLessThanOrEqual(charged);
  expect(exactEpsilon(deviation)).toBeGreaterThan(0.995 * charged);
});

// the curve runs in steps: how far it is above the continuous one depends on where δ meets a step
it.each([1, 2, 3, 5, 10])('at every δ too, where one unit counts %i rows', (shift) => {
  for (const deviation of [5, 7, 10])
    for (let power = 12; power >= 3; power -= 0.125) {
      const charged = gaussianEpsilon((ACCOUNTED_SHARE * deviation) / shift, 10 ** -power);
      if (charged > 1e-3) expect(exactEpsilon(deviation, shift, 10 ** -power)).toBeLessThanOrEqual(charged);
    }
});

it('a histogram is charged with the rows that one unit counts', () => {
  const histogram = { kind: 'on', everyRounds: 8, noiseStandardDeviation: 30, rowsPerUnit: 3 } as const;
  const steps = { samplingRate: 1, steps: 1 };
  expect(histogramMechanism(histogram)).toEqual({ ...steps, noiseMultiplier: (ACCOUNTED_SHARE * 30) / 3 });
  // the exact cost of all three rows in one bin
  expect(gaussianEpsilon(histogramMechanism(histogram)?.noiseMultiplier ?? Infinity, 1e-5)).toBeGreaterThan(
    exactEpsilon(30, 3, 1e-5),
  );
});

it('would be more for hardly any noise', () => {
  expect(exactEpsilon(1) / gaussianEpsilon(ACCOUNTED_SHARE, DELTA)).toBeGreaterThan(1.01);
});
