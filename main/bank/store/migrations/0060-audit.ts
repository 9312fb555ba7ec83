/** An audit that refuses gaps and replacements, and the signed memberships that published rounds rest on, kept for ever. */
import { AUDIT_GROWS_BY_ONE } from '#main/platform/sqlite/audit-log.ts';
import type { Migration } from '#main/platform/sqlite/migrate.ts';

const SCHEMA = `
-- Entries that were there before the audit's head was kept outside this file: so many may stand without one.
CREATE TABLE audit_start (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  entries INTEGER NOT NULL
) STRICT;
INSERT INTO audit_start (only, entries) SELECT 1, count(*) FROM audit;

-- Who counter-signed which run, with its public tier: the evidence behind the weights of published rounds.
CREATE TABLE run_member (
  run_id TEXT NOT NULL REFERENCES run (run_id),
  bank_id TEXT NOT NULL,
  membership TEXT NOT NULL,
  PRIMARY KEY (run_id, bank_id)
) STRICT, WITHOUT ROWID;
`;

export const auditMigration: Migration = {
  version: 60,
  name: 'audit',
  up: (database) => {
    database.exec(AUDIT_GROWS_BY_ONE);
    database.exec(SCHEMA);
  },
};
