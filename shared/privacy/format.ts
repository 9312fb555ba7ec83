/** How ε is written: spent rounded up, remaining rounded down, so that no screen promises more than there is. */

/** The least multiple of 10^−digits that is not below the value. */
export function roundUp(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value;
  const nearest = Number(value.toFixed(digits));
  return nearest >= value ? nearest : Number((nearest + 10 ** -digits).toFixed(digits));
}

/** The largest multiple of 10^−digits that is not above the value. */
export function roundDown(value: number, digits: number): number {
  return -roundUp(-value, digits);
}

/** `2.31`, `∞`: a spend or a cost. */
export function formatEpsilonUp(epsilon: number, digits = 2): string {
  return epsilon === Infinity ? '∞' : roundUp(epsilon, digits).toFixed(digits);
}

/** `1.53`, never below `0.00`: what is left of a budget. */
export function formatRemainingDown(epsilon: number, digits = 2): string {
  return epsilon === Infinity ? '∞' : roundDown(Math.max(0, epsilon), digits).toFixed(digits);
}
