/** CSV that a spreadsheet can open without running anything in it (OWASP ASVS 5.0, 1.2.10). */

/** First characters of a formula, also in their full-width forms, and the blanks and NUL that spreadsheets skip. */
const FORMULA_START = new Set([
  '=',
  '+',
  '-',
  '@',
  '\t',
  '\r',
  '\n',
  '\0',
  '\uFF1D',
  '\uFF0B',
  '\uFF0D',
  '\uFF20',
]);

/** RFC 4180 text with CRLF line ends. Cells that would begin a formula get a leading apostrophe. */
export function csvText(rows: Iterable<readonly string[]>): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(row.map(csvCell).join(','));
  return lines.map((line) => `${line}\r\n`).join('');
}

function csvCell(text: string): string {
  const guarded = FORMULA_START.has(text.charAt(0)) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
