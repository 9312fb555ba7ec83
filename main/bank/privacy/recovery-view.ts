/** What a recovery would do, for the person who decides on it. */
import type { Accountant } from '#shared/privacy/accountant.ts';
import type { LedgerRecovery } from '#shared/privacy/ledger-view.ts';
import { recoveredFact, type RecoveryPlan } from './recovery.ts';
import { chargedEpsilon } from './views.ts';

export function recoveryView(plan: RecoveryPlan | undefined, accountant: Accountant): LedgerRecovery {
  if (plan === undefined) return { kind: 'none' };
  const { epsilonAfter } = recoveredFact(plan, { accountant, reason: 'as shown' });
  const { fault, mechanisms } = plan.fact;
  const epsilonBefore = chargedEpsilon(plan.standing, accountant);
  const holdsEnded = plan.standing.holds.size;
  switch (plan.kind) {
    case 'charge-missing':
      return {
        ...{ kind: 'charge-missing', fault, epsilonBefore, holdsEnded },
        mechanisms: [...mechanisms],
        epsilonAfter: epsilonAfter ?? 0,
      };
    case 'close-budget':
      return { kind: 'close-budget', fault, epsilonBefore, epsilonAfter, holdsEnded };
  }
}
