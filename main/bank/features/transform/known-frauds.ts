/** Which rows are known to be fraud at the time reached: labels count from the moment they became known, never before. */
import type { LabelEvents, TransactionColumns } from './columns.ts';
import type { Window } from './windows.ts';

/**
 * Answers a function that takes in all labels known by a time: it sets the rows' `weights` (1 for fraud) and tells the
 * windows over places that sum them.
 */
export function createKnownFrauds(
  weights: Uint8Array,
  labels: LabelEvents,
  over: {
    /** Place of each row that is in the windows' chain, -1 for every other row. */
    readonly place: TransactionColumns['place'];
    readonly windows: readonly Window[];
  },
): (time: number) => void {
  const { place, windows } = over;
  let nextEvent = 0;
  return (time) => {
    for (; nextEvent < labels.length && (labels.knownAt[nextEvent] ?? Infinity) <= time; nextEvent++) {
      const row = labels.row[nextEvent] ?? 0;
      const isFraud = labels.isFraud[nextEvent] ?? 0;
      const change = isFraud - (weights[row] ?? 0);
      weights[row] = isFraud;
      const at = place[row] ?? -1;
      if (at < 0 || change === 0) continue;
      for (const window of windows) window.revalue(at, row, change);
    }
  };
}
