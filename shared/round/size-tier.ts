/** Public size tiers: all that a bank says about how many training units it has. */

/** The largest 2^k or 1.5·2^k not above `units` (… 512, 768, 1,024, 1,536 …); 0 for no unit. */
export function sizeTier(units: number): number {
  if (units < 1) return 0;
  let power = 1;
  while (power * 2 <= units) power *= 2;
  return power >= 2 && power * 1.5 <= units ? power * 1.5 : power;
}

/** The tier after this one: an upper bound on the units behind a declared tier (δ < 1 / (10 × it)). */
export function nextTier(tier: number): number {
  let power = 1;
  while (power * 2 <= tier) power *= 2;
  if (tier === power) return power >= 2 ? power * 1.5 : power * 2;
  return power * 2;
}
