/** An update as bytes: the integer vectors of its layout one after another, little endian, checked against their bounds. */
import type { VectorLayout, VectorName } from '#shared/round/update-layout.ts';
import { updateBytes } from '#shared/round/update-layout.ts';

/** The integer vectors of one update or of the round's sums; null where the round has none. Whole numbers. */
export type IntegerVectors = Readonly<Record<VectorName, Float64Array | null>>;

const NO_VECTORS: IntegerVectors = { difference: null, sum: null, evaluation: null };

export type UpdateRefusal =
  | { readonly kind: 'wrong-length'; readonly expected: number; readonly found: number }
  | {
      readonly kind: 'out-of-range';
      readonly vector: VectorLayout['name'];
      readonly index: number;
      readonly bound: number;
    };

export type DecodedUpdate =
  | { readonly kind: 'vectors'; readonly vectors: IntegerVectors }
  | { readonly kind: 'refused'; readonly refusal: UpdateRefusal };

export function encodeUpdate(
  layout: readonly VectorLayout[],
  vectors: Partial<IntegerVectors>,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(updateBytes(layout));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { name, length, bytesPerNumber, bound } of layout) {
    const values = vectors[name];
    if (values?.length !== length)
      throw new RangeError(`the update lacks ${String(length)} numbers of ${name}`);
    for (const value of values) {
      if (!isWithin(value, bound))
        throw new RangeError(`${name} holds ${String(value)}, outside ±${String(bound)}`);
      writeInteger(view, at, { value, bytesPerNumber });
      at += bytesPerNumber;
    }
  }
  return bytes;
}

/** Never throws: whatever a peer sends becomes vectors or a reason. */
export function decodeUpdate(layout: readonly VectorLayout[], bytes: Uint8Array): DecodedUpdate {
  const expected = updateBytes(layout);
  if (bytes.length !== expected)
    return { kind: 'refused', refusal: { kind: 'wrong-length', expected, found: bytes.length } };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vectors: Record<VectorName, Float64Array | null> = { ...NO_VECTORS };
  let at = 0;
  for (const { name, length, bytesPerNumber, bound } of layout) {
    const values = new Float64Array(length);
    for (let index = 0; index < length; index++, at += bytesPerNumber) {
      const value = readInteger(view, at, bytesPerNumber);
      if (!isWithin(value, bound))
        return { kind: 'refused', refusal: { kind: 'out-of-range', vector: name, index, bound } };
      values[index] = value;
    }
    vectors[name] = values;
  }
  return { kind: 'vectors', vectors };
}

function isWithin(value: number, bound: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value) <= bound;
}

function writeInteger(
  view: DataView,
  at: number,
  { value, bytesPerNumber }: { readonly value: number; readonly bytesPerNumber: 4 | 8 },
): void {
  if (bytesPerNumber === 4) view.setInt32(at, value, true);
  else view.setBigInt64(at, BigInt(value), true);
}

function readInteger(view: DataView, at: number, bytesPerNumber: 4 | 8): number {
  return bytesPerNumber === 4 ? view.getInt32(at, true) : Number(view.getBigInt64(at, true));
}
