/** How much noise the charter puts on one noisy sum of one bank, and as what it is accounted for. */
import type { Charter } from '#shared/round/charter.ts';
import { parameterCount } from '../model/layers.ts';

/** σ·C for full noise; σ·C/√t_h for noise shared by the t_h survivors that secure aggregation guarantees; 0 without. */
export function noiseStandardDeviation(charter: Pick<Charter, 'privacy' | 'secureAggregation'>): number {
  const { noise, noiseMultiplier, clippingNorm } = charter.privacy;
  const full = noiseMultiplier * (clippingNorm ?? 0);
  if (noise === 'full' || charter.secureAggregation.kind === 'off') return full;
  return full / Math.sqrt(charter.secureAggregation.threshold);
}

/**
 * The noise multiplier that the ledger charges. Exact noise is added to the sum rounded to its grid, and rounding moves
 * each of the d numbers of two neighbouring sums by up to γ/2: the sensitivity is at most C + γ√d, so it is accounted as
 * zC/(C + γ√d) (compare Kairouz, Liu and Steinke 2021, arXiv:2102.06387). Rounding after continuous
 * noise is post-processing and costs nothing.
 */
export function accountedNoiseMultiplier(charter: Pick<Charter, 'privacy' | 'grids' | 'model'>): number {
  const { noiseMultiplier, clippingNorm, sampler } = charter.privacy;
  if (sampler === 'rounded-gaussian' || clippingNorm === null) return noiseMultiplier;
  const rounding = 2 ** charter.grids.sum.exponent * Math.sqrt(parameterCount(charter.model.layers));
  return (noiseMultiplier * clippingNorm) / (clippingNorm + rounding);
}
