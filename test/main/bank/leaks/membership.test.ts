import { describe, expect, it } from 'vitest';
import { type MembershipDraw, membershipTest } from '#main/bank/leaks/membership-test.ts';
import { comparedRows } from '#main/bank/leaks/membership-units.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { toySplit } from '../training/toy-bank.ts';

const random = publicRandom(12);
const scores = (count: number, shift = 0): Float64Array =>
  Float64Array.from({ length: count }, () => shift + publicNormal(random));

interface Sides {
  readonly count: number;
  /** By how much the scores of members lie above, and by how much those of two spans of training days lie apart. */
  readonly told?: number;
  readonly days?: number;
  readonly epsilon?: number;
}

function sides({ count, told = 0, days = 0, epsilon = 0.1 }: Sides): MembershipDraw {
  return {
    ...{ members: scores(count, told + days), nonMembers: scores(count) },
    ...{ earlier: scores(count, days), later: scores(count) },
    ...{ unit: 'transaction', promise: { epsilon, delta: 1e-6 } },
  };
}

describe('the words about membership', () => {
  it.each([120, 1000])(
    'call less than one honest update in a hundred a leak (%d rows on each side)',
    (count) => {
      const flagged = Array.from({ length: 200 }, () => membershipTest(sides({ count }))).filter(
        ({ verdict }) => verdict === 'leak-found',
      );
      expect(flagged.length).toBeLessThan(2);
    },
  );

  it('put down to the days what two spans of training days differ by too', () => {
    for (const days of [0.2, 0.5, 1]) {
      const test = membershipTest(sides({ count: 2000, days }));
      expect(test.figures[0]?.value).toBeGreaterThan(0.53);
      expect(test.verdict).toBe('nothing-found');
      expect(test.sentence).toContain('does not prove');
    }
  });

  it('find members whose losses fell more than the days explain, and say where ε would not allow it', () => {
    const little = membershipTest(sides({ count: 2000, told: 0.3, days: 0.2, epsilon: 8 }));
    expect(little.verdict).toBe('leak-found');
    expect(little.sentence).toContain('some of them can be told');
    const much = membershipTest(sides({ count: 2000, told: 1 }));
    expect(much.verdict).toBe('leak-found');
    expect(much.sentence).toContain('than ε allows');
  });

  it('say nothing where there are too few on any side', () => {
    const draw = { ...sides({ count: 200 }), earlier: scores(20) };
    expect(membershipTest(draw).verdict).toBe('not-applicable');
  });
});

describe('the rows that are compared', () => {
  const split = toySplit({ train: 840, test: 280 });
  const { members, others, earlier, later, knownToOthers, knownToLater } = comparedRows(split);
  const middle = ({ occurredAt }: typeof members): number =>
    ((occurredAt[0] ?? Number.NaN) + (occurredAt.at(-1) ?? Number.NaN)) / 2;

  it('are equally many days on every side, and as far apart in both comparisons', () => {
    const day = 86_400_000;
    for (const side of [members, others, earlier, later])
      expect(((side.occurredAt.at(-1) ?? 0) - (side.occurredAt[0] ?? 0)) / day).toBeCloseTo(28, 0);
    expect((middle(others) - middle(members)) / day).toBeCloseTo((middle(later) - middle(earlier)) / day, 0);
    expect(earlier.occurredAt.at(-1)).toBeLessThan(later.occurredAt[0] ?? 0);
    expect(members.x).toHaveLength(members.rows * members.width);
    expect(members.y[0]).toBe(split.train.y[split.train.rows - members.rows]);
  });

  it('leave out accounts that a side before has, where accounts are the unit', () => {
    expect(knownToOthers).toEqual(new Set(split.train.accountIndex));
    expect([...earlier.accountIndex].every((account) => knownToLater.has(account))).toBe(true);
    expect(knownToLater.size).toBeLessThanOrEqual(knownToOthers.size);
  });

  it('are none where the training days are too few for two spans', () => {
    const { train, test } = toySplit({ train: 1, test: 300 });
    const none = comparedRows({ train, test });
    expect([none.members.rows, none.others.rows, none.earlier.rows]).toEqual([0, 0, 0]);
  });
});
