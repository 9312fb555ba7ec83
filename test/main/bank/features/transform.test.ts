import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURE_PRESETS } from '#shared/features/presets.ts';
import { DAY, HOUR, plainRow, randomRows, START, transformed } from './rows.ts';
import { plainCardV1, plainCardV2, type PlainRow } from './slow-reference.ts';

const plain = { 'card-v1': plainCardV1, 'card-v2': plainCardV2 } as const;
const PRESETS = ['card-v1', 'card-v2'] as const;

/** Inputs of the last of these rows by place in the preset, the first is 1 as in data/README.md. */
function lastInputs(preset: (typeof PRESETS)[number], rows: readonly PlainRow[]): (input: number) => number {
  const last = transformed(preset, rows).at(-1);
  return (input) => last?.[input - 1] ?? NaN;
}

describe.each(PRESETS)('%s', (preset) => {
  it('has an input for each name', () => {
    expect(FEATURE_PRESETS[preset].inputs).toHaveLength(preset === 'card-v1' ? 21 : 34);
    const [inputs] = transformed(preset, [plainRow()]);
    expect([...(inputs ?? [])].every(Number.isFinite)).toBe(true);
  });

  it('agrees with the slow reference on random rows', () => {
    let frauds = 0;
    for (const seed of [1, 2, 3]) {
      const rows = randomRows(seed, 400);
      const fast = transformed(preset, rows);
      for (const [index, inputs] of fast.entries()) {
        expect(inputs === null).toBe(rows[index]?.isIncoming);
        if (inputs === null) continue;
        const slow = plain[preset](rows, index);
        frauds += (slow.at(preset === 'card-v1' ? 16 : 32) ?? 0) > 0 ? 1 : 0;
        for (const [input, expected] of slow.entries()) {
          expect(inputs[input], `row ${String(index)} input ${String(input + 1)}`).toBeCloseTo(expected, 5);
        }
      }
    }
    expect(frauds).toBeGreaterThan(100);
  });

  it('does not look into the future: later rows and labels change nothing in the past', () => {
    let changed = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 20, max: 180 }), (seed, cut) => {
        const rows = randomRows(seed, 200);
        const now = rows[cut - 1]?.at ?? 0;
        // Up to the cut the same rows, but labels that become known later are forgotten; after it another world.
        const past = rows.slice(0, cut).map((row) => {
          const isKnown = row.fraudKnownAt !== null && row.fraudKnownAt <= now;
          if (row.fraudKnownAt !== null && !isKnown) changed += 1;
          return isKnown ? row : { ...row, fraudKnownAt: null };
        });
        const future = randomRows(seed + 1, 50).map((row) => ({ ...row, at: row.at - START + now }));
        expect(transformed(preset, [...past, ...future]).slice(0, cut)).toEqual(
          transformed(preset, rows).slice(0, cut),
        );
      }),
      { numRuns: 30 },
    );
    expect(changed).toBeGreaterThan(100);
  });

  it('never counts the label of the row itself', () => {
    const rows = randomRows(7, 300);
    const known = rows.map((row, index) =>
      index === 250 ? { ...row, isIncoming: false, fraudKnownAt: row.at } : row,
    );
    const unknown = known.map((row, index) => (index === 250 ? { ...row, fraudKnownAt: null } : row));
    expect(transformed(preset, known)[250]).toEqual(transformed(preset, unknown)[250]);
    expect(transformed(preset, known)[250]).not.toBeNull();
  });
});

