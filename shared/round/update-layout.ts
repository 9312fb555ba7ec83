/** Which integer vectors an update has, on which grid, and how wide each number travels. */
import type { Charter, Grid } from './charter.ts';
import { hasEvaluation, HISTOGRAM_BINS } from './evaluation.ts';
import { stepsOfRound } from './schedule.ts';

export type VectorName = 'difference' | 'sum' | 'evaluation';

export interface VectorLayout {
  readonly name: VectorName;
  readonly length: number;
  /** Grid step, 2^exponent. */
  readonly gridStep: number;
  /** Largest absolute integer allowed. */
  readonly bound: number;
  readonly bytesPerNumber: 4 | 8;
}

/** Noisy counts of rows, genuine then fraud; the clamp is out of reach of any count that fits a store. */
const EVALUATION: VectorLayout = {
  name: 'evaluation',
  length: 2 * HISTOGRAM_BINS,
  gridStep: 1,
  bound: 2 ** 31 - 1,
  bytesPerNumber: 4,
};

/**
 * The vectors of one bank's update in round `index` (committed rounds before it), in the order they travel.
 * few-rounds: difference then sum; one-step: sum; plain: difference; then the evaluation in the rounds that carry one.
 * `parameters` is the model's size.
 */
export function updateLayout(charter: Charter, parameters: number, index: number): readonly VectorLayout[] {
  const trained = trainedVectors(charter, parameters, index);
  return hasEvaluation(charter, index) ? [...trained, EVALUATION] : trained;
}

/** The vectors that training makes. */
function trainedVectors(charter: Charter, parameters: number, index: number): readonly VectorLayout[] {
  const difference = vector('difference', { grid: charter.grids.difference, length: parameters, terms: 1 });
  const kind = charter.recipe.kind;
  if (kind === 'plain') return [difference];
  const terms = kind === 'few-rounds' ? stepsOfRound(charter.recipe, index) : 1;
  const sum = vector('sum', { grid: charter.grids.sum, length: parameters, terms });
  return kind === 'few-rounds' ? [difference, sum] : [sum];
}

function vector(
  name: 'difference' | 'sum',
  shape: { readonly grid: Grid; readonly length: number; readonly terms: number },
): VectorLayout {
  const gridStep = powerOfTwo(shape.grid.exponent);
  const bound = Math.ceil(shape.grid.clamp / gridStep) * shape.terms;
  return { name, length: shape.length, gridStep, bound, bytesPerNumber: bound < 2 ** 31 ? 4 : 8 };
}

/** Exact: only exponents of the charter's range reach it. */
function powerOfTwo(exponent: number): number {
  return 2 ** exponent;
}

export function updateBytes(layout: readonly VectorLayout[]): number {
  return layout.reduce((total, one) => total + one.length * one.bytesPerNumber, 0);
}
