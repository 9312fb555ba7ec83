/**
 * A bank's part of one round: from the public checkpoint and its own rows to the integers of its update.
 * It draws noise, so the caller has written the charge before (design.md I2); the bytes are made by update-codec.ts.
 */
import type { OneStepRecipe } from '#shared/round/charter.ts';
import { fewRoundsUpdate } from './few-rounds-bank.ts';
import { bankSums } from './noisy-bank-sums.ts';
import { plainUpdate } from './plain-bank.ts';
import type { LocalTraining, TrainedUpdate } from './training-terms.ts';

export function trainUpdate(training: LocalTraining): TrainedUpdate {
  const { recipe } = training.charter;
  switch (recipe.kind) {
    case 'few-rounds':
      return fewRoundsUpdate(recipe, training);
    case 'one-step':
      return oneStepUpdate(recipe, training);
    case 'plain':
      return plainUpdate(recipe, training);
  }
}

/** One noisy sum at the published weights. */
function oneStepUpdate(recipe: OneStepRecipe, training: LocalTraining): TrainedUpdate {
  const { integers, figures } = bankSums(recipe, training).next(training.checkpoint.weights);
  training.onStep?.(1, 1);
  return { vectors: { difference: null, sum: integers }, figures };
}
