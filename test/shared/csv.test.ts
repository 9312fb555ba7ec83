import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { csvText, guardFormula } from '#shared/csv.ts';

const Cells = z.array(z.array(z.string()));

/** What a spreadsheet takes for a formula when it opens a cell. */
function startsFormula(cell: string): boolean {
  return /^[\t\r\n\0]|^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(cell);
}

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      '\0',
      '\uFF1D',
      '\uFF20',
      '"',
      ',',
      ';',
      'a',
      '1',
    ),
    maxLength: 6,
  }),
);

describe('exported CSV', () => {
  it('starts no formula in any cell, and gives every other cell back as it was', () => {
    let guarded = 0;
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        const [read = []] = Cells.parse(parse(csvText([cells]), { record_delimiter: '\r\n' }));
        expect(read).toHaveLength(cells.length);
        for (const [index, original] of cells.entries()) {
          expect(startsFormula(read[index] ?? '')).toBe(false);
          const isGuarded = startsFormula(original);
          if (isGuarded) guarded += 1;
          expect(read[index]).toBe(isGuarded ? `'${original}` : original);
        }
      }),
      { numRuns: 3000 },
    );
    expect(guarded).toBeGreaterThan(1000);
  });

  it.each(['=1+1', '+cmd', '-cmd', '@SUM(A1)', '\t=1', ' =1', '\u00A0=1', '\0=1', '\uFF0B1', ' \uFF1D1'])(
    'keeps a spreadsheet from running %j',
    (text) => {
      expect(guardFormula(text)).toBe(`'${text}`);
    },
  );

  it('leaves numbers numbers, also negative ones, and empty what is not there', () => {
    expect(csvText([['amount'], [-12.5], [null]])).toBe('amount\r\n-12.5\r\n\r\n');
  });

  it('writes lines that end as RFC 4180 says', () => {
    expect(
      csvText([
        ['a', '=1+1'],
        ['say "hi"', 'x,y'],
      ]),
    ).toBe(`a,'=1+1\r\n"say ""hi""","x,y"\r\n`);
  });
});
