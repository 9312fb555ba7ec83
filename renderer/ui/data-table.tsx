/** A dense table: sorting where all rows are here, more rows by key near its end, a virtual window, CSV of what is filtered. */
import { Button } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconDownload } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type CsvCell, csvText } from '#shared/csv.ts';
import { useCommand } from '../commands/registry.tsx';
import { text } from '../text/en.ts';
import classes from './data-table.module.css';
import { count } from './format.ts';
import { useSaveText } from './save-text.ts';

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  readonly csv: (row: Row) => CsvCell;
  /** Given where all rows are loaded. */
  readonly compare?: (a: Row, b: Row) => number;
  readonly align?: 'end' | 'wrap';
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
  readonly toolbar?: ReactNode;
  readonly maxHeight?: number;
  readonly empty: string;
}

export const ROW_HEIGHT = 32;

interface Order {
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

export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { columns, rows, onNearEnd, maxHeight = 480 } = props;
  const [order, setOrder] = useState<Order | null>(null);
  const ordered = useMemo(() => inOrder(rows, columns, order), [rows, columns, order]);
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: ordered.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    initialRect: { width: 800, height: maxHeight },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - 20) onNearEnd?.();
  }, [last, rows.length, onNearEnd]);
  const above = items.at(0)?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <>
      <Toolbar {...props} />
      <div
        className={classes['scroll']}
        ref={frame}
        style={{ maxHeight }}
        tabIndex={0}
        role="region"
        aria-label={props.label}
      >
        <table className={classes['table']} aria-rowcount={props.total ?? rows.length}>
          <Head
            columns={columns}
            order={order}
            onOrder={(key) => {
              setOrder(nextOrder(order, key));
            }}
          />
          <tbody>
            <Spacer height={above} span={columns.length} />
            {items.map(({ index, key }) => {
              const row = ordered[index];
              return row === undefined ? null : <Row key={key} row={row} columns={columns} index={index} />;
            })}
            <Spacer height={below} span={columns.length} />
          </tbody>
        </table>
        {rows.length === 0 ? <p className={classes['empty']}>{props.empty}</p> : null}
      </div>
    </>
  );
}

function Spacer({ height, span }: { readonly height: number; readonly span: number }): ReactNode {
  if (height <= 0) return null;
  return (
    <tr className={classes['spacer']} aria-hidden>
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}

function Row<R>(props: {
  readonly row: R;
  readonly columns: readonly Column<R>[];
  readonly index: number;
}): ReactNode {
  return (
    <tr aria-rowindex={props.index + 2}>
      {props.columns.map(({ key, cell, align }) => (
        <td key={key} className={align === undefined ? undefined : classes[align]}>
          {cell(props.row)}
        </td>
      ))}
    </tr>
  );
}

function Head<R>(props: {
  readonly columns: readonly Column<R>[];
  readonly order: Order | null;
  readonly onOrder: (key: string) => void;
}): ReactNode {
  return (
    <thead>
      <tr>
        {props.columns.map((column) => {
          const direction = props.order?.key === column.key ? props.order.direction : undefined;
          return (
            <th
              key={column.key}
              scope="col"
              className={column.align === 'end' ? classes['end'] : undefined}
              aria-sort={column.compare === undefined ? undefined : (direction ?? 'none')}
            >
              {column.compare === undefined ? (
                column.header
              ) : (
                <button
                  type="button"
                  className={classes['sort']}
                  onClick={() => {
                    props.onOrder(column.key);
                  }}
                >
                  {column.header}
                  <OrderIcon direction={direction} />
                </button>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function OrderIcon({ direction }: { readonly direction: Order['direction'] | undefined }): ReactNode {
  if (direction === undefined) return <IconArrowsSort size={13} stroke={1.5} aria-hidden />;
  const Icon = direction === 'ascending' ? IconArrowUp : IconArrowDown;
  return <Icon size={13} stroke={1.75} aria-hidden />;
}

function Toolbar<Row>(props: DataTableProps<Row>): ReactNode {
  const { rows, total, toolbar, fileName } = props;
  const save = useExport(props);
  useCommand('screen.export', fileName === undefined || rows.length === 0 ? null : save);
  if (toolbar === undefined && fileName === undefined) return null;
  return (
    <div className={classes['toolbar']} data-print="no">
      {toolbar}
      <div className={classes['toolbarEnd']}>
        <span aria-live="polite">{text.common.rows(count(total ?? rows.length))}</span>
        {fileName === undefined ? null : (
          <Button
            size="compact-sm"
            leftSection={<IconDownload size={15} stroke={1.5} aria-hidden />}
            onClick={save}
            disabled={rows.length === 0}
          >
            {text.common.exportCsv}
          </Button>
        )}
      </div>
    </div>
  );
}

function useExport<Row>({ columns, rows, allRows, fileName = 'export' }: DataTableProps<Row>): () => void {
  const saveText = useSaveText();
  return () => {
    saveText(`${fileName}.csv`, async () => {
      const exported = allRows === undefined ? rows : await allRows();
      const header = columns.map((column) => column.header);
      return csvText([header, ...exported.map((row) => columns.map(({ csv }) => csv(row)))]);
    });
  };
}
