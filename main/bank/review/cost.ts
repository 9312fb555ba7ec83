/** What one round of a charter is to the ledger: the planned mechanism, never one that the hub or the training reports. */
import type { Charter } from '#shared/round/charter.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import { stepsOfRound } from '#shared/round/schedule.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';

/** Noisy steps of the round with `index` committed rounds before it; local epochs count as none. */
export function plannedSteps(charter: Charter, index: number): number {
  switch (charter.recipe.kind) {
    case 'few-rounds':
      return stepsOfRound(charter.recipe, index);
    case 'one-step':
      return 1;
    case 'plain':
      return 0;
  }
}

/** The mechanism that the round is charged as; null for a charter without noise, which no ledger can account for. */
export function roundMechanism(charter: Charter, index: number): Mechanism | null {
  const { recipe, privacy } = charter;
  if (recipe.kind === 'plain' || privacy.noiseMultiplier === 0) return null;
  return {
    samplingRate: recipe.samplingRate,
    noiseMultiplier: privacy.noiseMultiplier,
    steps: plannedSteps(charter, index),
  };
}

/** Mechanisms of the rounds `from` … `from + count − 1`, cut at the end of the run. */
export function plannedMechanisms(charter: Charter, from: number, count: number): readonly Mechanism[] {
  const mechanisms: Mechanism[] = [];
  const end = Math.min(from + count, plannedRounds(charter));
  for (let index = from; index < end; index++) {
    const mechanism = roundMechanism(charter, index);
    if (mechanism !== null) mechanisms.push(mechanism);
  }
  return mechanisms;
}
