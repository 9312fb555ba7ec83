/** The parts of a table: its head with sorting, a row with its expander, and the space of rows that are not drawn. */
import { ActionIcon, VisuallyHidden } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowsSort,
  IconArrowUp,
  IconChevronDown,
  IconChevronRight,
} from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { text } from '../text/en.ts';
import { type Column, type Line, type Order, type RowDetail } from './data-table-lines.ts';
import classes from './data-table.module.css';

export function Spacer({ height, span }: { readonly height: number; readonly span: number }): ReactNode {
  if (height <= 0) return null;
  return (
    <tr className={classes['spacer']} aria-hidden>
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}

export function Row<R>(props: {
  readonly line: Line<R>;
  readonly columns: readonly Column<R>[];
  readonly detail: RowDetail<R> | undefined;
  readonly isOpened: boolean;
  readonly onToggle: (key: string) => void;
}): ReactNode {
  const { line, columns, detail, isOpened, onToggle } = props;
  const Chevron = isOpened ? IconChevronDown : IconChevronRight;
  return (
    <tr aria-rowindex={line.index + 2}>
      {detail === undefined ? null : (
        <td className={classes['expand']}>
          <ActionIcon
            aria-label={detail.label(line.row)}
            aria-expanded={isOpened}
            size={24}
            onClick={() => {
              onToggle(line.key);
            }}
          >
            <Chevron size={15} stroke={1.5} aria-hidden />
          </ActionIcon>
        </td>
      )}
      {columns.map(({ key, cell, align }) => (
        <td key={key} className={align === undefined ? undefined : classes[align]}>
          {cell(line.row)}
        </td>
      ))}
    </tr>
  );
}

export function Head<R>(props: {
  readonly columns: readonly Column<R>[];
  readonly order: Order | null;
  readonly hasDetail: boolean;
  readonly onOrder: (key: string) => void;
}): ReactNode {
  return (
    <thead>
      <tr>
        {props.hasDetail ? (
          <th scope="col" className={classes['expand']}>
            <VisuallyHidden>{text.common.more}</VisuallyHidden>
          </th>
        ) : null}
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
