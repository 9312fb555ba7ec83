/** A dense table: sorting where all rows are here, more rows by key near its end, a virtual window, CSV of what is filtered. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type DataTableProps, inOrder, linesOf, nextOrder, type Order, toggled } from './data-table-lines.ts';
import { Head, Row, Spacer } from './data-table-rows.tsx';
import { Toolbar } from './data-table-toolbar.tsx';
import classes from './data-table.module.css';

export type { Column } from './data-table-lines.ts';

export const ROW_HEIGHT = 32;
const DETAIL_HEIGHT = 240;
const NEAR_END_ROWS = 20;

/** Rows in the chosen order with what was opened below them, and how to change both. */
function useLines<Row>({ columns, rows, rowKey }: DataTableProps<Row>) {
  const [order, setOrder] = useState<Order | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(
    () => linesOf(inOrder(rows, columns, order), rowKey, opened),
    [rows, columns, order, rowKey, opened],
  );
  return {
    order,
    opened,
    lines,
    sortBy: (key: string) => {
      setOrder(nextOrder(order, key));
    },
    toggle: (key: string) => {
      setOpened(toggled(opened, key));
    },
  };
}

/** Asks again after every page that arrived. */
function useNearEnd(isNear: boolean, rows: number, onNearEnd: (() => void) | undefined): void {
  useEffect(() => {
    if (isNear) onNearEnd?.();
  }, [isNear, rows, onNearEnd]);
}

export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { rows, onNearEnd, detail, maxHeight = 480 } = props;
  const columns = props.columns.filter(({ isInFileOnly }) => isInFileOnly !== true);
  const { order, opened, lines, sortBy, toggle } = useLines(props);
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => (lines[index]?.kind === 'detail' ? DETAIL_HEIGHT : ROW_HEIGHT),
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 12,
    initialRect: { width: 800, height: maxHeight },
  });
  const items = virtual.getVirtualItems();
  useNearEnd((items.at(-1)?.index ?? -1) >= rows.length - NEAR_END_ROWS, rows.length, onNearEnd);
  const span = columns.length + (detail === undefined ? 0 : 1);
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
          <Head columns={columns} order={order} hasDetail={detail !== undefined} onOrder={sortBy} />
          <tbody>
            <Spacer height={items.at(0)?.start ?? 0} span={span} />
            {items.map(({ index, key }) => {
              const line = lines[index];
              if (line === undefined) return null;
              if (line.kind === 'detail')
                return (
                  <tr key={key} data-index={index} ref={virtual.measureElement} className={classes['detail']}>
                    <td colSpan={span}>{detail?.content(line.row)}</td>
                  </tr>
                );
              return (
                <Row
                  key={key}
                  line={line}
                  columns={columns}
                  detail={detail}
                  isOpened={opened.has(line.key)}
                  onToggle={toggle}
                />
              );
            })}
            <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} span={span} />
          </tbody>
        </table>
        {rows.length === 0 ? <p className={classes['empty']}>{props.empty}</p> : null}
      </div>
    </>
  );
}
