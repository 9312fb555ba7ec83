/** The bank's transactions, their imports and their verdicts: the first version of the bank's store. */
import type { Migration } from '#main/platform/sqlite/migrate.ts';

/**
 * Times in the hot table are UTC milliseconds since 1970 (8 bytes instead of 24, and what windows are computed on);
 * elsewhere they are ISO text. Accounts, counterparties and terminals are coded by numbers of this store.
 */
const SCHEMA = `
CREATE TABLE imports (
  import_no INTEGER PRIMARY KEY,
  import_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  mapping TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'failed')),
  -- Numbers from these on belong to this import until it is done; a purge removes them.
  first_row_no INTEGER NOT NULL,
  first_account_no INTEGER NOT NULL,
  first_counterparty_no INTEGER NOT NULL,
  first_terminal_no INTEGER NOT NULL,
  rows_read INTEGER NOT NULL DEFAULT 0,
  rows_added INTEGER NOT NULL DEFAULT 0,
  rows_skipped INTEGER NOT NULL DEFAULT 0,
  verdicts_added INTEGER NOT NULL DEFAULT 0,
  rows_rejected INTEGER NOT NULL DEFAULT 0,
  failure TEXT,
  started_at TEXT NOT NULL,
  duration_ms INTEGER,
  CHECK ((state = 'failed') = (failure IS NOT NULL))
) STRICT;

-- One writer of transactions at a time.
CREATE UNIQUE INDEX one_running_import ON imports (state) WHERE state = 'running';

CREATE TABLE rejected_rows (
  import_no INTEGER NOT NULL REFERENCES imports,
  reject_no INTEGER NOT NULL,
  line INTEGER NOT NULL,
  column_no INTEGER,
  column_name TEXT,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (import_no, reject_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE column_mappings (
  header_signature TEXT PRIMARY KEY,
  mapping TEXT NOT NULL,
  saved_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (account_no INTEGER PRIMARY KEY, account_id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE counterparties (counterparty_no INTEGER PRIMARY KEY, counterparty_id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE terminals (terminal_no INTEGER PRIMARY KEY, terminal_id TEXT NOT NULL UNIQUE) STRICT;

-- Visible are the rows up to data_versions.last_row_no of the newest version: a running import writes beyond it.
CREATE TABLE transactions (
  row_no INTEGER PRIMARY KEY,
  external_id TEXT NOT NULL UNIQUE,
  occurred_at INTEGER NOT NULL,
  -- No REFERENCES on these three: they need an index each, or purging an import scans this table for every account, and
  -- an index in account order makes an import write most of its pages anew with every commit (measured: half the speed).
  account_no INTEGER NOT NULL,
  counterparty_no INTEGER,
  terminal_no INTEGER,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency TEXT NOT NULL,
  channel TEXT,
  entry_mode TEXT,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  new_device INTEGER CHECK (new_device IN (0, 1)),
  merchant_category TEXT,
  country TEXT,
  label INTEGER CHECK (label IN (0, 1)),
  label_known_at INTEGER,
  CHECK ((label IS NULL) = (label_known_at IS NULL))
) STRICT;

CREATE INDEX frauds ON transactions (occurred_at) WHERE label = 1;

-- A label that came later than its transaction, or changed: the newest for a row counts.
CREATE TABLE verdicts (
  verdict_no INTEGER PRIMARY KEY,
  row_no INTEGER NOT NULL REFERENCES transactions,
  label INTEGER NOT NULL CHECK (label IN (0, 1)),
  label_known_at INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('import', 'analyst')),
  recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX verdicts_by_row ON verdicts (row_no);

-- Verdicts of the running import; they become verdicts when it is done.
CREATE TABLE staged_verdicts (
  row_no INTEGER PRIMARY KEY REFERENCES transactions,
  label INTEGER NOT NULL CHECK (label IN (0, 1)),
  label_known_at INTEGER NOT NULL
) STRICT;

-- One row a change of the visible data. What depends on the data names the version that it was made from.
CREATE TABLE data_versions (
  version INTEGER PRIMARY KEY,
  last_row_no INTEGER NOT NULL,
  last_account_no INTEGER NOT NULL,
  last_terminal_no INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  first_at INTEGER,
  last_at INTEGER,
  -- Earliest time at which this version differs from the one before: of a new row, or of a label becoming known.
  changed_from INTEGER NOT NULL
) STRICT;

-- At most one row: the bank's own country, taken from the first import that names countries and kept from then on.
CREATE TABLE home_country (country TEXT NOT NULL) STRICT;

CREATE TABLE day_counts (
  day INTEGER PRIMARY KEY,
  rows INTEGER NOT NULL,
  labelled INTEGER NOT NULL,
  frauds INTEGER NOT NULL
) STRICT;
`;

export const initial: Migration = {
  version: 10,
  name: 'initial',
  up: (database) => {
    database.exec(SCHEMA);
  },
};
