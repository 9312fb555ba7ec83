/** What a score is written beside: the transaction's own id and account. */
import type Database from 'better-sqlite3';
import { z } from 'zod';

export interface ScoredTransaction {
  readonly externalId: string;
  readonly account: string;
}

const Row = z.tuple([z.string(), z.string()]);

/** Looks rows up by their number in the store. Throws a RangeError for a number that the store does not have. */
export function transactionLookup(database: Database.Database): (rowNo: number) => ScoredTransaction {
  const find = database
    .prepare(
      'SELECT t.external_id, a.account_id FROM transactions t JOIN accounts a USING (account_no) WHERE t.row_no = ?',
    )
    .raw();
  return (rowNo) => {
    const found = find.get(rowNo);
    if (found === undefined) throw new RangeError(`the store has no row ${String(rowNo)}`);
    const [externalId, account] = Row.parse(found);
    return { externalId, account };
  };
}
