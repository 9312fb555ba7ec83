/**
 * The plain recipe, a bank's side: local momentum SGD over shuffled mini-batches, without clipping and without noise.
 * What it sends protects nobody's rows; the screens say so.
 */
import type { PlainRecipe } from '#shared/round/charter.ts';
import { learningRateAt } from '#shared/round/schedule.ts';
import { publicPermutation, publicRandom } from '../model/public-random.ts';
import { addFigures, NO_FIGURES } from './noisy-bank-sums.ts';
import type { LocalTraining, TrainedUpdate } from './training-terms.ts';
import { vectorLayout } from './published-sums.ts';
import { toIntegers } from '../dp-sgd/rounding.ts';

export function plainUpdate(recipe: PlainRecipe, training: LocalTraining): TrainedUpdate {
  const { charter, checkpoint, engine, units, chance, onStep } = training;
  if (units.kind !== 'rows') throw new TypeError('the plain recipe adds up single rows');
  const rows = units.count;
  const weights = checkpoint.weights.slice();
  const momentum = new Float64Array(weights.length);
  const learningRate = learningRateAt(
    { ...recipe, learningRate: recipe.localLearningRate },
    checkpoint.round,
    recipe.rounds,
  );
  const batches = Math.ceil(rows / recipe.batchSize);
  let figures = NO_FIGURES;
  for (let epoch = 0; epoch < recipe.localEpochs; epoch++) {
    const order = publicPermutation(publicRandom(chance.word()), rows);
    for (let b = 0; b < batches; b++) {
      const batch = order.subarray(b * recipe.batchSize, (b + 1) * recipe.batchSize);
      const { sum, clippedUnits, nonFiniteRows } = engine.gradientSum({
        weights,
        rows: batch,
        clippingNorm: null,
      });
      const sampled = { sampledUnits: batch.length, sampledRows: batch.length };
      figures = addFigures(figures, { ...sampled, clippedUnits, nonFiniteRows });
      descend({ weights, momentum, start: checkpoint.weights }, sum, {
        recipe,
        learningRate,
        rows: batch.length,
      });
      onStep?.(epoch * batches + b + 1, recipe.localEpochs * batches);
    }
  }
  const moved = weights.map((x, i) => x - (checkpoint.weights[i] ?? 0));
  return {
    vectors: { difference: toIntegers(moved, vectorLayout(charter, checkpoint, 'difference')), sum: null },
    figures,
  };
}

interface Walk {
  /** Mutable, local to one round. */
  readonly weights: Float64Array;
  readonly momentum: Float64Array;
  readonly start: Float64Array;
}

interface Descent {
  readonly recipe: PlainRecipe;
  readonly learningRate: number;
  /** Rows behind the sum. */
  readonly rows: number;
}

/** u ← βu + g + μ(x − x₀), x ← x − lr·u; μ is FedProx (1812.06127). */
function descend(
  { weights, momentum, start }: Walk,
  sum: Float64Array,
  { recipe, learningRate, rows }: Descent,
): void {
  for (let i = 0; i < weights.length; i++) {
    const x = weights[i] ?? 0;
    const gradient = (sum[i] ?? 0) / rows + recipe.proximal * (x - (start[i] ?? 0));
    const velocity = recipe.localMomentum * (momentum[i] ?? 0) + gradient;
    momentum[i] = velocity;
    weights[i] = x - learningRate * velocity;
  }
}
