/**
 * The bank's own floors against a charter (I15): what the hub asks never loosens them. Pure. Asked before a charge, when a
 * scope is planned and again at the release, since a floor may have risen in between. All of it is public or accounted
 * for: an automatic release may look at it.
 */
import type { LocalPolicy } from '#shared/contract/bank.ts';
import { FailureError } from '#shared/failure.ts';
import { formatEpsilonUp } from '#shared/privacy/format.ts';
import { accountedNoiseMultiplier } from '#main/learning/dp-sgd/noise.ts';
import type { Charter } from '#shared/round/charter.ts';
import { histogramMechanism } from '#shared/round/evaluation.ts';

/** Floors of a new store: any run with real noise and company, no run without. */
export const DEFAULT_POLICY: LocalPolicy = {
  minimumNoiseMultiplier: 0.5,
  maximumEpsilonPerRound: 2,
  maximumEpsilonPerRun: 8,
  maximumEpsilonInTotal: 16,
  maximumWeightShare: 0.75,
  minimumCohort: 3,
  allowRunsWithoutNoise: false,
  undoSeconds: 5,
};

/** Terms of the charter that the policy refuses, known before anything is computed. */
export function charterProblem(policy: LocalPolicy, charter: Charter): FailureError | null {
  const noiseMultiplier = accountedNoiseMultiplier(charter);
  if (charter.privacy.noise === 'shared') return unsupported('Shared noise');
  if (charter.secureAggregation.kind === 'on') return unsupported('Secure aggregation');
  if (noiseMultiplier === 0 && policy.allowRunsWithoutNoise) return null;
  if (noiseMultiplier === 0)
    return refused('This run adds no noise, so nothing bounds what its updates reveal', {
      figure: 'noise multiplier',
      value: 0,
      limit: policy.minimumNoiseMultiplier,
    });
  return (
    tooLittleNoise(policy, 'noise multiplier', noiseMultiplier) ??
    tooLittleNoise(
      policy,
      'noise multiplier of the score histograms',
      histogramMechanism(charter.evaluation.histogram)?.noiseMultiplier ?? Infinity,
    )
  );
}

function tooLittleNoise(policy: LocalPolicy, figure: string, value: number): FailureError | null {
  const limit = policy.minimumNoiseMultiplier;
  if (value >= limit) return null;
  return refused(`The charter's ${figure} ${String(value)} is below this bank's floor ${String(limit)}`, {
    figure,
    value,
    limit,
  });
}

export interface RoundCost {
  /** ε of this round's charge on top of the ledger; 0 without noise. */
  readonly epsilonOfRound: number;
  /** ε that this bank's charges in the run would then have added; 0 without noise. */
  readonly epsilonOfRun: number;
  /** ε of all charges and holds of the store with this round; 0 without noise. */
  readonly epsilonInTotal: number;
}

export function costProblem(policy: LocalPolicy, cost: RoundCost): FailureError | null {
  const { maximumEpsilonPerRound, maximumEpsilonPerRun, maximumEpsilonInTotal } = policy;
  return (
    tooDear('epsilon of this round', cost.epsilonOfRound, {
      limit: maximumEpsilonPerRound,
      words: (epsilon, limit) => `This round costs ε ${epsilon}; this bank allows ${limit} a round`,
    }) ??
    tooDear('epsilon of this run', cost.epsilonOfRun, {
      limit: maximumEpsilonPerRun,
      words: (epsilon, limit) => `This run would cost ε ${epsilon}; this bank allows ${limit} a run`,
    }) ??
    tooDear('epsilon in total', cost.epsilonInTotal, {
      limit: maximumEpsilonInTotal,
      words: (epsilon, limit) =>
        `Charges and holds would reach ε ${epsilon}; this bank allows ${limit} in all`,
    })
  );
}

interface Dearness {
  readonly limit: number;
  readonly words: (epsilon: string, limit: string) => string;
}

function tooDear(figure: string, epsilon: number, { limit, words }: Dearness): FailureError | null {
  if (epsilon <= limit) return null;
  return refused(words(formatEpsilonUp(epsilon), String(limit)), { figure, value: epsilon, limit });
}

/** Who takes part in the round, as the members' own signatures say. */
export interface Cohort {
  readonly banks: number;
  /** The public tier that this bank declared for the run. */
  readonly ownTier: number;
  /** Tiers of all banks of the cohort together, this one's included. */
  readonly tiers: number;
}

export function cohortProblem(policy: LocalPolicy, charter: Charter, cohort: Cohort): FailureError | null {
  const least = Math.max(policy.minimumCohort, charter.participation.minimumCohort);
  if (cohort.banks < least)
    return refused(
      `The cohort has ${String(cohort.banks)} banks; this bank takes part from ${String(least)} on`,
      { figure: 'banks in the cohort', value: cohort.banks, limit: least },
    );
  const share = weightShare(cohort);
  if (share <= policy.maximumWeightShare) return null;
  return refused(
    `This bank's tier is ${percent(share)} of the cohort's; it takes part up to ${percent(policy.maximumWeightShare)}`,
    { figure: 'weight share', value: share, limit: policy.maximumWeightShare },
  );
}

/** Own public tier ÷ the cohort's: a model that is this bank's alone hides nothing of it. Tiers not known yet count as 0. */
export function weightShare({ ownTier, tiers }: Cohort): number {
  return ownTier / Math.max(tiers, ownTier, 1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

interface Refusal {
  readonly figure: string;
  readonly value: number;
  readonly limit: number;
}

function refused(message: string, { figure, value, limit }: Refusal): FailureError {
  return new FailureError('policy-refused', message, { figure, value, limit });
}

function unsupported(what: string): FailureError {
  return new FailureError('not-supported-yet', `${what} is not supported by this version`);
}
