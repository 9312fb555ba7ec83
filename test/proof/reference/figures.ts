/** The four figures of models on the test rows of all banks together, and of each bank. */
import type { FeatureSet } from '#main/bank/features/feature-rows.ts';
import { quality } from '#main/learning/evaluate/quality.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { Quality } from '#shared/round/round-view.ts';

const DAY_MS = 86_400_000;
/** Over all banks; a bank's own figures take its even share. */
const CARDS_A_DAY = 100;

export interface Figures {
  readonly overall: Quality;
  readonly banks: readonly Quality[];
}

/** `weights[b]`: the model that bank b would use. Account indices mean the same at every bank. */
export function figuresOf(
  banks: readonly FeatureSet[],
  charter: Charter,
  weights: readonly Float64Array[],
): Figures {
  const { layers, activation } = charter.model;
  const rows = banks.map(({ test }, b) => ({
    scores: createPredictor({ layers, activation }, weights[b] ?? new Float64Array()).logits(test.x),
    labels: test.y,
    days: Float64Array.from(test.occurredAt, (time) => Math.floor(time / DAY_MS)),
    cards: test.accountIndex,
  }));
  const joined = {
    scores: rows.flatMap((one) => [...one.scores]),
    labels: rows.flatMap((one) => [...one.labels]),
    days: rows.flatMap((one) => [...one.days]),
    cards: rows.flatMap((one) => [...one.cards]),
  };
  return {
    overall: quality(joined, CARDS_A_DAY),
    banks: rows.map((one) => quality(one, Math.round(CARDS_A_DAY / banks.length))),
  };
}
