/** The hub store's migrations in order. */
import type { Migration } from '#main/platform/sqlite/open.ts';
import { initial } from './0010-initial.ts';
import { auditGrowsByOne } from './0030-audit.ts';
import { ledgerHeads } from './0040-ledger-heads.ts';
import { noReplacing } from './0050-no-replacing.ts';

export const HUB_MIGRATIONS: readonly Migration[] = [initial, auditGrowsByOne, ledgerHeads, noReplacing];
