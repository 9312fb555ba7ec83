/**
 * The way on from a store that blocks charging and sending because it is older than it was, or its ledger was altered: one
 * reasoned act, written to ledger and audit. Says beforehand what it will do.
 */
import { FailureError } from '#shared/failure.ts';
import type { LedgerRecovery } from '#shared/privacy/ledger-view.ts';
import { recoverAudit, type RecoverAuditRequest } from '../audit/recover.ts';
import type { Services } from '../services.ts';

type Parts = Pick<Services, 'ledger' | 'audit' | 'reviewers' | 'soundness' | 'gate' | 'gatePorts'>;

export function recoveryOf({ ledger, audit }: Pick<Services, 'ledger' | 'audit'>): LedgerRecovery {
  const plan = ledger.recovery();
  if (plan.kind !== 'none') return plan;
  const missing = audit.missingEnd();
  if (missing === undefined) return plan;
  const written =
    missing.written === null ? 'its end is not known' : `${String(missing.written.sequence)} were written`;
  return { kind: 'accept-audit-end', fault: `The audit has ${String(missing.entries)} entries, ${written}` };
}

/** Throws `invalid-input` without a reason, or where there is nothing to recover; what `reviewers.change` throws. */
export async function recoverStore(parts: Parts, request: RecoverAuditRequest): Promise<void> {
  const { ledger, audit, reviewers, soundness, gatePorts, gate } = parts;
  const reason = request.reason.trim();
  if (reason === '')
    throw new FailureError('invalid-input', 'Recovering the ledger takes a reason', { field: 'reason' });
  const plan = recoveryOf(parts);
  if (plan.kind === 'none')
    throw new FailureError('invalid-input', 'Ledger and audit verify: there is nothing to recover');
  if (plan.kind === 'accept-audit-end') return recoverAudit(parts, request);
  const missing = audit.missingEnd();
  const auditEnd =
    missing === undefined ? null : { ...missing, written: missing.written && { ...missing.written } };
  const { kind, fault, epsilonBefore, epsilonAfter } = plan;
  await reviewers.change({
    action: 'privacy.recovered',
    detail: { reason, kind, fault, epsilonBefore, epsilonAfter, auditEnd },
    countersigned: request.countersigned,
    apply: () => {
      ledger.recover(reason);
    },
  });
  ledger.mirrorCommitted();
  if (missing !== undefined) audit.acceptEnd();
  // Their holds ended with the recovery: what follows waits for a person.
  for (const { runId } of gatePorts.scopes.allRunning()) gate.stopScope(runId);
  soundness.verify();
}
