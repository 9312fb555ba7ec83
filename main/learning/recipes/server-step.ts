/**
 * The server's step, public arithmetic: from the signed sums, the hub and every bank compute the same next checkpoint, bit
 * for bit (design.md I8). Only + − × ÷ √ in a written order.
 */
import type { OneStepRecipe, PlainRecipe } from '#shared/round/charter.ts';
import { learningRateAt } from '#shared/round/schedule.ts';
import type { ServerState } from '../aggregate/rules.ts';
import { adamStep, fedAdamStep, fedAvgMStep, fedAvgStep } from '../aggregate/rules.ts';
import type { Checkpoint } from './checkpoint.ts';
import { fewRoundsStep } from './few-rounds-server.ts';
import type { ServerStep } from './published-sums.ts';
import { realSum, totalTier } from './published-sums.ts';

/** The checkpoint after this round. */
export function stepFromSums(step: ServerStep): Checkpoint {
  const { recipe } = step.charter;
  switch (recipe.kind) {
    case 'few-rounds':
      return fewRoundsStep(recipe, step);
    case 'one-step':
      return oneStep(recipe, step);
    case 'plain':
      return plainStep(recipe, step);
  }
}

/** g = γΣS/(q·W), then bias-corrected Adam with the learning rate of this round. */
function oneStep(recipe: OneStepRecipe, step: ServerStep): Checkpoint {
  const { checkpoint, included } = step;
  const expectedRows = recipe.samplingRate * totalTier(included);
  const gradient = realSum(step, 'sum').map((s) => s / expectedRows);
  const state = adamStep(checkpoint, gradient, {
    learningRate: learningRateAt(recipe, checkpoint.round, recipe.rounds),
    beta1: recipe.beta1,
    beta2: recipe.beta2,
    epsilon: recipe.adamEpsilon,
    step: checkpoint.round + 1,
  });
  return next(step, state, gradient);
}

/** D = ΣtierΔ/W, then the charter's rule. */
function plainStep(recipe: PlainRecipe, step: ServerStep): Checkpoint {
  const weight = totalTier(step.included);
  const difference = realSum(step, 'difference').map((s) => s / weight);
  return next(step, plainRule(recipe, step.checkpoint, difference), difference);
}

function plainRule({ rule }: PlainRecipe, state: ServerState, difference: Float64Array): ServerState {
  switch (rule.kind) {
    case 'fedavg':
      return fedAvgStep(state, difference);
    case 'fedavgm':
      return fedAvgMStep(state, difference, rule);
    case 'fedadam':
      return fedAdamStep(state, difference, rule);
  }
}

function next({ checkpoint, included }: ServerStep, state: ServerState, lastMean: Float64Array): Checkpoint {
  const { weights, momentum, secondMoment } = state;
  const counts = { round: checkpoint.round + 1, step: checkpoint.step + 1, roundSteps: 1 };
  return { ...counts, included, weights, momentum, secondMoment, lastMean };
}
