/** The bank's own floors against a charter (I15): what the hub asks never loosens them. Pure. */
import type { LocalPolicy } from '#shared/contract/bank.ts';
import { FailureError } from '#shared/failure.ts';
import { formatEpsilonUp } from '#shared/privacy/format.ts';
import type { Charter } from '#shared/round/charter.ts';

/** Floors of a new store: any run with real noise and company, no run without. */
export const DEFAULT_POLICY: LocalPolicy = {
  minimumNoiseMultiplier: 0.5,
  maximumEpsilonPerRound: 2,
  maximumEpsilonPerRun: 8,
  minimumCohort: 3,
  allowRunsWithoutNoise: false,
  undoSeconds: 5,
};

/** Terms of the charter that the policy refuses, known before anything is computed. */
export function charterProblem(policy: LocalPolicy, charter: Charter): FailureError | null {
  const { noiseMultiplier, unit, noise } = charter.privacy;
  if (unit === 'account') return unsupported('The unit of privacy "account"');
  if (noise === 'shared') return unsupported('Shared noise');
  if (charter.secureAggregation.kind === 'on') return unsupported('Secure aggregation');
  if (noiseMultiplier === 0 && !policy.allowRunsWithoutNoise)
    return refused('This run adds no noise, so nothing bounds what its updates reveal', {
      noiseMultiplier: 0,
    });
  if (noiseMultiplier > 0 && noiseMultiplier < policy.minimumNoiseMultiplier)
    return refused(
      `The charter's noise multiplier ${String(noiseMultiplier)} is below this bank's floor ${String(policy.minimumNoiseMultiplier)}`,
      { noiseMultiplier, floor: policy.minimumNoiseMultiplier },
    );
  return null;
}

export interface RoundCost {
  /** ε of this round's charge on top of the ledger; 0 without noise. */
  readonly epsilonOfRound: number;
  /** ε that this bank's charges in the run would then have added; 0 without noise. */
  readonly epsilonOfRun: number;
}

export function costProblem(policy: LocalPolicy, cost: RoundCost): FailureError | null {
  if (cost.epsilonOfRound > policy.maximumEpsilonPerRound)
    return refused(
      `This round costs ε ${formatEpsilonUp(cost.epsilonOfRound)}; this bank allows ${String(policy.maximumEpsilonPerRound)} a round`,
      { epsilon: cost.epsilonOfRound, limit: policy.maximumEpsilonPerRound },
    );
  if (cost.epsilonOfRun > policy.maximumEpsilonPerRun)
    return refused(
      `This run would cost ε ${formatEpsilonUp(cost.epsilonOfRun)}; this bank allows ${String(policy.maximumEpsilonPerRun)} a run`,
      { epsilon: cost.epsilonOfRun, limit: policy.maximumEpsilonPerRun },
    );
  return null;
}

export function cohortProblem(policy: LocalPolicy, charter: Charter, cohort: number): FailureError | null {
  const least = Math.max(policy.minimumCohort, charter.participation.minimumCohort);
  if (cohort >= least) return null;
  return refused(`The cohort has ${String(cohort)} banks; this bank takes part from ${String(least)} on`, {
    cohort,
    least,
  });
}

function refused(message: string, details: Readonly<Record<string, number>>): FailureError {
  return new FailureError('policy-refused', message, details);
}

function unsupported(what: string): FailureError {
  return new FailureError('not-supported-yet', `${what} is not supported by this version`);
}
