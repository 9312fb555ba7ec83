/**
 * The score histogram that travels with an update in the rounds that carry one: counts of this bank's own test rows under
 * the incoming model, with noise. The raw counts exist only inside `evaluationVector`.
 */
import {
  noisyHistogram,
  rowsOfUnits,
  type ScoredUnits,
  scoreHistogram,
} from '../../learning/evaluate/score-histogram.ts';
import type { Chance } from '../../learning/kernel/chance.ts';
import { createPredictor } from '../../learning/kernel/predictor.ts';
import type { Checkpoint } from '../../learning/recipes/checkpoint.ts';
import type { Charter } from '#shared/round/charter.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import type { FeatureRows, FeatureSet } from '../features/feature-rows.ts';

export interface EvaluationSource {
  readonly charter: Charter;
  /** The incoming global model. */
  readonly checkpoint: Checkpoint;
  /** All rows of the charter's test days, in parts. */
  readonly test: readonly FeatureRows[];
}

/**
 * The known-cards rule looks at other rows of the same account. With accounts as the unit that is the unit's own affair;
 * with single rows one fraud would take out others and reach beyond its row, so there all rows of the test days count.
 */
export function rowsToEvaluate({
  charter,
  test,
  leftOut,
}: FeatureSet & Pick<EvaluationSource, 'charter'>): readonly FeatureRows[] {
  return charter.privacy.unit === 'account' || leftOut === undefined ? [test] : [test, leftOut];
}

/**
 * null in a round without evaluation. It draws noise: the charge is on the disk before (I2). `chance`: keyed afresh for
 * this release.
 */
export function evaluationVector(
  source: EvaluationSource,
  chance: Pick<Chance, 'word' | 'discreteNormals'>,
): Float64Array | null {
  const { charter, checkpoint } = source;
  const { histogram } = charter.evaluation;
  const layout = updateLayout(charter, checkpoint.weights.length, checkpoint.round);
  const evaluation = layout.find(({ name }) => name === 'evaluation');
  if (histogram.kind === 'off' || evaluation === undefined) return null;
  const scored = scoredRows(source);
  const rows =
    charter.privacy.unit === 'account'
      ? rowsOfUnits(scored.units, histogram.rowsPerUnit, chance)
      : scored.labels.keys();
  const { noiseStandardDeviation } = histogram;
  const terms = { noiseStandardDeviation, bound: evaluation.bound };
  return noisyHistogram(scoreHistogram(scored, rows), terms, chance);
}

function scoredRows({ charter, checkpoint, test }: EvaluationSource): ScoredUnits {
  const { layers, activation } = charter.model;
  const predictor = createPredictor({ layers, activation }, checkpoint.weights);
  const rows = test.reduce((total, part) => total + part.rows, 0);
  const logits = new Float32Array(rows);
  const labels = new Uint8Array(rows);
  const units = new Uint32Array(rows);
  let at = 0;
  for (const part of test) {
    logits.set(predictor.logits(part.x), at);
    labels.set(part.y, at);
    units.set(part.accountIndex, at);
    at += part.rows;
  }
  return { logits, labels, units };
}
