/** What the comparison reads in the banks' stores beside their features: whose card a row is, and which were defrauded. */
import type Database from 'better-sqlite3';

export interface BankCards {
  /** The file's account of each account index. */
  readonly accountOf: ReadonlyMap<number, string>;
  readonly frauds: readonly CardFraud[];
}

export interface CardFraud {
  readonly account: string;
  /** UTC milliseconds. */
  readonly occurredAt: number;
}

/** Labels as they came with the file: a demonstration's banks record no verdicts. */
export function readCards(database: Database.Database): BankCards {
  const accounts = database
    .prepare<[], { index: number; account: string }>(
      'SELECT account_no AS "index", account_id AS account FROM accounts',
    )
    .all();
  const frauds = database
    .prepare<[], CardFraud>(
      `SELECT a.account_id AS account, t.occurred_at AS occurredAt
       FROM transactions t JOIN accounts a USING (account_no) WHERE t.label = 1`,
    )
    .all();
  return { accountOf: new Map(accounts.map(({ index, account }) => [index, account])), frauds };
}
