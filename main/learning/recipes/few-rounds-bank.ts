/**
 * Few rounds under DP, a bank's side (data/README.md "Recipe"): K noisy steps with the hub's momentum and preconditioner.
 * Its two vectors, Δ and G, are functions of noised values only.
 */
import type { FewRoundsRecipe } from '#shared/round/charter.ts';
import { learningRateAt, stepsOfRound } from '#shared/round/schedule.ts';
import { wholePower } from '../aggregate/powers.ts';
import type { Checkpoint } from './checkpoint.ts';
import { preconditioner } from './few-rounds-server.ts';
import type { LocalTraining, TrainedUpdate } from './training-terms.ts';
import { addFigures, bankSums, NO_FIGURES } from './noisy-bank-sums.ts';
import { vectorLayout } from './published-sums.ts';
import { toIntegers } from '../dp-sgd/rounding.ts';

/** What a bank moves from step to step. Mutable and local to one round. */
interface Walk {
  readonly weights: Float64Array;
  readonly momentum: Float64Array;
  /** Σ of the K rounded noisy sums: exact, since all are integers below 2^53. */
  readonly integerSum: Float64Array;
  /** ḡ − ḡ_b, or zeros. */
  readonly drift: Float64Array;
  /** D; null in round 0, where banks draw at x without moving. */
  readonly scale: Float64Array | null;
}

export function fewRoundsUpdate(recipe: FewRoundsRecipe, training: LocalTraining): TrainedUpdate {
  const { charter, checkpoint, onStep } = training;
  const steps = stepsOfRound(recipe, checkpoint.round);
  const layout = vectorLayout(charter, checkpoint, 'difference');
  const { gridStep } = vectorLayout(charter, checkpoint, 'sum');
  const toGradient = gridStep / (recipe.samplingRate * training.tier);
  const sums = bankSums(recipe, training);
  const walk = startOfWalk(recipe, training);
  let figures = NO_FIGURES;
  for (let k = 0; k < steps; k++) {
    const noisy = sums.next(walk.weights);
    figures = addFigures(figures, noisy.figures);
    noisy.integers.forEach((value, i) => {
      walk.integerSum[i] = (walk.integerSum[i] ?? 0) + value;
    });
    move(recipe, walk, { integers: noisy.integers, toGradient, step: checkpoint.step + k });
    onStep?.(k + 1, steps);
  }
  const moved = walk.weights.map((x, i) => x - (checkpoint.weights[i] ?? 0));
  return { vectors: { difference: toIntegers(moved, layout), sum: walk.integerSum }, figures };
}

function startOfWalk(recipe: FewRoundsRecipe, { charter, checkpoint, lastOwnMean }: LocalTraining): Walk {
  const { weights, momentum, lastMean, round } = checkpoint;
  return {
    weights: weights.slice(),
    momentum: momentum.slice(),
    integerSum: new Float64Array(weights.length),
    drift: lastMean.map((g, i) => (lastOwnMean ? g - (lastOwnMean[i] ?? 0) : 0)),
    scale: round === 0 ? null : preconditioner(charter, recipe, checkpoint),
  };
}

interface LocalStep {
  readonly integers: Float64Array;
  /** γ/(q·tier) */
  readonly toGradient: number;
  /** t: the run's step number, from 0. */
  readonly step: number;
}

/** m ← βm + (1−β)(g̃ + ḡ − ḡ_b), x ← x − lr_t·clamp(D∘m/(1 − β^(t+1))). */
function move(recipe: FewRoundsRecipe, walk: Walk, { integers, toGradient, step }: LocalStep): void {
  const { weights, momentum, drift, scale } = walk;
  if (!scale) return;
  const beta = recipe.momentum;
  const learningRate = learningRateAt(recipe, step, recipe.steps);
  const correction = 1 - wholePower(beta, step + 1);
  for (let i = 0; i < weights.length; i++) {
    const gradient = toGradient * (integers[i] ?? 0) + (drift[i] ?? 0);
    const m = beta * (momentum[i] ?? 0) + (1 - beta) * gradient;
    const direction = ((scale[i] ?? 0) * m) / correction;
    momentum[i] = m;
    weights[i] =
      (weights[i] ?? 0) - learningRate * Math.max(-recipe.stepClamp, Math.min(recipe.stepClamp, direction));
  }
}

/** ḡ_b = γG_b/(K·q·tier_b) of a round that did K steps: what the bank keeps once that round is published with it. */
export function ownMean(
  recipe: FewRoundsRecipe,
  sum: Float64Array,
  { gridStep, steps, tier }: { readonly gridStep: number; readonly steps: number; readonly tier: number },
): Float64Array {
  const divisor = steps * recipe.samplingRate * tier;
  return sum.map((k) => (gridStep * k) / divisor);
}

/** The same from the checkpoint that the round started from. */
export function ownMeanOfRound(
  recipe: FewRoundsRecipe,
  sum: Float64Array,
  {
    charter,
    checkpoint,
    tier,
  }: Pick<LocalTraining, 'charter' | 'tier'> & { readonly checkpoint: Checkpoint },
): Float64Array {
  const { gridStep } = vectorLayout(charter, checkpoint, 'sum');
  return ownMean(recipe, sum, { gridStep, steps: stepsOfRound(recipe, checkpoint.round), tier });
}
