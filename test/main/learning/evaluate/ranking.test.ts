import { alertQuality } from '#main/learning/evaluate/alerts.ts';
import { averagePrecision, averagePrecisionInterval, rocAuc } from '#main/learning/evaluate/ranking.ts';
import { describe, expect, it } from 'vitest';

/** Worked by hand; the averages agree with sklearn.metrics.average_precision_score. */
const CASES = [
  { name: 'perfect', scores: [4, 3, 2, 1], labels: [1, 1, 0, 0], ap: 1, auc: 1 },
  { name: 'reversed', scores: [1, 2, 3, 4], labels: [1, 0, 0, 0], ap: 1 / 4, auc: 0 },
  {
    name: 'mixed',
    scores: [0.1, 0.4, 0.35, 0.8],
    labels: [0, 0, 1, 1],
    ap: 1 / 2 + (1 / 2) * (2 / 3),
    auc: 3 / 4,
  },
  { name: 'all tied', scores: [5, 5, 5, 5], labels: [1, 0, 0, 1], ap: 1 / 2, auc: 1 / 2 },
  // thresholds 3 (fraud), 2 (fraud and two genuine), 1 (genuine)
  {
    name: 'a tied group',
    scores: [2, 3, 2, 1, 2],
    labels: [1, 1, 0, 0, 0],
    ap: 1 / 2 + (1 / 2) * (2 / 4),
    auc: 5 / 6,
  },
];

describe.each(CASES)('$name', ({ scores, labels, ap, auc }) => {
  it('average precision', () => {
    expect(averagePrecision({ scores, labels })).toBeCloseTo(ap, 14);
  });
  it('ROC AUC', () => {
    expect(rocAuc({ scores, labels })).toBeCloseTo(auc, 14);
  });
  it('does not depend on the order of the rows', () => {
    const reversed = { scores: [...scores].reverse(), labels: [...labels].reverse() };
    expect(averagePrecision(reversed)).toBeCloseTo(ap, 14);
    expect(rocAuc(reversed)).toBeCloseTo(auc, 14);
  });
});

it('is null where it is undefined', () => {
  expect(averagePrecision({ scores: [1, 2], labels: [0, 0] })).toBeNull();
  expect(rocAuc({ scores: [1, 2], labels: [0, 0] })).toBeNull();
  expect(rocAuc({ scores: [1, 2], labels: [1, 1] })).toBeNull();
  expect(averagePrecision({ scores: [], labels: [] })).toBeNull();
});

it('gives an interval that narrows with the number of frauds', () => {
  const [low, high] = averagePrecisionInterval(0.7, 100, 1.96);
  expect(low).toBeCloseTo(0.603, 2);
  expect(high).toBeCloseTo(0.782, 2);
  const [nearer] = averagePrecisionInterval(0.7, 10_000, 1.96);
  expect(nearer).toBeGreaterThan(0.69);
  expect(averagePrecisionInterval(1, 5, 1.96)).toEqual([1, 1]);
});

describe('row alerts a day', () => {
  const rows = {
    scores: [9, 8, 7, 3, 3, 3, 1],
    labels: [1, 0, 1, 1, 0, 0, 1],
    days: [0, 0, 0, 1, 1, 1, 2],
  };

  it('counts each day by itself, ties with their chance', () => {
    // two a day: day 0 one hit; day 1 two places among three tied rows, one fraud: 2/3; day 2 one row, one hit
    const { precision, recall } = alertQuality(rows, 2);
    expect(precision).toBeCloseTo((1 + 2 / 3 + 1) / 5, 14);
    expect(recall).toBeCloseTo((1 + 2 / 3 + 1) / 4, 14);
  });

  it('is null without rows or frauds', () => {
    expect(alertQuality({ scores: [], labels: [], days: [] }, 5)).toEqual({ precision: null, recall: null });
    expect(alertQuality({ scores: [1], labels: [0], days: [0] }, 5)).toEqual({ precision: 0, recall: null });
  });
});
