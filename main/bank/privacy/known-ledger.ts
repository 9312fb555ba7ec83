/** The ledger as it was last read and judged; not how it is read (reader.ts). */
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';
import type { Balance } from './balance.ts';
import type { LedgerHead } from './chain.ts';
import type { LedgerEntry } from './entry.ts';

/** The ledger as last read. Where it does not verify, the balance still counts every entry that can be read. */
export interface KnownLedger {
  readonly health: LedgerHealth;
  readonly head: LedgerHead;
  readonly entries: readonly LedgerEntry[];
  readonly balance: Balance;
}
