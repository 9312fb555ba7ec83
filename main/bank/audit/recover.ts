/**
 * The way on from an audit whose end is missing, as after an older copy of the store was restored. Nothing is made up for:
 * an entry says what is missing and why one went on. Entries that were changed are no matter for this; they take a backup.
 */
import { FailureError } from '#shared/failure.ts';
import type { ReviewerCredential } from '#shared/round/reviewer-view.ts';
import type { Services } from '../services.ts';

export interface RecoverAuditRequest {
  readonly reason: string;
  readonly countersigned: readonly ReviewerCredential[];
}

/** Throws `invalid-input` without a reason or a missing end, `store-damaged` where entries were changed. */
export async function recoverAudit(
  { audit, reviewers, soundness }: Pick<Services, 'audit' | 'reviewers' | 'soundness'>,
  { reason, countersigned }: RecoverAuditRequest,
): Promise<void> {
  if (reason.trim() === '')
    throw new FailureError('invalid-input', 'Going on without missing entries takes a reason', {
      field: 'reason',
    });
  const missing = audit.missingEnd();
  if (missing === undefined) throw notMissing(audit.verify().kind);
  const { entries, written } = missing;
  const detail = { reason: reason.trim(), entries, written: written === null ? null : { ...written } };
  await reviewers.change({ action: 'audit.recovered', detail, countersigned, apply: () => undefined });
  audit.acceptEnd();
  soundness.verify();
}

function notMissing(health: 'verified' | 'broken'): FailureError {
  if (health === 'verified')
    return new FailureError('invalid-input', 'The audit verifies: there is nothing to recover');
  return new FailureError('store-damaged', 'Entries of the audit were changed, not lost');
}
