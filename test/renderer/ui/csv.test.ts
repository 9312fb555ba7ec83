import { expect, it } from 'vitest';
import { csvOf, guardFormula } from '../../../renderer/ui/csv.ts';

it.each(['=1+1', '+cmd', '-cmd', '@SUM(A1)', '\t=1', ' =1'])(
  'keeps a spreadsheet from running %j',
  (text) => {
    expect(guardFormula(text)).toBe(`'${text}`);
  },
);

it('leaves numbers numbers, also negative ones', () => {
  expect(csvOf(['amount'], [[-12.5]])).toBe('amount\r\n-12.5\r\n');
});

it('quotes commas, quotes and line breaks, and leaves empty what is not there', () => {
  expect(csvOf(['a', 'b', 'c'], [['x,y', 'say "no"', null]])).toBe('a,b,c\r\n"x,y","say ""no""",\r\n');
});
