/**
 * Every update that left, against what has to stand behind it: the held bytes, a charge of its own that was written before
 * it (I2), an approval that names exactly it (I3), the bank's signature, and the audit. Pure; the first fault is named.
 */
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import type { AuditEntry } from '#main/platform/sqlite/audit-log.ts';
import { canonicalJson } from '#shared/canonical.ts';
import type { PublicKeyHex, RunId, UpdateId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import type { LedgerEntry } from '../privacy/entry.ts';
import { approvalDifferences, approvalOf, chargeSequences } from '../review/approval.ts';
import { isChargedAsPlanned, isChargedWithPlannedNoise, roundCost } from '../review/cost.ts';
import type { UpdateEvidence } from '../store/evidence.ts';
import type { GivenSignature } from '../store/review-signatures.ts';

export interface ReleaseEvidence {
  readonly updates: readonly UpdateEvidence[];
  readonly payload: (updateId: UpdateId) => Uint8Array;
  /** Of the plan that the operator signed; undefined for a run that is not kept. */
  readonly charter: (runId: RunId) => Charter | undefined;
  /** Every entry of the verified ledger that can be read, by its number. */
  readonly ledger: ReadonlyMap<number, LedgerEntry>;
  /** Entries up to this number were sealed by a recovery as they were found: one of them may be unreadable. */
  readonly sealed: number;
  /** What reviewers signed about the update. */
  readonly signatures: (updateId: UpdateId) => readonly GivenSignature[];
  /** The whole audit, verified. */
  readonly audit: readonly AuditEntry[];
  readonly bankKey: PublicKeyHex;
}

/** What is wrong, or null when every held and released update is as it has to be. */
export function releaseFault(evidence: ReleaseEvidence): string | null {
  const owners = new Map<number, UpdateId>();
  for (const update of evidence.updates) {
    const fault =
      heldFault(update, evidence) ?? planFault(update, evidence) ?? chargeFault(update, evidence, owners);
    if (fault !== null) return `${update.updateId}: ${fault}`;
  }
  return strayFault(evidence, owners);
}

function heldFault(update: UpdateEvidence, evidence: ReleaseEvidence): string | null {
  const { header, release } = update;
  const payload = evidence.payload(update.updateId);
  if (digestOf(payload) !== header.payloadHash || payload.length !== header.byteLength)
    return 'its stored bytes are not those that were held';
  if ((update.decision?.kind === 'released') !== (release !== null))
    return 'its decision and its release contradict each other';
  return release === null ? null : signedFault(update, release, evidence);
}

function signedFault(
  { header, charge, updateId }: UpdateEvidence,
  { approval, signed }: NonNullable<UpdateEvidence['release']>,
  { bankKey, audit, signatures }: ReleaseEvidence,
): string | null {
  const given = signatures(updateId).map(({ signed: review }) => review);
  const signers = given.map(({ statement }) => statement.reviewerId);
  const differences = approvalDifferences(approval, approvalOf(header, charge, signers));
  if (differences.length > 0) return `its approval names another ${differences.join(', ')}`;
  if (canonicalJson(signed.header) !== canonicalJson(header)) return 'another header was signed';
  if (!verifyStatement(bankKey, 'update', { document: signed.header, signature: signed.signature }))
    return 'the signature on it is not by this bank';
  const forged = given.find(({ statement, publicKey, signature }) => {
    const isThis = statement.updateId === updateId && statement.payloadHash === header.payloadHash;
    return !isThis || !verifyStatement(publicKey, 'review', { document: statement, signature });
  });
  if (forged !== undefined) return `the signature of ${forged.statement.reviewer} is not for it`;
  const isRecorded = audit.some(
    ({ action, detail }) => action === 'update.released' && detail.includes(updateId),
  );
  return isRecorded ? null : 'the audit does not say that it was released';
}

/** More noise than planned is a person's to choose, by training again; less is nobody's, and a scope goes by the plan alone. */
function planFault(
  { charge, runId, index, release }: UpdateEvidence,
  evidence: ReleaseEvidence,
): string | null {
  const charter = evidence.charter(runId);
  if (charter === undefined) return 'its run is not kept';
  const planned = roundCost(charter, index);
  const isPaid =
    release?.source === 'scope'
      ? isChargedAsPlanned(charge, planned)
      : isChargedWithPlannedNoise(charge, planned);
  return isPaid ? null : 'its charge is not what the charter plans for its round';
}

/** The charges behind the update: there, its own, of its mechanisms, and followed by what became of it. */
function chargeFault(
  { charge, updateId, header, decision }: UpdateEvidence,
  { ledger, sealed }: ReleaseEvidence,
  owners: Map<number, UpdateId>,
): string | null {
  for (const sequence of chargeSequences(charge)) {
    const entry = ledger.get(sequence);
    const number = String(sequence);
    if (entry === undefined && sequence <= sealed) continue;
    if (entry?.fact.kind !== 'charge') return `the ledger has no charge ${number} for it`;
    const { runId, roundId, mechanism } = entry.fact;
    if (runId !== header.runId || roundId !== header.roundId) return `charge ${number} is for another round`;
    if (!isSame(mechanism, sequence === charge?.sequence ? charge.mechanism : charge?.evaluation?.mechanism))
      return `charge ${number} is for another mechanism`;
    if (owners.has(sequence)) return `charge ${number} stands behind ${String(owners.get(sequence))} already`;
    owners.set(sequence, updateId);
    if (decision !== null && !hasOutcome(ledger, sequence, decision.kind))
      return `the ledger does not say that charge ${number} was ${decision.kind}`;
  }
  return null;
}

/** A `released` of the ledger that no held update explains. */
function strayFault(
  { ledger, updates, sealed }: ReleaseEvidence,
  owners: ReadonlyMap<number, UpdateId>,
): string | null {
  const released = new Set(updates.flatMap(({ updateId, release }) => (release === null ? [] : [updateId])));
  for (const { sequence, fact } of ledger.values()) {
    if (fact.kind !== 'released' || fact.charge <= sealed) continue;
    const owner = owners.get(fact.charge);
    if (owner === undefined || !released.has(owner))
      return `entry ${String(sequence)} of the ledger says "released", and no release is kept`;
  }
  return null;
}

function hasOutcome(
  ledger: ReadonlyMap<number, LedgerEntry>,
  charge: number,
  kind: 'released' | 'withheld' | 'late',
): boolean {
  return [...ledger.values()].some(({ fact }) => fact.kind === kind && fact.charge === charge);
}

function isSame(a: Mechanism, b: Mechanism | undefined): boolean {
  return b !== undefined && canonicalJson(a) === canonicalJson(b);
}
