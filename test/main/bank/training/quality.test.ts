import { expect, test } from 'vitest';
import { measureQuality } from '#main/bank/training/quality.ts';
import { averagePrecision } from '#main/learning/evaluate/ranking.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { toyCharter, toySplit } from './toy-bank.ts';

const DAY = 86_400_000;
const charter = toyCharter({ recipe: 'few-rounds' });
const all = { ...charter, evaluation: { ...charter.evaluation, leaveOutKnownCards: false } };
const checkpoint = initialCheckpoint(charter);
const split = toySplit({ train: 1000, test: 800 });

test('is the metric over all test rows where no card is left out', () => {
  const scores = createPredictor(
    { layers: charter.model.layers, activation: 'tanh' },
    checkpoint.weights,
  ).logits(split.test.x);
  expect(measureQuality({ charter: all, ...split }, checkpoint).prAuc).toBe(
    averagePrecision({ scores, labels: split.test.y }),
  );
});

test('leaves out the days of cards that were defrauded eight to fourteen days before, also before the test', () => {
  const testFrom = Date.parse('2018-08-08T12:00:00Z');
  const at = (days: readonly number[]): Float64Array =>
    Float64Array.from(days, (day) => testFrom + day * DAY);
  // two rows on the first test day; one card was defrauded ten days before, the other seven
  const withFraudOf = (card: number) => ({
    ...split,
    test: {
      ...split.test,
      rows: 2,
      x: split.test.x.subarray(0, 2 * 21),
      y: Uint8Array.from([1, 2], (one) => (one === card ? 1 : 0)),
      occurredAt: at([0, 0]),
      accountIndex: Uint32Array.of(1, 2),
    },
    beforeTest: {
      rows: 2,
      y: Uint8Array.of(1, 1),
      occurredAt: at([-10, -7]),
      accountIndex: Uint32Array.of(1, 2),
    },
  });
  expect(measureQuality({ charter, ...withFraudOf(1) }, checkpoint).prAuc).toBeNull();
  expect(measureQuality({ charter, ...withFraudOf(2) }, checkpoint).prAuc).toBe(1);
  expect(measureQuality({ charter: all, ...withFraudOf(1) }, checkpoint).prAuc).toBeGreaterThan(0);
});

test('shares the alerts a day out by the tiers of the banks included, and tells nothing before a first round', () => {
  expect(measureQuality({ charter, ...split }, checkpoint).recallAtCapacity).toBeNull();
  const recall = (tier: number): number =>
    measureQuality({ charter, ...split }, { ...checkpoint, included: [{ bankId: 'other', tier }] })
      .recallAtCapacity ?? 0;
  expect(recall(768)).toBe(1); // all hundred alerts: more than cards a day
  expect(recall(76_800)).toBeLessThan(0.5); // one alert a day
});
