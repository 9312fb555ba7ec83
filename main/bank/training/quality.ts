/** Quality of a model on the bank's own test days. Raw figures: they never leave the bank. */
import type { Charter } from '#shared/round/charter.ts';
import type { Quality } from '#shared/round/round-view.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import { alertCapacity } from '../../learning/evaluate/daily-cards.ts';
import { quality } from '../../learning/evaluate/quality.ts';
import { createPredictor } from '../../learning/kernel/predictor.ts';
import type { Checkpoint } from '../../learning/recipes/checkpoint.ts';
import type { FeatureSet } from '../features/feature-rows.ts';
import { unitsHeld } from './training-data.ts';

const DAY_MS = 86_400_000;

export interface Evaluation extends FeatureSet {
  readonly charter: Charter;
}

/** `recallAtCapacity` is null before the first round: the capacity is shared out by the tiers of the banks included. */
export function measureQuality({ charter, train, test }: Evaluation, checkpoint: Checkpoint): Quality {
  const { layers, activation } = charter.model;
  const scores = createPredictor({ layers, activation }, checkpoint.weights).logits(test.x);
  const days = Int32Array.from(test.occurredAt, (time) => Math.floor(time / DAY_MS));
  const allTiers = checkpoint.included.reduce((total, { tier }) => total + tier, 0);
  const { alertsPerDay } = charter.evaluation;
  const tier = sizeTier(unitsHeld(charter, train));
  const capacity = allTiers === 0 ? 0 : alertCapacity(alertsPerDay, tier, allTiers);
  return quality({ scores, labels: test.y, days, cards: test.accountIndex }, capacity);
}
