import { expect, test } from 'vitest';
import { measureQuality } from '#main/bank/training/quality.ts';
import { averagePrecision } from '#main/learning/evaluate/ranking.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { toyCharter, toySplit } from './toy-bank.ts';

const charter = toyCharter({ recipe: 'few-rounds' });
const checkpoint = initialCheckpoint(charter);
const split = toySplit({ train: 1000, test: 800 });

test('is the metric over the test rows that the charter counts', () => {
  const scores = createPredictor(
    { layers: charter.model.layers, activation: 'tanh' },
    checkpoint.weights,
  ).logits(split.test.x);
  expect(measureQuality({ charter, ...split }, checkpoint).prAuc).toBe(
    averagePrecision({ scores, labels: split.test.y }),
  );
});

test('shares the alerts a day out by the tiers of the banks included, and tells nothing before a first round', () => {
  expect(measureQuality({ charter, ...split }, checkpoint).recallAtCapacity).toBeNull();
  const recall = (tier: number): number =>
    measureQuality({ charter, ...split }, { ...checkpoint, included: [{ bankId: 'other', tier }] })
      .recallAtCapacity ?? 0;
  expect(recall(768)).toBe(1); // all hundred alerts: more than cards a day
  expect(recall(76_800)).toBeLessThan(0.5); // one alert a day
});
