/** Statistics that the noise tests decide by. */

/** Sample variance of values whose mean is known to be 0. */
export function variance(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v * v, 0) / values.length;
}

/** Whether these normal draws have the stated standard deviation: within 6.1 standard errors, one in a billion wrong. */
export function hasDeviation(values: Float64Array, deviation: number): boolean {
  const error = Math.abs(variance(values) / (deviation * deviation) - 1);
  return error < 6.1 * Math.sqrt(2 / values.length);
}

/** Distance of the empirical distribution from the standard normal's (Kolmogorov and Smirnov), times √n; beyond 3.3 once in a billion. */
export function kolmogorovDistance(values: Float64Array): number {
  const sorted = values.slice().sort();
  let worst = 0;
  sorted.forEach((value, i) => {
    const p = normalCdf(value);
    worst = Math.max(worst, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  });
  return worst * Math.sqrt(sorted.length);
}

/** Φ by its Taylor series around 0, good for |x| < 6. */
function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; k < 120; k++) {
    term *= (-x * x) / (2 * k);
    sum += term / (2 * k + 1);
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}

export function correlation(a: Float64Array, b: Float64Array): number {
  const product = a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0) / a.length;
  return product / Math.sqrt(variance(a) * variance(b));
}
