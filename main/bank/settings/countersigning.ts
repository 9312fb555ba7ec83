/**
 * Changes that loosen something, in one commit with the audit entry that says who agreed. In mode `two` both reviewers
 * sign the very change, their statements stand in the entry, and without them nothing is changed.
 */
import type { Clock } from '#main/platform/ports.ts';
import { digestOf, signStatement, verifyStatement } from '#main/wire/identity.ts';
import type { Canonical } from '#shared/canonical.ts';
import { FailureError } from '#shared/failure.ts';
import { type PublicKeyHex, type ReviewerId, UtcTime } from '#shared/ids.ts';
import type {
  ChangeStatement,
  ReviewerCredential,
  ReviewMode,
  SignedChangeStatement,
} from '#shared/round/reviewer-view.ts';
import type { AuditDetail } from '../audit/record.ts';
import type { Transact } from '../store/transaction.ts';
import type { ReviewerKeys, Signer } from './reviewer-keys.ts';

export interface LooseningChange {
  /** Of the audit entry: `policy.loosened`. */
  readonly action: string;
  /** What changes, from what to what, and why: exactly what the reviewers sign. */
  readonly detail: Readonly<Record<string, Canonical>>;
  readonly countersigned: readonly ReviewerCredential[];
  /** Writes the change; joins the transaction. Throws where it no longer applies to what stands. */
  readonly apply: () => void;
}

export interface CountersigningPorts {
  readonly keys: Pick<ReviewerKeys, 'open'>;
  readonly mode: () => ReviewMode;
  /** The key of a reviewer who may sign now. */
  readonly activeKey: (reviewerId: ReviewerId) => PublicKeyHex | undefined;
  readonly transact: Transact;
  readonly audit: (action: string, detail: AuditDetail) => void;
  readonly clock: Pick<Clock, 'now'>;
}

/** Throws `second-reviewer-needed` without two reviewers in mode `two`, `reviewer-refused` for a wrong passphrase. */
export async function applyCountersigned(ports: CountersigningPorts, change: LooseningChange): Promise<void> {
  const { action, detail } = change;
  const signed = ports.mode() === 'one' ? [] : await signChange(ports, change);
  ports.transact(() => {
    // The mode and the reviewers may have changed while the passphrases were tried.
    requireBoth(ports, change, signed);
    change.apply();
    ports.audit(action, { ...detail, countersigned: signed.map((one) => ({ ...one })) });
  });
}

async function signChange(
  ports: CountersigningPorts,
  { action, detail, countersigned }: LooseningChange,
): Promise<readonly SignedChangeStatement[]> {
  const [first, second] = countersigned;
  if (first === undefined || second === undefined || first.reviewerId === second.reviewerId)
    throw secondNeeded(action);
  const at = UtcTime.parse(new Date(ports.clock.now()).toISOString());
  const changeHash = digestOf(detail);
  const sign = ({ reviewerId, name: reviewer, publicKey, privateKey }: Signer): SignedChangeStatement => {
    const statement: ChangeStatement = { action, changeHash, reviewerId, reviewer, at };
    return { statement, publicKey, signature: signStatement(privateKey, 'change', statement) };
  };
  return [sign(await ports.keys.open(first)), sign(await ports.keys.open(second))];
}

function requireBoth(
  ports: CountersigningPorts,
  { action, detail }: LooseningChange,
  signed: readonly SignedChangeStatement[],
): void {
  if (ports.mode() === 'one') return;
  const changeHash = digestOf(detail);
  const valid = signed.filter(
    ({ statement, publicKey, signature }) =>
      statement.changeHash === changeHash &&
      statement.action === action &&
      ports.activeKey(statement.reviewerId) === publicKey &&
      verifyStatement(publicKey, 'change', { document: statement, signature }),
  );
  if (new Set(valid.map(({ statement }) => statement.reviewerId)).size < 2) throw secondNeeded(action);
}

function secondNeeded(action: string): FailureError {
  return new FailureError('second-reviewer-needed', 'This change loosens; two different reviewers sign it', {
    action,
  });
}
