/** The end of an outbox row: with the hub's receipt, or with the round, whose published entry is the last word. */
import type { SignedReceipt } from '#shared/contract/federation.ts';
import type { RoundId } from '#shared/ids.ts';
import type { HeldUpdate } from '../review/store.ts';
import type { RoundsPorts } from './rounds-ports.ts';

/** A verified receipt, from the upload or from a later pull; the second changes nothing. */
export function acknowledge(
  ports: Pick<RoundsPorts, 'transact' | 'review' | 'receipts' | 'participations' | 'changed'>,
  held: HeldUpdate,
  receipt: SignedReceipt,
): void {
  const isSending = ports.participations.get(held.roundId)?.state.kind === 'sending';
  if (isSending && ports.review.release(held.updateId)?.source === 'scope') {
    // Nobody waits for this row: it is written with the round's model, or the hub repeats the receipt after a restart.
    ports.receipts.set(held.updateId, receipt);
    ports.participations.applyInMemory(held.roundId, { kind: 'receipt-stored' });
  } else if (isSending) {
    ports.transact(() => {
      ports.review.endOutbox(held.updateId, { receipt });
      ports.participations.apply(held.roundId, { kind: 'receipt-stored' });
    });
  }
  ports.changed('runs', 'review');
}

/** Joins the caller's transaction. Does nothing where nothing was released. */
export function endOutboxOf(ports: Pick<RoundsPorts, 'review' | 'receipts'>, roundId: RoundId): void {
  const held = ports.review.heldOfRound(roundId);
  if (held === undefined || ports.review.outbox(held.updateId)?.state !== 'waiting') return;
  ports.review.endOutbox(held.updateId, { receipt: ports.receipts.get(held.updateId) ?? null });
  ports.receipts.delete(held.updateId);
}
