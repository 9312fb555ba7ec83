import { alertCapacity, cardPrecision, recallAtCapacity } from '#main/learning/evaluate/daily-cards.ts';
import { quality } from '#main/learning/evaluate/quality.ts';
import { describe, expect, it } from 'vitest';

/** [day, card, score, label] */
type Row = readonly [number, number, number, number];

function cardRows(rows: readonly Row[]) {
  const column = (at: 0 | 1 | 2 | 3): number[] => rows.map((row) => row[at]);
  return { days: column(0), cards: column(1), scores: column(2), labels: column(3) };
}

describe('card precision', () => {
  it('takes the highest row of each card, and blocks a card that was found', () => {
    const rows = cardRows([
      [0, 1, 0.2, 0],
      [0, 1, 0.9, 1],
      [0, 2, 0.8, 0],
      [0, 3, 0.1, 1],
      // card 1 was found on day 0 and is gone; card 3 was missed and can still be found
      [1, 1, 0.9, 1],
      [1, 3, 0.7, 1],
      [1, 4, 0.5, 0],
    ]);
    // day 0: cards 1 and 2 of which one; day 1: cards 3 and 4 of which one
    expect(cardPrecision(rows, 2)).toBe(0.5);
    // card-days with a fraud: 1 and 3 on day 0, 3 on day 1; found: 1, then 3
    expect(recallAtCapacity(rows, 2)).toBeCloseTo(2 / 3, 14);
  });

  it('divides by k on a quiet day too', () => {
    expect(cardPrecision(cardRows([[0, 1, 0.5, 1]]), 4)).toBe(0.25);
  });

  it('counts cards tied at the edge with their chance, and blocks none of them', () => {
    const rows = cardRows([
      [0, 1, 0.9, 1],
      [0, 2, 0.5, 1],
      [0, 3, 0.5, 0],
      [0, 4, 0.5, 0],
      [1, 2, 0.5, 1],
    ]);
    // day 0: card 1 for certain, one place among three tied cards: 1 + 1/3; day 1: card 2 again
    expect(cardPrecision(rows, 2)).toBeCloseTo(((1 + 1 / 3) / 2 + 1 / 2) / 2, 14);
  });

  it('is null without days, frauds or looks', () => {
    expect(cardPrecision(cardRows([]), 100)).toBeNull();
    expect(cardPrecision(cardRows([[0, 1, 0.5, 1]]), 0)).toBeNull();
    expect(recallAtCapacity(cardRows([[0, 1, 0.5, 0]]), 5)).toBeNull();
  });
});

it('shares the alerts out by public tier, at least one a bank', () => {
  expect(alertCapacity(100, 131_072, 5 * 131_072)).toBe(20);
  expect(alertCapacity(100, 1024, 1_000_000)).toBe(1);
});

it('puts the four figures together, null where undefined', () => {
  const rows = cardRows([
    [0, 1, 0.9, 1],
    [0, 2, 0.1, 0],
  ]);
  expect(quality(rows, 1)).toEqual({ prAuc: 1, rocAuc: 1, cardPrecisionAt100: 0.01, recallAtCapacity: 1 });
  const none = { prAuc: null, rocAuc: null, cardPrecisionAt100: 0, recallAtCapacity: null };
  expect(quality(cardRows([[0, 1, 0.9, 0]]), 1)).toEqual(none);
});
