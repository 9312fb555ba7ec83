/** Bisection for monotone questions, always answered on the side that is safe to use. */

export interface SearchOptions {
  /** A first guess, > 0. */
  readonly start: number;
  /** Relative width at which the search ends. */
  readonly tolerance: number;
  /** Beyond this the answer is Infinity. */
  readonly limit?: number;
}

/** Smallest positive x with isEnough(x), for a predicate that stays true once it is; from above. */
export function leastEnough(isEnough: (x: number) => boolean, options: SearchOptions): number {
  const { start, tolerance, limit = Infinity } = options;
  let enough = start;
  let short = 0;
  while (!isEnough(enough)) {
    if (enough > limit) return Infinity;
    [short, enough] = [enough, enough * 2];
  }
  for (let x = enough / 2; short === 0 && x > 0; x /= 2) {
    if (isEnough(x)) enough = x;
    else short = x;
  }
  while (enough - short > tolerance * enough) {
    const middle = (enough + short) / 2;
    if (middle <= short || middle >= enough) break;
    if (isEnough(middle)) enough = middle;
    else short = middle;
  }
  return enough;
}

/** Largest whole n ≥ 0 with isAllowed(n), for a predicate that stays false once it is; 0 counts as allowed. */
export function mostAllowed(isAllowed: (n: number) => boolean, start: number): number {
  let allowed = 0;
  let refused = Math.max(1, Math.floor(start));
  while (refused < Number.MAX_SAFE_INTEGER / 2 && isAllowed(refused))
    [allowed, refused] = [refused, refused * 2];
  while (refused - allowed > 1) {
    const middle = Math.floor((allowed + refused) / 2);
    if (isAllowed(middle)) allowed = middle;
    else refused = middle;
  }
  return allowed;
}
