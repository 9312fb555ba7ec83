import { expect, it } from 'vitest';
import { type Column, inOrder, nextOrder } from '../../../renderer/ui/data-table-lines.ts';

interface Row {
  readonly n: number;
}
const columns: readonly Column<Row>[] = [
  { key: 'n', header: 'n', cell: ({ n }) => n, csv: ({ n }) => n, compare: (a, b) => a.n - b.n },
  { key: 'fixed', header: 'fixed', cell: ({ n }) => n, csv: ({ n }) => n },
];
const rows: readonly Row[] = [{ n: 2 }, { n: 3 }, { n: 1 }];
const ordered = (key: string, direction: 'ascending' | 'descending'): readonly number[] =>
  inOrder(rows, columns, { key, direction }).map(({ n }) => n);

it('goes from ascending over descending back to the order of the store', () => {
  const first = nextOrder(null, 'n');
  const second = nextOrder(first, 'n');
  expect([first?.direction, second?.direction, nextOrder(second, 'n')]).toEqual([
    'ascending',
    'descending',
    null,
  ]);
  expect(nextOrder(second, 'other')).toEqual({ key: 'other', direction: 'ascending' });
});

it('sorts by the column chosen, and not by one that cannot be sorted', () => {
  expect(ordered('n', 'ascending')).toEqual([1, 2, 3]);
  expect(ordered('n', 'descending')).toEqual([3, 2, 1]);
  expect(ordered('fixed', 'ascending')).toEqual([2, 3, 1]);
});
