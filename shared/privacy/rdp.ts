/**
 * Rényi accounting of subsampled Gaussian mechanisms: exact, simple and looser than the privacy loss distribution.
 * It is the independent cross-check beside the ε that is shown, never the ε that is shown.
 */
import { assertDelta, type Mechanism, mergeMechanisms } from './mechanism.ts';
import { logMoment, type SampledGaussian } from './moments.ts';

/** The 156 orders of Google's accountant: 1.1 … 10.9, 11 … 63, 128, 256, 512, 1024. */
export const RDP_ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => (11 + i) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
];

/** Rényi divergence of order a > 1 of one step, add/remove adjacency; the signs of no binomial are dropped. */
export function rdpAtOrder(step: SampledGaussian, order: number): number {
  if (step.samplingRate === 0) return 0;
  if (step.noiseMultiplier === 0) return Infinity;
  return logMoment(step, order) / (order - 1);
}

/**
 * ε of the composition at δ. Conversion of Canonne, Kamath and Steinke 2020 (arXiv:2004.00010, Proposition 12),
 * the same as Balle et al. 2020, Theorem 21.
 */
export function epsilonByRdp(mechanisms: readonly Mechanism[], delta: number): number {
  assertDelta(delta);
  const segments = mergeMechanisms(mechanisms);
  if (segments.length === 0) return 0;
  return RDP_ORDERS.reduce((least, order) => {
    const rdp = segments.reduce((sum, segment) => sum + segment.steps * rdpAtOrder(segment, order), 0);
    return Math.min(least, epsilonOfRdp(rdp, order, delta));
  }, Infinity);
}

/** ε from one order's divergence; the lowest over the orders holds. */
export function epsilonOfRdp(rdp: number, order: number, delta: number): number {
  // Below this divergence the total variation distance is already at most δ.
  if (delta * delta + Math.expm1(-rdp) > 0) return 0;
  if (order <= 1.01) return Infinity;
  return Math.max(0, rdp + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1));
}
