/** What a table shows and in which order: columns, sorting, and the lines that opened rows add. Pure. */
import { type ReactNode } from 'react';
import { type CsvCell } from '#shared/csv.ts';

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  readonly csv: (row: Row) => CsvCell;
  /** Given where all rows are loaded. */
  readonly compare?: (a: Row, b: Row) => number;
  readonly align?: 'end' | 'wrap';
  /** Not on the screen, where room is short. */
  readonly isInFileOnly?: boolean;
}

export interface RowDetail<Row> {
  /** Names the button that opens it. */
  readonly label: (row: Row) => string;
  readonly content: (row: Row) => ReactNode;
}

export interface DataTableProps<Row> {
  /** Names the table for assistive technology. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Rows in all, when more are in the store than here. */
  readonly total?: number;
  readonly onNearEnd?: () => void;
  /** All rows of the present filter, for the export; the loaded rows when absent. */
  readonly allRows?: () => Promise<readonly Row[]>;
  readonly fileName?: string;
  /** The export's text where the store itself writes it. */
  readonly csvOf?: () => Promise<string>;
  /** More about a row, opened below it. */
  readonly detail?: RowDetail<Row>;
  readonly toolbar?: ReactNode;
  readonly maxHeight?: number;
  readonly empty: string;
}

export interface Order {
  readonly key: string;
  readonly direction: 'ascending' | 'descending';
}

export function nextOrder(order: Order | null, key: string): Order | null {
  if (order?.key !== key) return { key, direction: 'ascending' };
  return order.direction === 'ascending' ? { key, direction: 'descending' } : null;
}

export function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | null,
): readonly Row[] {
  const compare = columns.find(({ key }) => key === order?.key)?.compare;
  if (order === null || compare === undefined) return rows;
  const sign = order.direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => sign * compare(a, b));
}

/** A line of the table: a row, or what was opened below it. */
export interface Line<Row> {
  readonly kind: 'row' | 'detail';
  readonly row: Row;
  readonly key: string;
  readonly index: number;
}

export function linesOf<Row>(
  rows: readonly Row[],
  rowKey: (row: Row) => string,
  opened: ReadonlySet<string>,
): readonly Line<Row>[] {
  return rows.flatMap((row, index) => {
    const key = rowKey(row);
    const line: Line<Row> = { kind: 'row', row, key, index };
    return opened.has(key) ? [line, { ...line, kind: 'detail', key: `${key}/detail` }] : [line];
  });
}

export function toggled(opened: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return opened.has(key) ? new Set([...opened].filter((one) => one !== key)) : new Set([...opened, key]);
}
