import { addToSums, decodeSums, emptySums, encodeSums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate, encodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { updateLayout, type VectorLayout } from '#shared/round/update-layout.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charterOf } from './charters.ts';

const layout: readonly VectorLayout[] = [
  { name: 'difference', length: 3, gridStep: 2 ** -16, bound: 262_144, bytesPerNumber: 4 },
  { name: 'sum', length: 2, gridStep: 1, bound: 2 ** 40, bytesPerNumber: 8 },
  { name: 'evaluation', length: 1, gridStep: 1, bound: 2 ** 31 - 1, bytesPerNumber: 4 },
];
const vectors = {
  difference: Float64Array.of(-262_144, 0, 262_144),
  sum: Float64Array.of(-(2 ** 40), 2 ** 40 - 1),
  evaluation: Float64Array.of(-3),
};

describe('an update as bytes', () => {
  it('is little endian, four or eight bytes a number', () => {
    const bytes = encodeUpdate(layout, vectors);
    expect([...bytes.subarray(0, 12)]).toEqual([0, 0, 252, 255, 0, 0, 0, 0, 0, 0, 4, 0]);
    expect([...bytes.subarray(12, 20)]).toEqual([0, 0, 0, 0, 0, 255, 255, 255]);
    expect([...bytes.subarray(28)]).toEqual([253, 255, 255, 255]);
    expect(bytes).toHaveLength(32);
  });

  it('comes back, whatever the integers', () => {
    const within = (bound: number): fc.Arbitrary<number> => fc.integer({ min: -bound, max: bound });
    const update = fc.record({
      difference: fc.array(within(262_144), { minLength: 3, maxLength: 3 }).map((a) => Float64Array.from(a)),
      sum: fc
        .array(fc.maxSafeInteger(), { minLength: 2, maxLength: 2 })
        .map((a) => Float64Array.from(a, (v) => v % 2 ** 40)),
      evaluation: within(2 ** 31 - 1).map((v) => Float64Array.of(v)),
    });
    fc.assert(
      fc.property(update, (drawn) => {
        const wanted = {
          difference: drawn.difference.map((v) => v + 0),
          sum: drawn.sum.map((v) => v + 0),
          evaluation: drawn.evaluation.map((v) => v + 0),
        };
        expect(decodeUpdate(layout, encodeUpdate(layout, wanted))).toEqual({
          kind: 'vectors',
          vectors: wanted,
        });
      }),
    );
  });

  it('is refused by name when a number leaves its bound', () => {
    const loose = layout.map((one) => ({ ...one, bound: 2 ** 50 }));
    const bytes = encodeUpdate(loose, { ...vectors, difference: Float64Array.of(0, -262_145, 0) });
    expect(decodeUpdate(layout, bytes)).toEqual({
      kind: 'refused',
      refusal: { kind: 'out-of-range', vector: 'difference', index: 1, bound: 262_144 },
    });
    const large = encodeUpdate(loose, { ...vectors, sum: Float64Array.of(0, 2 ** 40 + 1) });
    expect(decodeUpdate(layout, large)).toMatchObject({ refusal: { vector: 'sum', index: 1 } });
  });

  it('is refused when its length is not the layout’s', () => {
    const bytes = encodeUpdate(layout, vectors);
    expect(decodeUpdate(layout, bytes.subarray(1))).toMatchObject({
      refusal: { kind: 'wrong-length', expected: 32, found: 31 },
    });
  });

  it('any bytes give vectors or a reason, never a throw', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 31, maxLength: 32 }), (bytes) => {
        kinds.add(decodeUpdate(layout, bytes).kind);
      }),
    );
    expect(kinds).toContain('refused');
  });

  it('cannot be made without a vector of its layout', () => {
    const { difference, sum } = vectors;
    expect(() => encodeUpdate(layout, { difference, sum })).toThrow(RangeError);
  });

  it('cannot be made from a number that is not a whole one within the bound', () => {
    for (const bad of [Number.NaN, 0.5, 262_145, Number.POSITIVE_INFINITY])
      expect(() => encodeUpdate(layout, { ...vectors, difference: Float64Array.of(bad, 0, 0) })).toThrow(
        RangeError,
      );
  });
});

describe('sums', () => {
  const updates = [
    { update: vectors, tier: 3 },
    { update: of([1, 2, 3], [10, 20], [4]), tier: 512 },
    { update: of([-7, 0, 5], [1, -1], [5]), tier: 768 },
  ];
  function of(difference: number[], sum: number[], evaluation: number[]) {
    const [d, s, e] = [difference, sum, evaluation].map((values) => Float64Array.from(values));
    return { difference: d ?? null, sum: s ?? null, evaluation: e ?? null };
  }
  const total = (order: typeof updates) =>
    order.reduce((sums, { update, tier }) => addToSums(sums, update, tier), emptySums(layout));

  it('weight differences by tier, gradient sums and counts not at all', () => {
    expect(total(updates)).toEqual({
      difference: Float64Array.of(-786_432 + 512 - 5376, 1024, 786_432 + 1536 + 3840),
      sum: Float64Array.of(-(2 ** 40) + 11, 2 ** 40 + 18),
      evaluation: Float64Array.of(6),
    });
  });

  it('do not depend on the order of the banks', () => {
    expect(total([...updates].reverse())).toEqual(total(updates));
  });

  it('travel as 64-bit integers', () => {
    const sums = total(updates);
    expect(decodeSums(layout, encodeSums(layout, sums))).toEqual({ kind: 'vectors', vectors: sums });
  });

  it('refuse to leave the exact integers', () => {
    const huge = { difference: null, sum: Float64Array.of(2 ** 53 - 1, 0), evaluation: null };
    expect(() => addToSums(huge, { difference: null, sum: Float64Array.of(1, 0) }, 1)).toThrow(
      expect.objectContaining({ code: 'charter-invalid' }),
    );
  });
});

it('every preset charter’s largest sums stay exact for a hundred banks', () => {
  for (const [name, noise] of [
    ['few-rounds', 1.587],
    ['few-rounds', 0.1],
    ['one-step', 1.587],
    ['one-step', 0],
    ['fedavg', 0],
  ] as const) {
    const charter = charterOf(name, noise);
    const weights = { difference: charter.participation.largestTier, sum: 1, evaluation: 1 };
    for (const round of [0, charter.recipe.rounds - 1])
      for (const one of updateLayout(charter, 26, round))
        expect(100 * weights[one.name] * one.bound).toBeLessThan(2 ** 53);
  }
});