describe('card-v1 by hand', () => {
  it('describes the amount and the time', () => {
    const input = lastInputs('card-v1', [plainRow({ at: START + 6.5 * HOUR, euros: 99 })]);
    expect(input(1)).toBeCloseTo(Math.log(100) - 4);
    expect([input(2), input(3), input(21)]).toEqual([1, 1, Math.fround(99 / 200)]);
    const monday = lastInputs('card-v1', [plainRow({ at: START + 31 * HOUR, euros: 900 })]);
    expect([monday(2), monday(3), monday(21)]).toEqual([0, 0, 3]);
  });

  it('counts the account’s payments with the current one, exactly a day back no longer', () => {
    const rows = [
      plainRow({ at: START, euros: 10 }),
      plainRow({ at: START + 1, euros: 20 }),
      plainRow({ at: START + DAY, euros: 60 }),
    ];
    const input = lastInputs('card-v1', rows);
    expect(input(4)).toBeCloseTo(Math.log(3) - 1.3);
    expect(input(5)).toBeCloseTo(Math.log1p(40) - 4);
    expect(input(6)).toBeCloseTo(Math.log(4) - 2.7);
    expect(input(7)).toBeCloseTo(Math.log1p(30) - 4);
    expect(input(20)).toBeCloseTo(Math.log(61 / 16));
  });

  it('counts the terminal’s payments a week ago, with the labels known by now', () => {
    const rows = [
      plainRow({ at: START, account: 2, fraudKnownAt: START + 7 * DAY }),
      plainRow({ at: START, account: 3, fraudKnownAt: START + 7 * DAY + 1 }),
      plainRow({ at: START + 1, account: 4, fraudKnownAt: START + HOUR }),
      plainRow({ at: START + 7 * DAY }),
    ];
    const input = lastInputs('card-v1', rows);
    // The third is not a week old; of the first two one label is known.
    expect(input(10)).toBeCloseTo(Math.log(3) - 0.7);
    expect(input(11)).toBeCloseTo(1.5);
    expect(input(16)).toBeCloseTo(Math.log(2));
    expect(input(17)).toBeCloseTo(3 / 4);
  });
});

describe('card-v2 by hand', () => {
  it('starts an account at its neutral values', () => {
    const input = lastInputs('card-v2', [plainRow({ euros: 40, at: START + 12 * HOUR })]);
    expect(input(1)).toBeCloseTo(Math.log(41) - 3.5);
    expect(input(2)).toBe(0);
    expect(input(10)).toBeCloseTo(Math.log(721) / 3 - 1);
    expect([input(4), input(8), input(15), input(31)]).toEqual([0, 0, 1, 0]);
    expect([input(19), input(20), input(24), input(25)]).toEqual([1, 0, 1, 0]);
  });

  it('sees card testing: small amounts of the account and of others at the counterparty', () => {
    const rows = [
      plainRow({ at: START, account: 2, place: 3, euros: 1, channel: 2 }),
      plainRow({ at: START + 60_000, account: 1, place: 3, euros: 2, channel: 2 }),
      plainRow({ at: START + 120_000, account: 1, place: 3, euros: 4.99, channel: 2 }),
      plainRow({ at: START + 180_000, account: 1, place: 3, euros: 400, channel: 2 }),
    ];
    const input = lastInputs('card-v2', rows);
    expect(input(8)).toBeCloseTo(Math.log(3) + Math.log(4));
    expect(input(9)).toBeCloseTo(Math.log(3));
    expect([input(3), input(15)]).toEqual([Math.fround(4 / 3), 0]);
  });

  it('sees a mule: most of what came in goes out', () => {
    const rows = [
      plainRow({ at: START, isIncoming: true, euros: 600, place: 7 }),
      plainRow({ at: START + HOUR, isIncoming: true, euros: 400, place: 8 }),
      plainRow({ at: START + 2 * HOUR, euros: 920, place: 9 }),
    ];
    const input = lastInputs('card-v2', rows);
    expect(input(28)).toBeCloseTo(Math.log(3));
    expect(input(29)).toBe(4);
    expect(input(30)).toBeCloseTo(920 / 1001);
  });

  it('knows a first foreign payment in ten days', () => {
    const abroad = (days: number) => plainRow({ at: START + days * DAY, isForeign: true });
    expect(lastInputs('card-v2', [abroad(0), abroad(9)])(14)).toBe(0);
    expect(lastInputs('card-v2', [abroad(0), abroad(10)])(14)).toBe(1);
    expect(lastInputs('card-v2', [abroad(0), plainRow({ at: START + 20 * DAY })])(14)).toBe(0);
  });

  it('counts the counterparty’s frauds of 44 days once their labels are known', () => {
    const rows = [
      plainRow({ account: 2, fraudKnownAt: START + 10 * DAY }),
      plainRow({ account: 3, at: START + DAY, fraudKnownAt: START + 40 * DAY }),
    ];
    const after = (days: number) => lastInputs('card-v2', [...rows, plainRow({ at: START + days * DAY })]);
    expect(after(9)(33)).toBe(0);
    expect(after(10)(33)).toBeCloseTo(Math.log(2));
    expect(after(10)(34)).toBeCloseTo(3 / 4);
    expect(after(40)(33)).toBeCloseTo(Math.log(3));
    expect(after(40)(32)).toBeCloseTo(-1);
    expect(after(44)(33)).toBeCloseTo(Math.log(2));
  });
});
