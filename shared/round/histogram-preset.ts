/** The usual score histograms of a private run (privacy.md 2g.10). Public, and never fitted on a bank's data. */
import type { EvaluationHistogram, PrivacyUnit, Recipe } from './charter.ts';

/** Test rows of one account that count at most. */
const ROWS_PER_ACCOUNT = 3;
/** s_h ÷ m at this ε and above; a smaller ε has more noise, so that evaluation stays a small part of the cost. */
const NOISE = 10;
const EPSILON = 4;
const LARGEST_NOISE = 4096;
const EVERY_ROUNDS: Readonly<Record<'few-rounds' | 'one-step', number>> = {
  'few-rounds': 8,
  'one-step': 100,
};

/**
 * Three or four over the run, together about a twentieth of its squared privacy loss. `epsilon`: of the whole run; null
 * for a run without privacy, which has none.
 */
export function presetHistogram(terms: {
  readonly recipe: Recipe['kind'];
  readonly unit: PrivacyUnit;
  readonly epsilon: number | null;
}): EvaluationHistogram {
  const { recipe, unit, epsilon } = terms;
  if (epsilon === null || recipe === 'plain') return { kind: 'off' };
  const rowsPerUnit = unit === 'account' ? ROWS_PER_ACCOUNT : 1;
  const noise = NOISE * Math.max(1, EPSILON / epsilon) * rowsPerUnit;
  return {
    kind: 'on',
    everyRounds: EVERY_ROUNDS[recipe],
    noiseStandardDeviation: Math.min(LARGEST_NOISE, Math.ceil(noise)),
    rowsPerUnit,
  };
}
