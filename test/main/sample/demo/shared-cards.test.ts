import { expect, test } from 'vitest';
import { FeatureRows } from '#main/bank/features/feature-rows.ts';
import { withSharedCards } from '#main/sample/demo/shared-cards.ts';

const DAY = 86_400_000;
const TEST_DAY = 1000;

/** One row a card, all on the test day; `x` names the row. */
function rows(accountIndex: readonly number[]): FeatureRows {
  return FeatureRows.parse({
    rows: accountIndex.length,
    width: 1,
    x: Float32Array.from(accountIndex, (index) => 10 * index),
    y: new Uint8Array(accountIndex.length),
    occurredAt: new Float64Array(accountIndex.length).fill(TEST_DAY * DAY + 1),
    accountIndex: Uint32Array.from(accountIndex),
    rowNo: Uint32Array.from(accountIndex, (_, row) => row + 1),
  });
}

/** Bank 0 has Ann as 1 and Bob as 2, bank 1 has Bob as 1 and Cy as 2; Bob was defrauded at bank 0 ten days before. */
const banks = [
  {
    set: { train: rows([1, 2]), test: rows([1, 2]) },
    cards: {
      accountOf: new Map([
        [1, 'Ann'],
        [2, 'Bob'],
      ]),
      frauds: [{ account: 'Bob', occurredAt: (TEST_DAY - 10) * DAY }],
    },
  },
  {
    set: { train: rows([1, 2]), test: rows([1, 2]) },
    cards: {
      accountOf: new Map([
        [1, 'Bob'],
        [2, 'Cy'],
      ]),
      frauds: [],
    },
  },
];

test('a customer is one card at all banks', () => {
  const [first, second] = withSharedCards(banks, { leaveOutKnownCards: false });
  expect(second?.test.accountIndex[0]).toBe(first?.test.accountIndex[1]);
  expect(new Set([...(first?.test.accountIndex ?? []), ...(second?.test.accountIndex ?? [])]).size).toBe(3);
});

test('a card that was defrauded at one bank is left out of the test at all, and trains as before', () => {
  const [first, second] = withSharedCards(banks, { leaveOutKnownCards: true });
  expect([...(first?.test.x ?? [])]).toEqual([10]);
  expect([...(second?.test.x ?? [])]).toEqual([20]);
  expect(second?.test).toMatchObject({ rows: 1, rowNo: Uint32Array.of(2) });
  expect(second?.train.rows).toBe(2);
});
