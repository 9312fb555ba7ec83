/** Real numbers to integers of the charter's grid, the last operation before a vector leaves. */
import type { VectorLayout } from '#shared/round/update-layout.ts';

/** round(value/γ), clamped to ± bound. */
export function toIntegers(
  values: Float64Array,
  { gridStep, bound }: Pick<VectorLayout, 'gridStep' | 'bound'>,
): Float64Array {
  const integers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const nearest = Math.round((values[i] ?? Number.NaN) / gridStep);
    // `+ 0` turns −0 into 0: one integer, one encoding
    integers[i] = Math.max(-bound, Math.min(bound, nearest)) + 0;
  }
  return integers;
}
