/** What the hub keeps: members, signed plans, rounds, updates until they are summed, and the log of checkpoints. */
import { AUDIT_SCHEMA } from '#main/platform/sqlite/audit-log.ts';
import type { Migration } from '#main/platform/sqlite/open.ts';

const SCHEMA = `
CREATE TABLE consortium (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  consortium_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Grows with every change that a bank can see; survives a restart so that no bank takes old for new.
  version INTEGER NOT NULL,
  -- Where the hub served last: invitations name it.
  address TEXT
) STRICT;

CREATE TABLE invite (
  code_hash TEXT PRIMARY KEY,
  bank_name TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_by TEXT REFERENCES bank (bank_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE bank (
  bank_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('waiting-for-approval', 'member', 'suspended')),
  -- The operator's signature on the roster entry; null until approval.
  operator_signature TEXT,
  last_seen_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  run_id TEXT PRIMARY KEY,
  ordinal INTEGER NOT NULL UNIQUE,
  signed_plan TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'completed', 'cancelled')),
  committed INTEGER NOT NULL,
  checkpoint BLOB NOT NULL,
  checkpoint_hash TEXT NOT NULL,
  -- Hash of the newest entry; of the signed plan before the first.
  head_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE membership (
  run_id TEXT NOT NULL REFERENCES run (run_id),
  bank_id TEXT NOT NULL REFERENCES bank (bank_id),
  signed_membership TEXT NOT NULL,
  has_left INTEGER NOT NULL CHECK (has_left IN (0, 1)),
  PRIMARY KEY (run_id, bank_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE round (
  round_id TEXT PRIMARY KEY,
  ordinal INTEGER NOT NULL UNIQUE,
  run_id TEXT NOT NULL REFERENCES run (run_id),
  state TEXT NOT NULL,
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  -- Deadlines run on a monotonic clock: what is left of it, noted when it changes and every few seconds.
  remaining_ms REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX round_of_run ON round (run_id, ordinal);
CREATE UNIQUE INDEX one_open_round ON round (run_id) WHERE is_open = 1;

-- I4: a bank counts at most once in a round. What is here was acknowledged.
CREATE TABLE committed_update (
  round_id TEXT NOT NULL REFERENCES round (round_id),
  bank_id TEXT NOT NULL REFERENCES bank (bank_id),
  update_id TEXT NOT NULL UNIQUE,
  signed_header TEXT NOT NULL,
  tier INTEGER NOT NULL,
  payload_hash TEXT NOT NULL,
  payload BLOB NOT NULL,
  signed_receipt TEXT NOT NULL,
  PRIMARY KEY (round_id, bank_id)
) STRICT;
CREATE INDEX committed_update_payload ON committed_update (payload_hash);
CREATE TRIGGER committed_update_is_never_changed BEFORE UPDATE ON committed_update
BEGIN SELECT RAISE(ABORT, 'an acknowledged update is never changed'); END;

CREATE TABLE log_entry (
  run_id TEXT NOT NULL REFERENCES run (run_id),
  position INTEGER NOT NULL,
  round_id TEXT NOT NULL UNIQUE REFERENCES round (round_id),
  signed_entry TEXT NOT NULL,
  sums_hash TEXT NOT NULL,
  sums BLOB NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT;
CREATE INDEX log_entry_sums ON log_entry (sums_hash);
CREATE TRIGGER log_entry_is_never_changed BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'a published round is never changed'); END;
CREATE TRIGGER log_entry_is_never_deleted BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'a published round is never deleted'); END;
`;

export const initial: Migration = {
  version: 10,
  name: 'initial',
  up: (database) => {
    database.exec(SCHEMA);
    database.exec(AUDIT_SCHEMA);
  },
};
