/** Quality of a model on the bank's own test days. Raw figures: they never leave the bank. */
import type { Charter } from '#shared/round/charter.ts';
import type { Quality } from '#shared/round/round-view.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import { alertCapacity, type CardRows } from '../../learning/evaluate/daily-cards.ts';
import { rowsOfUnknownCards } from '../../learning/evaluate/known-cards.ts';
import { quality } from '../../learning/evaluate/quality.ts';
import { createPredictor } from '../../learning/kernel/predictor.ts';
import type { Checkpoint } from '../../learning/recipes/checkpoint.ts';
import type { DatedLabels, FeatureSplit } from './feature-split.ts';

const DAY_MS = 86_400_000;

export interface Evaluation extends FeatureSplit {
  readonly charter: Charter;
}

/** `recallAtCapacity` is null before the first round: the capacity is shared out by the tiers of the banks included. */
export function measureQuality(evaluation: Evaluation, { weights, included }: Checkpoint): Quality {
  const { charter, train, test } = evaluation;
  const { layers, activation } = charter.model;
  const scores = createPredictor({ layers, activation }, weights).logits(test.x);
  const allTiers = included.reduce((total, { tier }) => total + tier, 0);
  const { alertsPerDay } = charter.evaluation;
  const capacity = allTiers === 0 ? 0 : alertCapacity(alertsPerDay, sizeTier(train.rows), allTiers);
  return quality(rowsAt(evaluatedRows(evaluation), cardRows(test, scores)), capacity);
}

function cardRows({ y, occurredAt, accountIndex }: DatedLabels, scores: Float32Array): CardRows {
  return { scores, labels: y, days: daysOf(occurredAt), cards: accountIndex };
}

function daysOf(occurredAt: Float64Array): Int32Array {
  return Int32Array.from(occurredAt, (time) => Math.floor(time / DAY_MS));
}

/** Numbers of the test rows that count under the charter. */
function evaluatedRows({ charter, test, beforeTest }: Evaluation): Uint32Array {
  if (!charter.evaluation.leaveOutKnownCards) return Uint32Array.from({ length: test.rows }, (_, row) => row);
  const history = {
    days: Float64Array.from([...daysOf(beforeTest.occurredAt), ...daysOf(test.occurredAt)]),
    cards: Float64Array.from([...beforeTest.accountIndex, ...test.accountIndex]),
    labels: Float64Array.from([...beforeTest.y, ...test.y]),
  };
  const { testFrom, testUntil } = charter.split;
  const kept = rowsOfUnknownCards(history, dayNumber(testFrom), dayNumber(testUntil));
  return kept.map((row) => row - beforeTest.rows);
}

function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

function rowsAt(numbers: Uint32Array, { scores, labels, days, cards }: CardRows): CardRows {
  const pick = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(numbers, (row) => values[row] ?? Number.NaN);
  return { scores: pick(scores), labels: pick(labels), days: pick(days), cards: pick(cards) };
}
