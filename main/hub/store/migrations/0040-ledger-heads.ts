/** The newest ledger head of each bank, as the bank signed it: kept for the bank alone, so that it can find out that it is old. */
import type { Migration } from '#main/platform/sqlite/open.ts';

const SCHEMA = `
CREATE TABLE ledger_head (
  bank_id TEXT PRIMARY KEY REFERENCES bank (bank_id),
  signed_head TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const ledgerHeads: Migration = {
  version: 40,
  name: 'ledger-heads',
  up: (database) => {
    database.exec(SCHEMA);
  },
};
