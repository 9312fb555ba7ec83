/** Codes accounts, counterparties and terminals by small numbers of this store. Written by the running import only. */
import type Database from 'better-sqlite3';

const SQL = {
  account: {
    find: 'SELECT account_no FROM accounts WHERE account_id = ?',
    insert: 'INSERT INTO accounts (account_no, account_id) VALUES (?, ?)',
    highest: 'SELECT coalesce(max(account_no), 0) FROM accounts',
    forget: 'DELETE FROM accounts WHERE account_no >= ? LIMIT ?',
  },
  counterparty: {
    find: 'SELECT counterparty_no FROM counterparties WHERE counterparty_id = ?',
    insert: 'INSERT INTO counterparties (counterparty_no, counterparty_id) VALUES (?, ?)',
    highest: 'SELECT coalesce(max(counterparty_no), 0) FROM counterparties',
    forget: 'DELETE FROM counterparties WHERE counterparty_no >= ? LIMIT ?',
  },
  terminal: {
    find: 'SELECT terminal_no FROM terminals WHERE terminal_id = ?',
    insert: 'INSERT INTO terminals (terminal_no, terminal_id) VALUES (?, ?)',
    highest: 'SELECT coalesce(max(terminal_no), 0) FROM terminals',
    forget: 'DELETE FROM terminals WHERE terminal_no >= ? LIMIT ?',
  },
} as const;

export type NumberedKind = keyof typeof SQL;

/** Cached names; beyond it the cache starts anew, so that memory stays bounded with any number of accounts. */
const CACHE_LIMIT = 250_000;

/** Number of an id, given one when it is new. */
export function createNumbering(database: Database.Database, kind: NumberedKind): (id: string) => number {
  const find = database.prepare<[string], number>(SQL[kind].find).pluck();
  const insert = database.prepare<[number, string]>(SQL[kind].insert);
  let next = highestNumber(database, kind) + 1;
  const cache = new Map<string, number>();

  return (id) => {
    const cached = cache.get(id);
    if (cached !== undefined) return cached;
    let found = find.get(id);
    if (found === undefined) {
      found = next;
      next += 1;
      insert.run(found, id);
    }
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(ownCopy(id), found);
    return found;
  };
}

/** 0 in an empty table. */
export function highestNumber(database: Database.Database, kind: NumberedKind): number {
  return database.prepare<[], number>(SQL[kind].highest).pluck().get() ?? 0;
}

/** Deletes at most `limit` ids numbered from `first` on; answers how many. */
export function forgetNumbers(
  database: Database.Database,
  kind: NumberedKind,
  range: { readonly first: number; readonly limit: number },
): number {
  return database.prepare<[number, number]>(SQL[kind].forget).run(range.first, range.limit).changes;
}

/** A string cut out of a file's chunk keeps the whole chunk in memory; a copy doesn't. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
