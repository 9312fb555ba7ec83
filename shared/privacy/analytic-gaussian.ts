/**
 * The Gaussian mechanism without subsampling, exactly: Balle and Wang 2018 (arXiv:1805.06530), Theorem 8.
 * Both answers are on the safe side of the bisection; relative error below 1e-9.
 */
import { logNormalCdf } from './erf.ts';
import { assertDelta } from './mechanism.ts';
import { leastEnough } from './search.ts';

/** Least ε at δ of one release with noise standard deviation sigma × L2 sensitivity. */
export function gaussianEpsilon(sigma: number, delta: number): number {
  assertDelta(delta);
  if (sigma === 0) return Infinity;
  const logDelta = Math.log(delta);
  const isEnough = (epsilon: number): boolean => gaussianLogDelta(sigma, epsilon) <= logDelta;
  if (isEnough(0)) return 0;
  return leastEnough(isEnough, { start: 1 / sigma, tolerance: 1e-14 });
}

/** Least sigma for which one release is (ε, δ)-DP; ε > 0. */
export function gaussianSigma(epsilon: number, delta: number): number {
  assertDelta(delta);
  const logDelta = Math.log(delta);
  return leastEnough((sigma) => gaussianLogDelta(sigma, epsilon) <= logDelta, { start: 1, tolerance: 1e-14 });
}

/** log δ(ε) = log(Φ(1/2σ − εσ) − e^ε·Φ(−1/2σ − εσ)). */
function gaussianLogDelta(sigma: number, epsilon: number): number {
  const near = logNormalCdf(1 / (2 * sigma) - epsilon * sigma);
  const far = epsilon + logNormalCdf(-1 / (2 * sigma) - epsilon * sigma);
  return far >= near ? -Infinity : near + Math.log(-Math.expm1(far - near));
}
