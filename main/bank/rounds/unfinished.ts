/** After a start: what the ledger still has to learn of trainings that ended with the process. */
import { chargeSequences } from '../review/approval.ts';
import type { RoundsPorts } from './rounds-ports.ts';

/**
 * A charge whose update was never held belongs to a training that was cut off: it stays charged whole, and nothing of it was
 * sent. Does nothing in a ledger that blocks.
 */
export function noteUnfinished({
  ledger,
  review,
  transact,
}: Pick<RoundsPorts, 'ledger' | 'review' | 'transact'>): void {
  if (ledger.health().kind !== 'verified') return;
  const unfinished = ledger.unresolved().filter(({ sequence, roundId }) => {
    const held = roundId === null ? undefined : review.heldOfRound(roundId);
    return !chargeSequences(held?.charge ?? null).includes(sequence);
  });
  if (unfinished.length === 0) return;
  transact(() => {
    for (const { sequence } of unfinished) ledger.recordOutcome(sequence, 'not-sent');
  });
}
