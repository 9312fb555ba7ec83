/** What a recovery would do, for the person who decides on it. */
import type { Accountant } from '#shared/privacy/accountant.ts';
import type { LedgerRecovery } from '#shared/privacy/ledger-view.ts';
import type { KnownLedger } from './known-ledger.ts';
import { recoveredFact, type RecoveryPlan } from './recovery.ts';
import { chargedEpsilon } from './views.ts';

export interface PlannedRecovery {
  readonly known: KnownLedger;
  readonly plan: RecoveryPlan | undefined;
  readonly accountant: Accountant;
}

export function recoveryView({ known, plan, accountant }: PlannedRecovery): LedgerRecovery {
  if (plan === undefined) return { kind: 'none' };
  const { epsilonAfter } = recoveredFact(plan, { known, accountant, reason: 'as shown' });
  const { fault, mechanisms } = plan.fact;
  const epsilonBefore = chargedEpsilon(known.balance, accountant);
  const holdsEnded = known.balance.holds.size;
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
