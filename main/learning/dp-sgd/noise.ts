/** How much noise the charter puts on one noisy sum of one bank. */
import type { Charter } from '#shared/round/charter.ts';

/** σ·C for full noise; σ·C/√t_h for noise shared by the t_h survivors that secure aggregation guarantees; 0 without. */
export function noiseStandardDeviation(charter: Pick<Charter, 'privacy' | 'secureAggregation'>): number {
  const { noise, noiseMultiplier, clippingNorm } = charter.privacy;
  const full = noiseMultiplier * (clippingNorm ?? 0);
  if (noise === 'full' || charter.secureAggregation.kind === 'off') return full;
  return full / Math.sqrt(charter.secureAggregation.threshold);
}
