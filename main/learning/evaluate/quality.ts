/** The four figures that runs are compared by. */
import type { Quality } from '#shared/round/round-view.ts';
import type { CardRows } from './daily-cards.ts';
import { cardPrecision, recallAtCapacity } from './daily-cards.ts';
import { averagePrecision, rocAuc } from './ranking.ts';

const REPORTED_CARDS = 100;

/** `capacity`: cards that the bank can look at a day. */
export function quality(rows: CardRows, capacity: number): Quality {
  return {
    prAuc: averagePrecision(rows),
    rocAuc: rocAuc(rows),
    cardPrecisionAt100: cardPrecision(rows, REPORTED_CARDS),
    recallAtCapacity: recallAtCapacity(rows, capacity),
  };
}
