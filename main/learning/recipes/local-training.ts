/**
 * A bank's part of one round: from the public checkpoint and its own rows to the integers of its update.
 * It draws noise, so the caller has written the charge before (design.md I2); the bytes are made by update-codec.ts.
 */
import { FailureError } from '#shared/failure.ts';
import type { Charter, OneStepRecipe } from '#shared/round/charter.ts';
import type { StepFigures } from '../dp-sgd/noisy-sums.ts';
import type { GradientEngine } from '../engine.ts';
import type { Chance } from '../kernel/chance.ts';
import type { Checkpoint } from './checkpoint.ts';
import { fewRoundsUpdate } from './few-rounds-bank.ts';
import { bankSums } from './noisy-bank-sums.ts';
import { plainUpdate } from './plain-bank.ts';
import type { IntegerVectors } from './update-codec.ts';

export interface LocalTraining {
  readonly charter: Charter;
  readonly checkpoint: Checkpoint;
  /** Bound to the charter's network and the bank's training rows. */
  readonly engine: GradientEngine;
  /** Rows held by the engine. */
  readonly rows: number;
  /** The bank's declared public size tier. */
  readonly tier: number;
  /** ḡ_b: mean noisy gradient of this bank's last included round (`ownMean`); null before one. */
  readonly lastOwnMean: Float64Array | null;
  readonly chance: Chance;
  /** Called after each step with steps done and steps in all. */
  readonly onStep?: (done: number, steps: number) => void;
}

export interface TrainedUpdate {
  readonly vectors: IntegerVectors;
  /** Raw figures of the whole round, for the analyst only. */
  readonly figures: StepFigures;
}

/** @throws FailureError `not-supported-yet` for the account unit. */
export function trainUpdate(training: LocalTraining): TrainedUpdate {
  const { privacy, recipe } = training.charter;
  if (privacy.unit === 'account')
    throw new FailureError('not-supported-yet', 'Training with accounts as the unit of privacy comes later');
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
