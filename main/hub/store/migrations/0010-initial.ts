/** The hub's first tables: consortium and banks, runs and rounds, updates, the checkpoint log and the audit. */
import type { Migration } from '#main/platform/sqlite/open.ts';

const TABLES = `
CREATE TABLE consortium (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  consortium_id TEXT NOT NULL,
  name TEXT NOT NULL,
  operator_key TEXT NOT NULL,
  hub_key TEXT NOT NULL,
  hub_key_signature TEXT NOT NULL,
  -- where it served last, for invitations
  address TEXT,
  -- grows with every change that a bank can see
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE invites (
  code_hash TEXT PRIMARY KEY,
  bank_name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_by TEXT REFERENCES banks (bank_id)
) STRICT;

CREATE TABLE banks (
  bank_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('waiting-for-approval', 'member', 'suspended')),
  -- the operator's signature on the roster entry; kept after a suspension, since old rounds refer to it
  operator_signature TEXT,
  enrolled_at TEXT NOT NULL,
  last_seen_at TEXT
) STRICT;

CREATE TABLE runs (
  run_id TEXT PRIMARY KEY,
  -- order of planning
  number INTEGER NOT NULL UNIQUE,
  -- SignedRunPlan as JSON
  plan TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'completed', 'cancelled')),
  committed INTEGER NOT NULL DEFAULT 0,
  -- the checkpoint after the committed rounds, and what the next log entry refers to
  checkpoint BLOB NOT NULL,
  checkpoint_hash TEXT NOT NULL,
  head_hash TEXT NOT NULL
) STRICT;

CREATE TABLE memberships (
  run_id TEXT NOT NULL REFERENCES runs (run_id),
  bank_id TEXT NOT NULL REFERENCES banks (bank_id),
  -- SignedRunMembership as JSON
  membership TEXT NOT NULL,
  has_left INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1)),
  PRIMARY KEY (run_id, bank_id)
) STRICT;

CREATE TABLE rounds (
  round_id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (run_id),
  -- order of opening within the run; a step of the plan that failed is opened again
  attempt INTEGER NOT NULL,
  plan_index INTEGER NOT NULL,
  base_hash TEXT NOT NULL,
  -- HubRoundState as JSON, and its kind for queries
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- what was left of the running timer when it was last written; wall clocks jump
  remaining_ms REAL,
  UNIQUE (run_id, attempt)
) STRICT;

-- updates that are still arriving in several chunks
CREATE TABLE offers (
  update_id TEXT PRIMARY KEY,
  round_id TEXT NOT NULL REFERENCES rounds (round_id),
  bank_id TEXT NOT NULL REFERENCES banks (bank_id),
  -- SignedUpdateHeader as JSON
  header TEXT NOT NULL,
  UNIQUE (round_id, bank_id)
) STRICT;

CREATE TABLE chunks (
  update_id TEXT NOT NULL REFERENCES offers (update_id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (update_id, at)
) STRICT;

CREATE TABLE updates (
  update_id TEXT PRIMARY KEY,
  round_id TEXT NOT NULL REFERENCES rounds (round_id),
  bank_id TEXT NOT NULL REFERENCES banks (bank_id),
  header TEXT NOT NULL,
  -- SignedReceipt as JSON: the bank gets the same one however often it asks
  receipt TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  payload BLOB NOT NULL,
  UNIQUE (round_id, bank_id)
) STRICT;
CREATE INDEX updates_by_payload ON updates (payload_hash);

CREATE TABLE checkpoint_log (
  run_id TEXT NOT NULL REFERENCES runs (run_id),
  entry_index INTEGER NOT NULL,
  round_id TEXT NOT NULL UNIQUE REFERENCES rounds (round_id),
  -- SignedCheckpointEntry as JSON
  entry TEXT NOT NULL,
  sums_hash TEXT NOT NULL,
  sums BLOB NOT NULL,
  PRIMARY KEY (run_id, entry_index)
) STRICT;
CREATE INDEX checkpoint_log_by_sums ON checkpoint_log (sums_hash);

CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  details TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON checkpoint_log BEGIN
  SELECT RAISE(ABORT, 'the checkpoint log is append-only');
END;
CREATE TRIGGER log_is_never_shortened BEFORE DELETE ON checkpoint_log BEGIN
  SELECT RAISE(ABORT, 'the checkpoint log is append-only');
END;
`;

export const initial: Migration = {
  version: 10,
  name: '0010-initial',
  up: (database) => {
    database.exec(TABLES);
  },
};
