/** Real numbers to integers of the charter's grid, the last operation before a vector leaves. */
import type { VectorLayout } from '#shared/round/update-layout.ts';

/** round(value/γ), clamped to ± bound. */
export function toIntegers(
  values: Float64Array,
  { gridStep, bound }: Pick<VectorLayout, 'gridStep' | 'bound'>,
): Float64Array {
  // `+ 0` turns −0 into 0: one integer, one encoding
  return values.map((value) => Math.max(-bound, Math.min(bound, Math.round(value / gridStep))) + 0);
}
