/**
 * The comparison at the demonstration's end: pooled, local and federated models on every bank's test days.
 * Knows all banks' rows, as only a demonstration may; nothing here goes through the hub.
 */
import type { FeatureRows, FeatureSet } from '#main/bank/features/feature-rows.ts';
import { unitsHeld } from '#main/bank/training/training-data.ts';
import { alertCapacity } from '#main/learning/evaluate/daily-cards.ts';
import { quality } from '#main/learning/evaluate/quality.ts';
import type { EngineSetup, GradientEngine, TrainingSet } from '#main/learning/engine.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { trainAlone } from '#main/learning/rivals/alone.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { Quality } from '#shared/round/round-view.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import type { Compared } from './outcome.ts';

export interface Comparison {
  readonly charter: Charter;
  readonly banks: readonly FeatureSet[];
  /** Flat weights of the published model. */
  readonly federated: Float64Array;
  readonly openEngine: (setup: EngineSetup) => GradientEngine;
  readonly onShare: (share: number) => void;
}

export interface ComparedBanks {
  readonly overall: Compared;
  /** In the order of the banks. */
  readonly banks: readonly Compared[];
}

const DAY_MS = 86_400_000;

export function compareModels(comparison: Comparison): ComparedBanks {
  const { banks, charter, federated, openEngine } = comparison;
  const { model } = charter;
  const trainings = banks.length + 1;
  let done = 0;
  const trained = (kind: 'pooled' | 'local', parts: readonly TrainingSet[]): Float64Array => {
    const weights = trainAlone({ kind, parts, model, openEngine });
    done++;
    comparison.onShare(done / trainings);
    return weights;
  };
  const pooled = trained(
    'pooled',
    banks.map((bank) => trainingSet(bank.train)),
  );
  const local = banks.map((bank) => trained('local', [trainingSet(bank.train)]));
  const scored = {
    pooled: banks.map((bank) => scoresOf(charter, pooled, bank.test)),
    local: banks.map((bank, n) => scoresOf(charter, local[n] ?? pooled, bank.test)),
    federated: banks.map((bank) => scoresOf(charter, federated, bank.test)),
  };
  const each = banks.map((bank, n) => {
    const measure = (kind: keyof typeof scored): Quality =>
      qualityOf(comparison, [bank], [scored[kind][n] ?? new Float32Array()]);
    return { pooled: measure('pooled'), local: measure('local'), federated: measure('federated') };
  });
  const overall = (kind: keyof typeof scored): Quality => qualityOf(comparison, banks, scored[kind]);
  return {
    overall: { pooled: overall('pooled'), local: overall('local'), federated: overall('federated') },
    banks: each,
  };
}

function trainingSet({ x, y }: FeatureRows): TrainingSet {
  return { features: x, labels: y };
}

function scoresOf({ model }: Charter, weights: Float64Array, test: FeatureRows): Float32Array {
  return createPredictor({ layers: model.layers, activation: model.activation }, weights).logits(test.x);
}

/** Test rows of these banks together; an account index is the same card at every bank (shared-cards.ts). */
function qualityOf(
  comparison: Comparison,
  banks: readonly FeatureSet[],
  scores: readonly Float32Array[],
): Quality {
  const rows = banks.reduce((total, bank) => total + bank.test.rows, 0);
  const all = {
    scores: new Float32Array(rows),
    labels: new Uint8Array(rows),
    days: new Int32Array(rows),
    cards: new Uint32Array(rows),
  };
  let at = 0;
  banks.forEach(({ test }, bank) => {
    all.scores.set(scores[bank] ?? [], at);
    all.labels.set(test.y, at);
    all.cards.set(test.accountIndex, at);
    for (let row = 0; row < test.rows; row++) {
      all.days[at + row] = Math.floor((test.occurredAt[row] ?? 0) / DAY_MS);
    }
    at += test.rows;
  });
  return quality(all, capacityOf(comparison, banks));
}

/** The consortium's looks a day, shared out by public tier. */
function capacityOf({ charter, banks: everyone }: Comparison, banks: readonly FeatureSet[]): number {
  const { alertsPerDay } = charter.evaluation;
  if (banks.length === everyone.length) return alertsPerDay;
  const tiers = (some: readonly FeatureSet[]): number =>
    some.reduce((total, bank) => total + sizeTier(unitsHeld(charter, bank.train)), 0);
  return alertCapacity(alertsPerDay, tiers(banks), tiers(everyone));
}
