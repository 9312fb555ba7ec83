/** The bank store's migrations in order. A released one is never edited: a test holds their hashes. */
import type { Migration } from '#main/platform/sqlite/migrate.ts';
import { initial } from './0010-initial.ts';
import { privacyLedger } from './0020-ledger.ts';
import { roundsMigration } from './0030-rounds.ts';
import { reviewersMigration } from './0050-reviewers.ts';
import { auditMigration } from './0060-audit.ts';
import { leakReportsMigration } from './0070-leak-reports.ts';
import { noReplacing } from './0080-no-replacing.ts';
import { statedCountry } from './0090-stated-country.ts';

export const bankMigrations: readonly Migration[] = [
  initial,
  privacyLedger,
  roundsMigration,
  reviewersMigration,
  auditMigration,
  leakReportsMigration,
  noReplacing,
  statedCountry,
];
