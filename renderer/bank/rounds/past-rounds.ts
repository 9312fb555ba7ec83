/** A bank's rounds joined with what the ledger says of each: pure. */
import { type UtcTime } from '#shared/ids.ts';
import { type LedgerEntryView } from '#shared/privacy/ledger-view.ts';
import { type RoundHistoryView } from '#shared/round/round-view.ts';

export interface PastRound extends RoundHistoryView {
  /** Of the newest charge for it; null without one. */
  readonly chargedAt: UtcTime | null;
  /** ε of the whole ledger after that charge. */
  readonly epsilonAfter: number | null;
}

/** Newest first. */
export function pastRounds(
  rounds: readonly RoundHistoryView[],
  entries: readonly LedgerEntryView[],
): readonly PastRound[] {
  const charges = new Map<string, LedgerEntryView>();
  for (const entry of entries)
    if (entry.kind === 'charge' && entry.roundId !== null) charges.set(entry.roundId, entry);
  return rounds
    .map((round) => {
      const charge = charges.get(round.roundId);
      return {
        ...round,
        chargedAt: charge?.at ?? null,
        epsilonAfter: charge?.chargedEpsilonAfter ?? null,
      };
    })
    .toReversed();
}
