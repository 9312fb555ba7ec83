/** The first row of a file: column names, or already a transaction. */
import { FailureError } from '#shared/failure.ts';
import { MAX_COLUMNS } from './limits.ts';

/** A header has names and no value: a row of transactions has at least a time and an amount. */
export function looksLikeHeader(fields: readonly string[]): boolean {
  return fields.some((field) => /\p{L}/u.test(field)) && !fields.some((field) => VALUE.test(field));
}

/** Numbers and times, with their marks. */
const VALUE = /^\s*[-+]?\d[\d.,:/ TZ+-]*$/;

/** One name a column, all different: a repeated name gets its count, an empty one its place. */
export function columnNames(fields: readonly string[], hasHeader: boolean): readonly string[] {
  if (fields.length > MAX_COLUMNS) {
    throw new FailureError(
      'not-a-csv',
      `The first row has ${String(fields.length)} columns; ${String(MAX_COLUMNS)} are read at most`,
    );
  }
  const names = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const name = hasHeader && field.trim() !== '' ? field.trim() : `column ${String(index + 1)}`;
    names.add(freeName(name, names));
  }
  return [...names];
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let count = 2;
  while (taken.has(`${name} (${String(count)})`)) count += 1;
  return `${name} (${String(count)})`;
}
