/** Gathers what the checks of a review look at. */
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import { leakChecks } from '../leaks/leak-checks.ts';
import type { ReviewCheck, ReviewSignatures } from '#shared/round/review-view.ts';
import { reviewChecks } from './checks.ts';
import type { GatePorts } from './gate-ports.ts';
import { policyAtRelease } from './release-policy.ts';
import { remainingMs, type RoundContext } from './round-context.ts';
import type { HeldUpdate } from './store.ts';

export interface Checked {
  readonly held: HeldUpdate;
  readonly round: RoundContext;
  readonly signatures: ReviewSignatures;
}

export function checksOf(ports: GatePorts, { held, round, signatures }: Checked): readonly ReviewCheck[] {
  const { plan, operatorSignature } = round.plan;
  const earlier = ports.store.history(round.runId).flatMap(({ statistics }) => statistics.noiseRatio ?? []);
  const own = reviewChecks({
    held,
    digest: digestOf(held.payload),
    round,
    bankId: ports.identity().bankId,
    isCharterSigned: verifyStatement(ports.operatorKey(), 'run-plan', {
      document: plan,
      signature: operatorSignature,
    }),
    policy: ports.policy(),
    refusedByPolicy: policyAtRelease(ports, { charge: held.charge, round }),
    signatures,
    ledger: {
      health: ports.ledger.health(),
      budget: ports.ledger.budget()?.epsilon ?? null,
      delta: ports.ledger.budget()?.delta ?? null,
      charged: ports.ledger.chargedEpsilon(),
    },
    remainingMs: remainingMs(round, ports.clock.monotonic()),
    earlierNoiseRatios: earlier,
  });
  return [...own, ...leakChecks(ports.leaks.report(held))];
}
