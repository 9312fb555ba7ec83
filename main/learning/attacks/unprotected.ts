/**
 * An update as it would be without protection: the bare gradient sum of a few rows, for the rehearsal of the attacks.
 * It is no update of any recipe: no grid, no layout, no bytes. Nothing that sends or holds updates takes this type.
 */
import type { Network } from '../model/layers.ts';
import { type LabelledRow, referenceClippedSum } from '../model/reference.ts';

export interface UnprotectedGradient {
  readonly kind: 'unprotected-gradient';
  /** Σ of the rows' gradients, neither clipped nor noised, in float64. */
  readonly gradient: Float64Array;
}

export function unprotectedGradient(
  network: Network,
  weights: Float64Array,
  rows: readonly LabelledRow[],
): UnprotectedGradient {
  const gradient = referenceClippedSum(network, weights, { rows, clippingNorm: null });
  return { kind: 'unprotected-gradient', gradient };
}
