/** The hub's store: one file, every commit flushed before anyone is told (design.md §4, I5). */
import path from 'node:path';
import { type AuditLog, openAuditLog } from '#main/platform/sqlite/audit-log.ts';
import { withStoreFailures } from '#main/platform/sqlite/failures.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import type { Clock, Log } from '#main/platform/ports.ts';
import { type LedgerHeadStore, openLedgerHeadStore } from './ledger-heads.ts';
import { type MemberStore, openMemberStore } from './members.ts';
import { HUB_MIGRATIONS } from './migrations/index.ts';
import { openRunStore, type RunStore } from './runs.ts';
import { openUpdateStore, type UpdateStore } from './updates.ts';

export interface HubStore {
  readonly members: MemberStore;
  readonly runs: RunStore;
  readonly updates: UpdateStore;
  readonly ledgerHeads: LedgerHeadStore;
  readonly audit: AuditLog;
  /** All of it or nothing; flushed to the disk when it returns. */
  transaction<T>(change: () => T): T;
  close(): void;
}

/** Throws as `openStore`. */
export function openHubStore(options: {
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
}): HubStore {
  const { home, clock, log } = options;
  const store = openStore({ file: path.join(home, 'hub.sqlite'), migrations: HUB_MIGRATIONS, clock, log });
  const { database } = store;
  return {
    members: openMemberStore(database),
    runs: openRunStore(database),
    updates: openUpdateStore(database),
    ledgerHeads: openLedgerHeadStore(database),
    audit: openAuditLog(database, clock),
    transaction: (change) => withStoreFailures(store.file, () => database.transaction(change).immediate()),
    close: () => {
      store.close();
    },
  };
}
