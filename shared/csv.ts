/**
 * CSV that a spreadsheet opens without running anything in it (OWASP ASVS 5.0, 1.2.10): the one guard of every export,
 * of the screens and of the backend.
 */

/** A number stays a number: its minus sign begins no formula. */
export type CsvCell = string | number | null;

/** First characters of a formula, also in their full-width forms. */
const FORMULA = new Set(['=', '+', '-', '@', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20']);
/** Characters that spreadsheets skip or split at, so that what follows becomes the start of a cell. */
const SKIPPED = new Set(['\t', '\r', '\n', '\0']);

/** A text that begins like a formula, blanks before it or not, gets a leading apostrophe. */
export function guardFormula(text: string): string {
  const isFormula = SKIPPED.has(text.charAt(0)) || FORMULA.has(text.trimStart().charAt(0));
  return isFormula ? `'${text}` : text;
}

/** RFC 4180 text with CRLF line ends; null is an empty cell. */
export function csvText(rows: Iterable<readonly CsvCell[]>): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(`${row.map(csvCell).join(',')}\r\n`);
  return lines.join('');
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const guarded = guardFormula(cell);
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
