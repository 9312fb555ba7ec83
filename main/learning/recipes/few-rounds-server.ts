/**
 * Few rounds under DP, the hub's side (data/README.md "Recipe"): banks have moved by Δ in K noisy steps; the hub averages,
 * and keeps the momentum and the preconditioner that all banks share in the next round. All of it is post-processing.
 */
import type { Charter, FewRoundsRecipe } from '#shared/round/charter.ts';
import { learningRateAt, stepsOfRound } from '#shared/round/schedule.ts';
import { wholePower } from '../aggregate/powers.ts';
import { noiseStandardDeviation } from '../dp-sgd/noise.ts';
import type { Checkpoint, IncludedBank } from './checkpoint.ts';
import type { ServerStep } from './published-sums.ts';
import { realSum, totalTier } from './published-sums.ts';

export function fewRoundsStep(recipe: FewRoundsRecipe, step: ServerStep): Checkpoint {
  const { checkpoint, included } = step;
  const roundSteps = stepsOfRound(recipe, checkpoint.round);
  const divisor = roundSteps * recipe.samplingRate * totalTier(included);
  const lastMean = realSum(step, 'sum').map((s) => s / divisor);
  const counts = { round: checkpoint.round + 1, step: checkpoint.step + roundSteps, roundSteps };
  const moments =
    checkpoint.round === 0
      ? firstMoments(recipe, roundSteps, lastMean)
      : laterMoments(recipe, step, lastMean);
  const after = { ...counts, included, ...moments, weights: checkpoint.weights, lastMean };
  return {
    ...after,
    weights: checkpoint.round === 0 ? firstWeights(recipe, step, after) : laterWeights(step),
  };
}

type Moments = Pick<Checkpoint, 'momentum' | 'secondMoment'>;

/** m ← (1 − βᴷ)ḡ, v ← K·ḡ². */
function firstMoments(recipe: FewRoundsRecipe, roundSteps: number, mean: Float64Array): Moments {
  const weight = 1 - wholePower(recipe.momentum, roundSteps);
  return { momentum: mean.map((g) => weight * g), secondMoment: mean.map((g) => roundSteps * (g * g)) };
}

/** m ← βᴷm + (1 − βᴷ)ḡ, v ← d·v + (1 − d)K·ḡ². */
function laterMoments(recipe: FewRoundsRecipe, { checkpoint }: ServerStep, mean: Float64Array): Moments {
  const roundSteps = stepsOfRound(recipe, checkpoint.round);
  const kept = wholePower(recipe.momentum, roundSteps);
  const decay = recipe.secondMomentDecay;
  return {
    momentum: mean.map((g, i) => kept * (checkpoint.momentum[i] ?? 0) + (1 - kept) * g),
    secondMoment: mean.map(
      (g, i) => decay * (checkpoint.secondMoment[i] ?? 0) + (1 - decay) * roundSteps * (g * g),
    ),
  };
}

/** x ← x + ΣtierΔ/W. */
function laterWeights(step: ServerStep): Float64Array {
  const weight = totalTier(step.included);
  const differences = realSum(step, 'difference');
  return step.checkpoint.weights.map((x, i) => x + (differences[i] ?? 0) / weight);
}

/** Round 0 had no preconditioner: the hub takes its K steps at once, x ← x − Σ_{t<K} lr_t·clamp(D∘ḡ). */
function firstWeights(
  recipe: FewRoundsRecipe,
  { charter, checkpoint }: ServerStep,
  after: Checkpoint,
): Float64Array {
  let learningRates = 0;
  for (let t = 0; t < after.roundSteps; t++) learningRates += learningRateAt(recipe, t, recipe.steps);
  const scale = preconditioner(charter, recipe, after);
  return checkpoint.weights.map((x, i) => {
    const move = (scale[i] ?? 0) * (after.lastMean[i] ?? 0);
    return x - learningRates * Math.max(-recipe.stepClamp, Math.min(recipe.stepClamp, move));
  });
}

/**
 * D = 1/√max(v̂, ν), from a checkpoint after at least one round. v̂ = v/(1 − dʳ), after the first round v̂ = v.
 * ν, the known noise variance of one averaged step, keeps coordinates of pure noise from being blown up.
 */
export function preconditioner(
  charter: Charter,
  recipe: FewRoundsRecipe,
  checkpoint: Checkpoint,
): Float64Array {
  const { round, included, secondMoment } = checkpoint;
  const correction = round === 1 ? 1 : 1 - wholePower(recipe.secondMomentDecay, round);
  const floor = noiseVariance(charter, recipe.samplingRate, included);
  return secondMoment.map((v) => 1 / Math.sqrt(Math.max(v / correction, floor)));
}

/** ν = n·(σC/(q·W))². */
function noiseVariance(charter: Charter, samplingRate: number, included: readonly IncludedBank[]): number {
  const deviation = noiseStandardDeviation(charter) / (samplingRate * totalTier(included));
  return included.length * (deviation * deviation);
}
