/** Shows and performs the recovery of a ledger that blocks; what it consists of is decided in recovery.ts. */
import { FailureError } from '#shared/failure.ts';
import type { LedgerRecovery } from '#shared/privacy/ledger-view.ts';
import { appendAfter, type LedgerParts } from './append.ts';
import type { KnownLedger } from './known-ledger.ts';
import { planRecovery, recoveredFact, type RecoveryPlan } from './recovery.ts';
import { recoveryView } from './recovery-view.ts';

export interface Recovering {
  recovery(): LedgerRecovery;
  recover(reason: string): void;
}

export function recovering(parts: LedgerParts): Recovering {
  const { store, reader, accountant } = parts;
  return {
    recovery: () => {
      const known = reader.verify();
      return recoveryView(planOf(parts, known), accountant);
    },
    recover: (asked) => {
      const reason = asked.trim();
      if (reason === '')
        throw new FailureError('invalid-input', 'Recovering the ledger takes a reason', { field: 'reason' });
      store.inTransaction(() => {
        const known = reader.verify();
        const plan = planOf(parts, known);
        if (plan === undefined)
          throw new FailureError('invalid-input', 'The ledger verifies: there is nothing to recover');
        const fact = recoveredFact(plan, { accountant, reason });
        reader.recoveredBy(appendAfter(parts, known.head, fact).hash);
      });
      reader.mirrorCommitted();
    },
  };
}

function planOf(
  { store, reader, macKey, accountant }: LedgerParts,
  known: KnownLedger,
): RecoveryPlan | undefined {
  return planRecovery({
    ...{ known, macKey, accountant },
    rows: store.rowsAfter(0),
    mirrored: reader.mirrored(),
    foreign: reader.foreign(),
    isOwnHead: (hash) => reader.isOwnHead(hash),
  });
}
