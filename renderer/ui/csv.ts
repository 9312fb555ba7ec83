/** CSV for a spreadsheet, with the guard against cells that it would run as formulas. */

export type CsvCell = string | number | null;

/** A text that begins like a formula gets an apostrophe; numbers stay numbers, a minus sign is theirs. */
export function guardFormula(text: string): string {
  return /^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const guarded = guardFormula(cell);
  return /[",\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** RFC 4180 with CRLF; the first row is the header. */
export function csvOf(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}
