/** The local policy at the release: its floors may have risen since the charge. Looks at public and accounted values only. */
import type { FailureError } from '#shared/failure.ts';
import { charterProblem, cohortProblem, costProblem } from '../settings/policy.ts';
import { chargedTerms } from './cost.ts';
import type { GatePorts } from './gate-ports.ts';
import { cohortOf, type RoundContext } from './round-context.ts';
import type { HeldUpdate } from './store.ts';

export interface ReleaseTerms {
  readonly charge: HeldUpdate['charge'];
  readonly round: RoundContext;
}

/** What the policy refuses about this release, with its figures; null when it allows it. */
export function policyAtRelease(
  ports: Pick<GatePorts, 'policy' | 'ledger'>,
  { charge, round }: ReleaseTerms,
): FailureError | null {
  const policy = ports.policy();
  const problem =
    charterProblem(policy, chargedTerms(round.charter, charge)) ??
    cohortProblem(policy, round.charter, cohortOf(round));
  if (problem !== null || charge === null) return problem;
  return costProblem(policy, {
    epsilonOfRound: charge.epsilonAfter - charge.epsilonBefore,
    epsilonOfRun: charge.epsilonAfter - round.epsilonAtJoin,
    epsilonInTotal: ports.ledger.reservedEpsilon(),
  });
}

/** Throws what `policyAtRelease` refuses. */
export function requirePolicyAtRelease(
  ports: Pick<GatePorts, 'policy' | 'ledger'>,
  terms: ReleaseTerms,
): void {
  const problem = policyAtRelease(ports, terms);
  if (problem !== null) throw problem;
}
