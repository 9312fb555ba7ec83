/** Which entries of the ledger are shown. */
import { type LedgerEntryView } from '#shared/privacy/ledger-view.ts';

export const LEDGER_FILTERS = ['all', 'charges', 'outcomes', 'holds', 'budget'] as const;
export type LedgerFilter = (typeof LEDGER_FILTERS)[number];

const GROUPS: Readonly<Record<LedgerEntryView['kind'], LedgerFilter>> = {
  'budget-set': 'budget',
  charge: 'charges',
  recovered: 'charges',
  hold: 'holds',
  'hold-returned': 'holds',
  released: 'outcomes',
  withheld: 'outcomes',
  late: 'outcomes',
  'not-sent': 'outcomes',
};

/** Newest first. */
export function shownEntries(
  entries: readonly LedgerEntryView[],
  filter: LedgerFilter,
): readonly LedgerEntryView[] {
  const left = filter === 'all' ? entries : entries.filter(({ kind }) => GROUPS[kind] === filter);
  return left.toReversed();
}
