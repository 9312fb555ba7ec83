/** What is final at the hub is not replaced either: INSERT OR REPLACE fires no delete trigger. */
import { AUDIT_REPEATS_NO_ENTRY } from '#main/platform/sqlite/audit-log.ts';
import type { Migration } from '#main/platform/sqlite/open.ts';

const SCHEMA = `
CREATE TRIGGER log_entry_is_never_replaced BEFORE INSERT ON log_entry
WHEN EXISTS (
  SELECT 1 FROM log_entry
  WHERE (run_id = NEW.run_id AND position = NEW.position) OR round_id = NEW.round_id
)
BEGIN SELECT RAISE(ABORT, 'a published round is never replaced'); END;

CREATE TRIGGER committed_update_is_never_replaced BEFORE INSERT ON committed_update
WHEN EXISTS (
  SELECT 1 FROM committed_update
  WHERE (round_id = NEW.round_id AND bank_id = NEW.bank_id) OR update_id = NEW.update_id
)
BEGIN SELECT RAISE(ABORT, 'an acknowledged update is never replaced'); END;
`;

export const noReplacing: Migration = {
  version: 50,
  name: 'no-replacing',
  up: (database) => {
    database.exec(AUDIT_REPEATS_NO_ENTRY);
    database.exec(SCHEMA);
  },
};
