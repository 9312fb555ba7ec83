/** What the leak tests found, with the held update whose bytes they are of. */
import type { Migration } from '#main/platform/sqlite/migrate.ts';

export const leakReportsMigration: Migration = {
  version: 70,
  name: 'leak-reports',
  up: (database) => {
    database.exec(`
CREATE TABLE leak_report (
  update_id TEXT PRIMARY KEY REFERENCES held_update (update_id),
  -- Of the bytes that were tested: a report on others does not count.
  payload_hash TEXT NOT NULL,
  report TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`);
  },
};
