/** Four eyes: the reviewers with their sealed keys, and what they signed; a scope's terms that nothing loosens. */
import type { Migration } from '#main/platform/sqlite/migrate.ts';

const SCHEMA = `
CREATE TABLE reviewer (
  reviewer_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL UNIQUE,
  -- The private key under the reviewer's own passphrase, with the parameters of scrypt; null once the reviewer is removed.
  sealed_key TEXT,
  added_at TEXT NOT NULL,
  removed_at TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reviewer_name ON reviewer (name) WHERE removed_at IS NULL;

-- In the order of signing: the row number says it, whatever the clocks said.
CREATE TABLE review_signature (
  update_id TEXT NOT NULL REFERENCES held_update (update_id),
  reviewer_id TEXT NOT NULL REFERENCES reviewer (reviewer_id),
  -- The release scope that the statement's scopeHash is of.
  scope TEXT NOT NULL,
  note TEXT NOT NULL,
  statement TEXT NOT NULL,
  public_key TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (update_id, reviewer_id)
) STRICT;
`;

/** The signatures of a release are as final as the release. */
const FINAL = `
CREATE TRIGGER review_signature_no_late_insert BEFORE INSERT ON review_signature
WHEN EXISTS (SELECT 1 FROM release WHERE update_id = NEW.update_id)
BEGIN SELECT RAISE(ABORT, 'the update is released'); END;
CREATE TRIGGER review_signature_no_update BEFORE UPDATE ON review_signature
BEGIN SELECT RAISE(ABORT, 'a signature never changes'); END;
CREATE TRIGGER review_signature_no_late_delete BEFORE DELETE ON review_signature
WHEN EXISTS (SELECT 1 FROM release WHERE update_id = OLD.update_id)
BEGIN SELECT RAISE(ABORT, 'the update is released'); END;

CREATE TRIGGER reviewer_keeps_identity BEFORE UPDATE OF reviewer_id, name, public_key, added_at ON reviewer
BEGIN SELECT RAISE(ABORT, 'a reviewer stays who signed'); END;
CREATE TRIGGER reviewer_no_delete BEFORE DELETE ON reviewer
BEGIN SELECT RAISE(ABORT, 'a reviewer stays who signed'); END;

CREATE TRIGGER scope_keeps_terms BEFORE UPDATE OF
  run_id, source, review_update_id, first_position, rounds, limits, hold_sequence, epsilons ON scope
BEGIN SELECT RAISE(ABORT, 'the terms of a scope never change'); END;
`;

/** The audit entry of a decision is found by its update. */
const DECISION_INDEX = `
CREATE INDEX audit_decision ON audit (CASE WHEN json_valid(detail) THEN json_extract(detail, '$.updateId') END)
WHERE action IN ('update.released', 'update.withheld', 'update.late');
`;

export const reviewersMigration: Migration = {
  version: 50,
  name: 'reviewers',
  up: (database) => {
    database.exec(SCHEMA);
    database.exec(FINAL);
    database.exec(DECISION_INDEX);
  },
};
