/**
 * Sends what the outbox holds: the stored bytes, hashed again before the first leaves (I14), resumed at the hub's offset.
 * A retry or a restart sends the same bytes; nothing here can make others.
 */
import { FailureError, isFailure, type FailureCode } from '#shared/failure.ts';
import { CHUNK_BYTES, type OwnUpdateState, type SignedReceipt } from '#shared/contract/federation.ts';
import type { UpdateId } from '#shared/ids.ts';
import { errorFields } from '#main/platform/log.ts';
import { signStatement } from '#main/wire/identity.ts';
import { approvalDifferences, approvalOf } from '../review/approval.ts';
import { requireSignedAsApproved } from '../review/signatures.ts';
import type { HeldUpdate, Release } from '../review/store.ts';
import { requireSameBytes } from '../review/write-release.ts';
import { acknowledge } from './outbox-end.ts';
import type { HubCalls, RoundsPorts } from './rounds-ports.ts';
import { verifyReceipt } from './verify.ts';

export interface Uploads {
  /** Sends everything that waits; at most one pass at a time. Never rejects. */
  kick(): Promise<void>;
  sentBytes(updateId: UpdateId): number;
  isSending(): boolean;
}

/** The hub will never take these bytes: the round goes on without them. Anything else is tried again. */
const FINAL_REFUSALS: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'update-refused',
  'signature-invalid',
  'payload-too-large',
  'key-unknown',
  'bank-suspended',
  'charter-mismatch',
  'not-in-cohort',
  'digest-changed',
  'wrong-usage',
  'invalid-input',
]);
/** Tried again by a reconnection or a restart, never by the clock. */
const NEEDS_A_PERSON: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'hub-unreachable',
  'ledger-broken',
  'signature-invalid',
  'store-damaged',
]);
const RETRY_MS = 1000;

function codeOf(error: unknown): FailureCode {
  return error instanceof FailureError ? error.code : 'internal';
}

export function createUploads(ports: RoundsPorts): Uploads {
  const sent = new Map<UpdateId, number>();
  let running: Promise<void> | undefined;
  let asked = 0;
  const pass = async (): Promise<void> => {
    for (let done = 0; done < asked;) {
      done = asked;
      const waiting = ports.review.waiting().filter((updateId) => !ports.receipts.has(updateId));
      if (waiting.length > 0) {
        ports.requireSound();
        // Durable before the first byte leaves: an older file can't unsay what was released (I1).
        ports.ledger.mirrorCommitted();
        await ports.anchor.beforeSending();
      }
      for (const updateId of waiting) await sendOne(ports, updateId, sent);
    }
  };
  const kick = (): Promise<void> => {
    asked++;
    running ??= pass()
      .catch((error: unknown) => {
        ports.log.info('upload.later', errorFields(error));
        // Reconnection kicks too; this covers a hub that was only busy.
        if (!NEEDS_A_PERSON.has(codeOf(error))) ports.clock.after(RETRY_MS, () => void kick());
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return { kick, sentBytes: (updateId) => sent.get(updateId) ?? 0, isSending: () => running !== undefined };
}

async function sendOne(ports: RoundsPorts, updateId: UpdateId, sent: Map<UpdateId, number>): Promise<void> {
  const release = ports.review.release(updateId);
  const held = ports.review.held(updateId);
  if (release === undefined || held === undefined) return;
  try {
    requireApproved(ports, release, held);
    const { calls, trust } = await ports.hub();
    const receipt = await upload({ calls, release, held, onOffset: (offset) => sent.set(updateId, offset) });
    verifyReceipt(receipt, held.header, trust);
    acknowledge(ports, held, receipt);
  } catch (error) {
    if (!isFailure(error) || !FINAL_REFUSALS.has(error.code)) {
      // The published entry, or the round's end, decides about an update that came too late.
      if (isFailure(error, 'round-closed') || isFailure(error, 'round-not-open')) return;
      throw error;
    }
    refuse(ports, held, error);
  } finally {
    sent.delete(updateId);
  }
}

/**
 * What is about to leave is what was approved, field by field, the stored bytes still hash to it, and this bank signed it:
 * a row that somebody wrote into the file is no release (I3).
 */
function requireApproved(ports: RoundsPorts, { approval, header }: Release, held: HeldUpdate): void {
  requireSameBytes(held, approval.payloadHash);
  // Ed25519 signs one document one way (RFC 8032).
  if (signStatement(ports.identity().privateKey, 'update', header.header) !== header.signature)
    throw new FailureError('signature-invalid', 'This bank did not sign the release that the store holds');
  requireSignedAsApproved(approval, ports.signatures.of(held.updateId));
  const differences = approvalDifferences(approval, approvalOf(header.header, held.charge, approval.signers));
  if (differences.length > 0)
    throw new FailureError('digest-changed', `The release is not for this update: ${differences.join(', ')}`);
}

interface Sending {
  readonly calls: Pick<HubCalls, 'offerUpdate' | 'sendChunk'>;
  readonly release: Release;
  readonly held: HeldUpdate;
  readonly onOffset: (offset: number) => void;
}

async function upload({ calls, release, held, onOffset }: Sending): Promise<SignedReceipt> {
  const { payload, updateId } = held;
  let state: OwnUpdateState = await calls.offerUpdate(release.header);
  for (let least = 0; state.kind !== 'committed';) {
    const offset = state.kind === 'partial' ? state.offset : 0;
    if (offset < least || offset >= payload.length)
      // A hub that lost a piece: the whole offer is made again, later.
      throw new FailureError(
        'busy',
        `The hub asks for byte ${String(offset)} of the update again or in vain`,
      );
    onOffset(offset);
    least = offset + 1;
    state = await calls.sendChunk({
      updateId,
      offset,
      bytes: Uint8Array.from(payload.subarray(offset, offset + CHUNK_BYTES)),
    });
  }
  return state.receipt;
}

function refuse(ports: RoundsPorts, held: HeldUpdate, failure: FailureError): void {
  ports.transact(() => {
    ports.review.endOutbox(held.updateId, { receipt: null });
    ports.participations.offerEvent(held.roundId, { kind: 'update-refused', failure: failure.toFailure() });
    ports.audit('update.refused', { updateId: held.updateId, roundId: held.roundId, code: failure.code });
  });
  ports.log.warn('upload.refused', { updateId: held.updateId, code: failure.code });
  ports.changed('runs', 'review');
}
