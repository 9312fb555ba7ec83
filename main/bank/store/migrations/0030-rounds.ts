/** What the bank keeps of runs, rounds, held updates, releases and decisions; what must not change has triggers that say so. */
import { AUDIT_SCHEMA } from '#main/platform/sqlite/audit-log.ts';
import type { Migration } from '#main/platform/sqlite/migrate.ts';

const SCHEMA = `
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE roster (
  bank_id TEXT PRIMARY KEY,
  entry TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  run_id TEXT PRIMARY KEY,
  plan TEXT NOT NULL,
  charter_hash TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'completed', 'cancelled')),
  membership TEXT NOT NULL CHECK (membership IN ('none', 'joined', 'left')),
  tier INTEGER,
  -- Charged ε of the ledger when this bank joined: what the run has added is counted from here.
  epsilon_at_join REAL NOT NULL DEFAULT 0,
  sum_check TEXT NOT NULL CHECK (sum_check IN ('recomputed', 'hub-word', 'none')),
  -- Committed rounds behind the newest verified model.
  version INTEGER NOT NULL DEFAULT 0,
  -- Findings of the health checks on that model, a JSON list of sentences.
  alarms TEXT NOT NULL DEFAULT '[]',
  -- A chain that broke stays refused until a person acts: the failure in words.
  failure TEXT,
  first_seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The bytes of each run's newest verified model, apart from the small row that is read at every signal.
CREATE TABLE checkpoint (
  run_id TEXT PRIMARY KEY REFERENCES run (run_id),
  bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The hub's signed log as this bank saw and verified it (reliability.md D5).
CREATE TABLE log_entry (
  run_id TEXT NOT NULL REFERENCES run (run_id),
  position INTEGER NOT NULL,
  round_id TEXT NOT NULL UNIQUE,
  entry TEXT NOT NULL,
  hash TEXT NOT NULL,
  checkpoint_hash TEXT NOT NULL,
  included INTEGER NOT NULL,
  banks INTEGER NOT NULL,
  adopted_at TEXT NOT NULL,
  sums BLOB NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT;

CREATE TABLE model_quality (
  run_id TEXT NOT NULL REFERENCES run (run_id),
  version INTEGER NOT NULL,
  quality TEXT NOT NULL,
  PRIMARY KEY (run_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE participation (
  round_id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (run_id),
  position INTEGER NOT NULL,
  base_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  -- Not one of the named ends yet.
  is_open INTEGER NOT NULL,
  -- Trainings started, each with a charge of its own.
  trainings INTEGER NOT NULL DEFAULT 0,
  closes_in_ms REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX participation_open ON participation (run_id) WHERE is_open = 1;

CREATE TABLE held_update (
  update_id TEXT PRIMARY KEY,
  round_id TEXT NOT NULL REFERENCES participation (round_id),
  run_id TEXT NOT NULL REFERENCES run (run_id),
  position INTEGER NOT NULL,
  header TEXT NOT NULL,
  statistics TEXT NOT NULL,
  -- null: a run without noise, which the ledger does not account for.
  charge_sequence INTEGER,
  charge TEXT,
  created_at TEXT NOT NULL,
  payload BLOB NOT NULL,
  own_gradient BLOB
) STRICT;
CREATE INDEX held_update_round ON held_update (round_id);

CREATE TABLE decision (
  update_id TEXT PRIMARY KEY REFERENCES held_update (update_id),
  kind TEXT NOT NULL CHECK (kind IN ('released', 'withheld', 'late')),
  note TEXT NOT NULL,
  decided_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One release a round, for ever (I2): the primary key says so.
CREATE TABLE release (
  round_id TEXT PRIMARY KEY,
  update_id TEXT NOT NULL UNIQUE REFERENCES held_update (update_id),
  approval TEXT NOT NULL,
  header TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('review', 'scope')),
  scope_no INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  outbox_no INTEGER PRIMARY KEY,
  update_id TEXT NOT NULL UNIQUE REFERENCES release (update_id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'ended')),
  receipt TEXT
) STRICT;

CREATE TABLE scope (
  scope_no INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (run_id),
  source TEXT NOT NULL CHECK (source IN ('review', 'standing-policy')),
  -- The update whose review the scope rests on; null for a standing policy.
  review_update_id TEXT,
  -- The first round it covers, and how many.
  first_position INTEGER NOT NULL,
  rounds INTEGER NOT NULL,
  limits TEXT NOT NULL,
  hold_sequence INTEGER,
  -- ε before each covered round and after the last, as the plan's table said when the scope began.
  epsilons TEXT NOT NULL,
  state TEXT NOT NULL,
  is_running INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX scope_running ON scope (run_id) WHERE is_running = 1;

CREATE TABLE scope_round (
  scope_no INTEGER NOT NULL REFERENCES scope (scope_no),
  round_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  figures TEXT NOT NULL,
  sent INTEGER NOT NULL,
  PRIMARY KEY (scope_no, round_id)
) STRICT, WITHOUT ROWID;
`;

/** Tables whose rows are evidence: written once. */
const APPEND_ONLY = `
CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER held_update_no_update BEFORE UPDATE ON held_update BEGIN SELECT RAISE(ABORT, 'held bytes never change'); END;
CREATE TRIGGER held_update_no_delete BEFORE DELETE ON held_update BEGIN SELECT RAISE(ABORT, 'held bytes never change'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'a decision is final'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'a decision is final'); END;
CREATE TRIGGER release_no_update BEFORE UPDATE ON release BEGIN SELECT RAISE(ABORT, 'a release is final'); END;
CREATE TRIGGER release_no_delete BEFORE DELETE ON release BEGIN SELECT RAISE(ABORT, 'a release is final'); END;
`;

export const roundsMigration: Migration = {
  version: 30,
  name: 'rounds',
  up: (database) => {
    database.exec(AUDIT_SCHEMA);
    database.exec(SCHEMA);
    database.exec(APPEND_ONLY);
  },
};
