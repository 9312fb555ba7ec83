/** Discrete noise accounted for as continuous never counts less than it costs: exact ε of Canonne, Kamath and Steinke 2020, Theorem 7. */
import { gaussianEpsilon } from '#shared/privacy/analytic-gaussian.ts';
import { ACCOUNTED_SHARE } from '#shared/round/evaluation.ts';
import { expect, it } from 'vitest';

const DELTA = 5e-7;

/** Exact ε of one count of sensitivity 1 with discrete Gaussian noise: δ(ε) = P(L > ε) − e^ε·P'(L > ε), by bisection. */
function exactEpsilon(deviation: number): number {
  const variance = deviation * deviation;
  const reach = 14 * deviation;
  const weight = (x: number): number => Math.exp((-x * x) / (2 * variance));
  let total = 0;
  for (let x = -reach; x <= reach; x++) total += weight(x);
  const deltaAt = (epsilon: number): number => {
    let delta = 0;
    for (let x = -reach; x <= reach; x++) {
      const loss = (2 * x + 1) / (2 * variance);
      if (loss > epsilon) delta += (weight(x) / total) * -Math.expm1(epsilon - loss);
    }
    return delta;
  };
  let [low, high] = [0, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (deltaAt(middle) > DELTA) low = middle;
    else high = middle;
  }
  return high;
}

it.each([5, 10, 20, 40])('noise of deviation %i is charged as no less than it costs', (deviation) => {
  const charged = gaussianEpsilon(ACCOUNTED_SHARE * deviation, DELTA);
  expect(exactEpsilon(deviation)).toBeLessThanOrEqual(charged);
  expect(exactEpsilon(deviation)).toBeGreaterThan(0.995 * charged);
});

it('would be more for hardly any noise', () => {
  expect(exactEpsilon(1) / gaussianEpsilon(ACCOUNTED_SHARE, DELTA)).toBeGreaterThan(1.01);
});
