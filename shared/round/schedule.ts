/** The public schedules of a run: steps of each round and the learning rate of each step (data/README.md "Recipe"). */
import type { FewRoundsRecipe } from './charter.ts';

/** round(T · u√u) with u = n/R: noisy steps that n rounds were planned to have done. */
function plannedSteps(recipe: Pick<FewRoundsRecipe, 'rounds' | 'steps'>, rounds: number): number {
  const share = rounds / recipe.rounds;
  return Math.round(recipe.steps * share * Math.sqrt(share));
}

/** Noisy steps done by the first `rounds` committed rounds; every round has at least one. */
export function stepsBefore(recipe: Pick<FewRoundsRecipe, 'rounds' | 'steps'>, rounds: number): number {
  let done = 0;
  for (let r = 0; r < rounds; r++) done = Math.max(plannedSteps(recipe, r + 1), done + 1);
  return done;
}

/** K_r: noisy steps of the round with `index` committed rounds before it. */
export function stepsOfRound(recipe: Pick<FewRoundsRecipe, 'rounds' | 'steps'>, index: number): number {
  return stepsBefore(recipe, index + 1) - stepsBefore(recipe, index);
}

/** lr_t = lr · (1 − (1 − final share) · t / T), t from 0. */
export function learningRateAt(
  schedule: { readonly learningRate: number; readonly finalLearningRateShare: number },
  step: number,
  steps: number,
): number {
  return schedule.learningRate * (1 - (1 - schedule.finalLearningRateShare) * (step / steps));
}
