/** Checks of what the hub passes on: every document against its signer and against what this bank already holds. Pure. */
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import type {
  CheckpointEntry,
  Inclusion,
  SignedCheckpointEntry,
  SignedReceipt,
  SignedRosterEntry,
  SignedRunMembership,
  SignedRunPlan,
  UpdateHeader,
} from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankId, ConsortiumId, Digest, PublicKeyHex, RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';

/** What this bank trusts, pinned when it joined. */
export interface Trust {
  readonly consortiumId: ConsortiumId;
  readonly operatorKey: PublicKeyHex;
  /** Named by the operator's signature in the handshake. */
  readonly hubKey: PublicKeyHex;
}

export type RosterKeys = ReadonlyMap<BankId, PublicKeyHex>;

/** Throws `signature-invalid` or `charter-mismatch` for an entry that the operator of this consortium did not sign. */
export function verifyRosterEntry(signed: SignedRosterEntry, trust: Trust): void {
  const { entry, operatorSignature } = signed;
  if (entry.consortiumId !== trust.consortiumId)
    throw new FailureError('charter-mismatch', `${entry.name} is listed for another consortium`);
  if (!verifyStatement(trust.operatorKey, 'roster-entry', { document: entry, signature: operatorSignature }))
    throw new FailureError(
      'signature-invalid',
      `The roster entry of ${entry.name} is not signed by the operator`,
    );
}

/** The plan is this run's, of this consortium, its hash is that of its charter, and the operator signed it. */
export function verifyPlan(
  signed: SignedRunPlan,
  expected: { readonly runId: RunId; readonly charterHash: Digest },
  trust: Trust,
): void {
  const { plan, operatorSignature } = signed;
  if (!verifyStatement(trust.operatorKey, 'run-plan', { document: plan, signature: operatorSignature }))
    throw new FailureError('signature-invalid', 'The plan of the run is not signed by the operator');
  const hash = digestOf(plan.charter);
  const isSame =
    plan.runId === expected.runId &&
    hash === plan.charterHash &&
    hash === expected.charterHash &&
    plan.charter.consortium.id === trust.consortiumId;
  if (!isSame)
    throw new FailureError('charter-mismatch', 'The hub names another charter than the operator signed', {
      signed: hash,
      named: expected.charterHash,
    });
}

/** True when the bank itself signed this membership of this run. */
export function isMembershipSigned(signed: SignedRunMembership, keys: RosterKeys): boolean {
  const key = keys.get(signed.membership.bankId);
  if (key === undefined) return false;
  return verifyStatement(key, 'run-membership', { document: signed.membership, signature: signed.signature });
}

/** Throws `signature-invalid` unless the hub acknowledged exactly this update. */
export function verifyReceipt(signed: SignedReceipt, header: UpdateHeader, trust: Trust): void {
  const { receipt, hubSignature } = signed;
  const isSame =
    receipt.updateId === header.updateId &&
    receipt.roundId === header.roundId &&
    receipt.bankId === header.bankId &&
    receipt.payloadHash === header.payloadHash;
  if (isSame && verifyStatement(trust.hubKey, 'receipt', { document: receipt, signature: hubSignature }))
    return;
  throw new FailureError('signature-invalid', "The hub's receipt is not for this update", {
    updateId: header.updateId,
  });
}

/** The position in the log that the next entry has to take. */
export interface LogHead {
  readonly index: number;
  readonly previousHash: Digest;
  /** Hash of the model that this bank computed from the entries before. */
  readonly baseHash: Digest;
}

export interface EntryExpectation {
  readonly runId: RunId;
  readonly charter: Charter;
  readonly charterHash: Digest;
  readonly head: LogHead;
  readonly keys: RosterKeys;
  /** Tiers that the members declared and signed. */
  readonly tiers: ReadonlyMap<BankId, number>;
}

/** Throws `signature-invalid` or `checkpoint-invalid`, naming the field: forks, rewrites and rollbacks end here. */
export function verifyEntry(signed: SignedCheckpointEntry, expected: EntryExpectation, trust: Trust): void {
  const { entry, hubSignature } = signed;
  if (!verifyStatement(trust.hubKey, 'checkpoint', { document: entry, signature: hubSignature }))
    throw new FailureError('signature-invalid', 'The published round is not signed by the hub');
  const problem = entryProblem(entry, expected, trust) ?? inclusionsProblem(entry, expected);
  if (problem !== undefined)
    throw new FailureError('checkpoint-invalid', `Published round ${String(entry.index + 1)}: ${problem}`, {
      index: entry.index,
    });
}

function entryProblem(entry: CheckpointEntry, expected: EntryExpectation, trust: Trust): string | undefined {
  const { head } = expected;
  if (entry.consortiumId !== trust.consortiumId) return 'it belongs to another consortium';
  if (entry.runId !== expected.runId) return 'it belongs to another run';
  if (entry.index !== head.index) return `it claims place ${String(entry.index)} in the log`;
  if (entry.previousHash !== head.previousHash) return 'it does not follow from the round before';
  if (entry.charterHash !== expected.charterHash) return 'it names another charter';
  if (entry.baseHash !== head.baseHash) return 'it starts from another model';
  if (entry.included.length < expected.charter.participation.quorum)
    return `${String(entry.included.length)} updates are fewer than the quorum`;
  return undefined;
}

function inclusionsProblem(entry: CheckpointEntry, expected: EntryExpectation): string | undefined {
  const seen = new Set<BankId>();
  for (const inclusion of entry.included) {
    const { bankId } = inclusion.update.header;
    if (seen.has(bankId)) return `${bankId} is counted twice`;
    seen.add(bankId);
    const problem = inclusionProblem(inclusion, entry, expected);
    if (problem !== undefined) return `${bankId}: ${problem}`;
  }
  return undefined;
}

function inclusionProblem(
  { tier, update }: Inclusion,
  entry: CheckpointEntry,
  expected: EntryExpectation,
): string | undefined {
  const { header, signature } = update;
  const key = expected.keys.get(header.bankId);
  if (key === undefined) return 'it is not in the roster';
  if (header.consortiumId !== entry.consortiumId || header.runId !== entry.runId)
    return 'its update belongs to another run';
  if (header.roundId !== entry.roundId) return 'its update belongs to another round';
  if (header.charterHash !== entry.charterHash) return 'its update names another charter';
  if (header.baseHash !== entry.baseHash) return 'its update starts from another model';
  const declared = expected.tiers.get(header.bankId);
  if (declared !== tier) return `its tier ${String(tier)} is not the one it declared`;
  if (!verifyStatement(key, 'update', { document: header, signature }))
    return 'its signature does not verify';
  return undefined;
}

/** What the entry after this one names as its predecessor. */
export function entryHash(signed: SignedCheckpointEntry): Digest {
  return digestOf(signed);
}

/** What the first entry of a run names as its predecessor. */
export function planHash(signed: SignedRunPlan): Digest {
  return digestOf(signed);
}
