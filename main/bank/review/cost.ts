/** What one round of a charter is to the ledger: the planned mechanisms, never ones that the hub or the training reports. */
import { accountedNoiseMultiplier } from '#main/learning/dp-sgd/noise.ts';
import { canonicalJson } from '#shared/canonical.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import type { Charter } from '#shared/round/charter.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import { evaluationMechanism } from '#shared/round/evaluation.ts';
import { withNoise } from '#shared/round/more-noise.ts';
import { stepsOfRound } from '#shared/round/schedule.ts';
import type { ChargeRecord } from './approval.ts';

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

/** What a round is charged as. Both compose: they look at other rows, but through the same windows (privacy.md 2g.9). */
export interface RoundCost {
  readonly training: Mechanism;
  /** null in a round without score histogram. */
  readonly evaluation: Mechanism | null;
}

/** null for a charter without noise, which no ledger can account for. */
export function roundCost(charter: Charter, index: number): RoundCost | null {
  const { recipe, privacy } = charter;
  if (recipe.kind === 'plain' || privacy.noiseMultiplier === 0) return null;
  const training = {
    samplingRate: recipe.samplingRate,
    noiseMultiplier: accountedNoiseMultiplier(charter),
    steps: plannedSteps(charter, index),
  };
  return { training, evaluation: evaluationMechanism(charter, index) };
}

export function mechanismsOf(cost: RoundCost | null): readonly Mechanism[] {
  if (cost === null) return [];
  return cost.evaluation === null ? [cost.training] : [cost.training, cost.evaluation];
}

/** The mechanisms of each of the rounds `from` … `from + count − 1`, cut at the end of the run; none without noise. */
export function mechanismsByRound(
  charter: Charter,
  from: number,
  count: number,
): readonly (readonly Mechanism[])[] {
  const rounds = Math.max(0, Math.min(from + count, plannedRounds(charter)) - from);
  return Array.from({ length: rounds }, (_, k) => mechanismsOf(roundCost(charter, from + k)));
}

/** The same in one list. */
export function plannedMechanisms(charter: Charter, from: number, count: number): readonly Mechanism[] {
  return mechanismsByRound(charter, from, count).flat();
}

/** The charge is exactly what the charter plans for the round, its evaluation included: all that leaves without a click. */
export function isChargedAsPlanned(charge: ChargeRecord | null, planned: RoundCost | null): boolean {
  const charged =
    charge === null ? null : { training: charge.mechanism, evaluation: charge.evaluation?.mechanism ?? null };
  return canonicalJson(charged) === canonicalJson(planned === null ? null : { ...planned });
}

/** As planned, or as planned with more noise in the training, for which a person trained again. Less noise never is. */
export function isChargedWithPlannedNoise(charge: ChargeRecord | null, planned: RoundCost | null): boolean {
  if (charge === null || planned === null) return charge === null && planned === null;
  const { noiseMultiplier } = planned.training;
  const atPlannedNoise = { ...charge, mechanism: { ...charge.mechanism, noiseMultiplier } };
  return charge.mechanism.noiseMultiplier >= noiseMultiplier && isChargedAsPlanned(atPlannedNoise, planned);
}

/** The charter with the noise that the charge was written for: the planned one, or that of a training with more of it. */
export function chargedTerms(charter: Charter, charge: ChargeRecord | null): Charter {
  const planned = accountedNoiseMultiplier(charter);
  if (charge === null || planned === 0 || charge.mechanism.noiseMultiplier === planned) return charter;
  // accounted noise is a fixed share of the noise that is drawn
  const share = charter.privacy.noiseMultiplier / planned;
  return withNoise(charter, charge.mechanism.noiseMultiplier * share);
}
