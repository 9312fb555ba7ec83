/** The local policy as typed, and what is wrong with it. */
import { LocalPolicy } from '#shared/contract/bank.ts';

export const POLICY_NUMBERS = [
  'minimumNoiseMultiplier',
  'maximumEpsilonPerRound',
  'maximumEpsilonPerRun',
  'maximumEpsilonInTotal',
  'maximumWeightShare',
  'minimumCohort',
  'undoSeconds',
] as const;
export type PolicyNumber = (typeof POLICY_NUMBERS)[number];

export interface PolicyText {
  readonly numbers: Readonly<Record<PolicyNumber, string>>;
  readonly allowRunsWithoutNoise: boolean;
}

export type PolicyOutcome =
  | { readonly kind: 'valid'; readonly policy: LocalPolicy }
  | { readonly kind: 'invalid'; readonly fields: readonly PolicyNumber[] };

export function policyText(policy: LocalPolicy): PolicyText {
  return {
    numbers: {
      minimumNoiseMultiplier: String(policy.minimumNoiseMultiplier),
      maximumEpsilonPerRound: String(policy.maximumEpsilonPerRound),
      maximumEpsilonPerRun: String(policy.maximumEpsilonPerRun),
      maximumEpsilonInTotal: String(policy.maximumEpsilonInTotal),
      maximumWeightShare: String(policy.maximumWeightShare),
      minimumCohort: String(policy.minimumCohort),
      undoSeconds: String(policy.undoSeconds),
    },
    allowRunsWithoutNoise: policy.allowRunsWithoutNoise,
  };
}

export function parsePolicy(typed: PolicyText): PolicyOutcome {
  const numbers = Object.fromEntries(
    POLICY_NUMBERS.map((name) => {
      const plain = typed.numbers[name].trim().replace(',', '.');
      return [name, plain === '' ? NaN : Number(plain)];
    }),
  );
  const parsed = LocalPolicy.safeParse({ ...numbers, allowRunsWithoutNoise: typed.allowRunsWithoutNoise });
  if (parsed.success) return { kind: 'valid', policy: parsed.data };
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]));
  return { kind: 'invalid', fields: POLICY_NUMBERS.filter((name) => wrong.has(name)) };
}
