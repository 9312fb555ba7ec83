/**
 * What is final is not replaced either. INSERT OR REPLACE takes out every row that has one of the new row's keys, and fires no
 * delete trigger: audit and ledger were open to it by their unique hash, the others by every key.
 */
import { AUDIT_REPEATS_NO_ENTRY } from '#main/platform/sqlite/audit-log.ts';
import type { Migration } from '#main/platform/sqlite/migrate.ts';

const SCHEMA = `
CREATE TRIGGER privacy_ledger_repeats_no_entry BEFORE INSERT ON privacy_ledger
WHEN EXISTS (SELECT 1 FROM privacy_ledger WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the privacy ledger repeats no entry'); END;

CREATE TRIGGER log_entry_no_replace BEFORE INSERT ON log_entry
WHEN EXISTS (
  SELECT 1 FROM log_entry
  WHERE (run_id = NEW.run_id AND position = NEW.position) OR round_id = NEW.round_id
)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER held_update_no_replace BEFORE INSERT ON held_update
WHEN EXISTS (SELECT 1 FROM held_update WHERE update_id = NEW.update_id)
BEGIN SELECT RAISE(ABORT, 'held bytes never change'); END;

CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM decision WHERE update_id = NEW.update_id)
BEGIN SELECT RAISE(ABORT, 'a decision is final'); END;

CREATE TRIGGER release_no_replace BEFORE INSERT ON release
WHEN EXISTS (SELECT 1 FROM release WHERE round_id = NEW.round_id OR update_id = NEW.update_id)
BEGIN SELECT RAISE(ABORT, 'a release is final'); END;
`;

export const noReplacing: Migration = {
  version: 80,
  name: 'no-replacing',
  up: (database) => {
    database.exec(AUDIT_REPEATS_NO_ENTRY);
    database.exec(SCHEMA);
  },
};
