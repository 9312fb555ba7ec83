/**
 * The round's public sums: exact integer addition, so neither the order nor the machine matters.
 * Model differences are weighted by public size tiers; noisy sums and counts are added as they are (privacy.md 2g.11).
 */
import { FailureError } from '#shared/failure.ts';
import type { VectorLayout, VectorName } from '#shared/round/update-layout.ts';
import type { DecodedUpdate, IntegerVectors } from './update-codec.ts';
import { decodeUpdate, encodeUpdate } from './update-codec.ts';

export function emptySums(layout: readonly VectorLayout[]): IntegerVectors {
  const zeros = (name: VectorName): Float64Array | null => {
    const found = layout.find((one) => one.name === name);
    return found ? new Float64Array(found.length) : null;
  };
  return { difference: zeros('difference'), sum: zeros('sum'), evaluation: zeros('evaluation') };
}

/** Sums with one more bank's update. @throws FailureError `charter-invalid` if a sum leaves ± 2^53, where it is no longer exact. */
export function addToSums(
  sums: IntegerVectors,
  update: Partial<IntegerVectors>,
  tier: number,
): IntegerVectors {
  return {
    difference: added(sums.difference, update.difference, tier),
    sum: added(sums.sum, update.sum, 1),
    evaluation: added(sums.evaluation, update.evaluation, 1),
  };
}

function added(
  total: Float64Array | null,
  values: Float64Array | null | undefined,
  weight: number,
): Float64Array | null {
  if (!total || !values) return total;
  return total.map((before, i) => {
    const after = before + weight * (values[i] ?? Number.NaN);
    if (!Number.isSafeInteger(after))
      throw new FailureError(
        'charter-invalid',
        `The sum of the updates leaves 2^53 at number ${String(i)}; the grid is too fine`,
      );
    return after;
  });
}

/** How sums travel: always 64-bit integers, within ± (2^53 − 1). */
function sumsLayout(layout: readonly VectorLayout[]): readonly VectorLayout[] {
  return layout.map((one) => ({ ...one, bound: Number.MAX_SAFE_INTEGER, bytesPerNumber: 8 }));
}

export function encodeSums(
  layout: readonly VectorLayout[],
  sums: Partial<IntegerVectors>,
): Uint8Array<ArrayBuffer> {
  return encodeUpdate(sumsLayout(layout), sums);
}

export function decodeSums(layout: readonly VectorLayout[], bytes: Uint8Array): DecodedUpdate {
  return decodeUpdate(sumsLayout(layout), bytes);
}
