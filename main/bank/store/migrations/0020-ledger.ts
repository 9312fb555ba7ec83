/** The privacy ledger: one table that only grows, so that what was spent stays spent. */
import type { Migration } from '#main/platform/sqlite/migrate.ts';

const SCHEMA = `
CREATE TABLE privacy_ledger (
  sequence INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- The entry's fields as canonical JSON: exactly the text that the hash covers.
  body TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  -- HMAC-SHA256 over all the columns above.
  hash TEXT NOT NULL UNIQUE
) STRICT;
`;

/** The insert trigger also stops INSERT OR REPLACE, which fires no delete trigger. */
const APPEND_ONLY = `
CREATE TRIGGER privacy_ledger_grows_by_one BEFORE INSERT ON privacy_ledger
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM privacy_ledger)
BEGIN SELECT RAISE(ABORT, 'the privacy ledger grows at its end only'); END;

CREATE TRIGGER privacy_ledger_keeps_rows BEFORE DELETE ON privacy_ledger
BEGIN SELECT RAISE(ABORT, 'the privacy ledger loses no entry'); END;

CREATE TRIGGER privacy_ledger_keeps_values BEFORE UPDATE ON privacy_ledger
BEGIN SELECT RAISE(ABORT, 'the privacy ledger changes no entry'); END;
`;

export const privacyLedger: Migration = {
  version: 20,
  name: 'ledger',
  up: (database) => {
    database.exec(SCHEMA);
    database.exec(APPEND_ONLY);
  },
};
