/** Label histories of the store as the events that a transform takes in, in order of their becoming known. */
import type { FeatureSource } from '#main/bank/store/feature-rows.ts';
import type { LabelHistory } from '#main/bank/store/labels.ts';
import type { LabelEvents } from './transform/columns.ts';

export function labelEvents(
  { columns, rowNo }: FeatureSource,
  histories: ReadonlyMap<number, LabelHistory>,
): LabelEvents {
  const events: { row: number; knownAt: number; isFraud: number }[] = [];
  for (let row = 0; row < columns.rows; row++) {
    const history = histories.get(rowNo[row] ?? 0);
    if (history === undefined) continue;
    for (const { label, knownAt } of history) events.push({ row, knownAt, isFraud: label });
  }
  // Stable: steps of one row keep their order.
  events.sort((a, b) => a.knownAt - b.knownAt);
  return {
    length: events.length,
    row: Uint32Array.from(events, (event) => event.row),
    knownAt: Float64Array.from(events, (event) => event.knownAt),
    isFraud: Uint8Array.from(events, (event) => event.isFraud),
  };
}
