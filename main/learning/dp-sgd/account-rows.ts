/** The training rows of each account: what is sampled where the account is the unit of privacy. */

export interface AccountRows {
  /** Numbers of all training rows, account by account. */
  readonly rows: Uint32Array;
  /** Where the rows of each account end in `rows`; no account is empty. */
  readonly ends: Uint32Array;
}

/** Accounts with at least one row. */
export function countAccounts(accountOfRow: Uint32Array): number {
  return new Set(accountOfRow).size;
}

/** Groups rows by the account index of each; accounts in the order of their first row, rows in their own order. */
export function rowsByAccount(accountOfRow: Uint32Array): AccountRows {
  const placeOf = new Map<number, number>();
  for (const account of accountOfRow) if (!placeOf.has(account)) placeOf.set(account, placeOf.size);
  const places = accountOfRow.map((account) => placeOf.get(account) ?? 0);
  const ends = new Uint32Array(placeOf.size);
  for (const place of places) ends[place] = (ends[place] ?? 0) + 1;
  for (let i = 1; i < ends.length; i++) ends[i] = (ends[i] ?? 0) + (ends[i - 1] ?? 0);
  const next = Uint32Array.from(ends, (_, i) => ends[i - 1] ?? 0);
  const rows = new Uint32Array(places.length);
  places.forEach((place, row) => {
    const at = next[place] ?? 0;
    rows[at] = row;
    next[place] = at + 1;
  });
  return { rows, ends };
}
