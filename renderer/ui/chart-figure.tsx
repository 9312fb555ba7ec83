/** Every chart: a title, one sentence that says what it shows, its key, and the same figures as a table. */
import { Button } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { text } from '../text/en.ts';
import classes from './chart-figure.module.css';

export interface ChartKey {
  readonly label: string;
  readonly color: string;
  readonly shape: 'line' | 'block';
}

export interface ChartFigureProps {
  readonly title: string;
  /** Generated from the figures: "PR-AUC rose from 0.61 to 0.78 over 14 rounds". */
  readonly sentence: string;
  readonly keys?: readonly ChartKey[];
  readonly table: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly children: ReactNode;
}

export function ChartFigure({ title, sentence, keys = [], table, children }: ChartFigureProps): ReactNode {
  const [isTable, setIsTable] = useState(false);
  const id = useId();
  return (
    <figure className={classes['figure']} aria-labelledby={id}>
      <figcaption className={classes['caption']}>
        <span className={classes['words']}>
          <span className={classes['title']} id={id}>
            {title}
          </span>
          <span className={classes['sentence']}>{sentence}</span>
        </span>
        <Button
          className={classes['toggle']}
          size="compact-xs"
          aria-pressed={isTable}
          data-print="no"
          onClick={() => {
            setIsTable(!isTable);
          }}
        >
          {text.common.showAsTable}
        </Button>
      </figcaption>
      {keys.length > 1 && !isTable ? <Keys keys={keys} /> : null}
      {isTable ? (
        <FigureTable title={title} table={table} />
      ) : (
        <div role="img" aria-label={sentence}>
          {children}
        </div>
      )}
    </figure>
  );
}

function Keys({ keys }: { readonly keys: readonly ChartKey[] }): ReactNode {
  return (
    <div className={classes['keys']}>
      {keys.map(({ label, color, shape }) => (
        <span key={label} className={classes['key']}>
          <span
            className={`${classes['swatch'] ?? ''} ${shape === 'block' ? (classes['block'] ?? '') : ''}`}
            style={{ background: color }}
            aria-hidden
          />
          {label}
        </span>
      ))}
    </div>
  );
}

function FigureTable({ title, table }: Pick<ChartFigureProps, 'title' | 'table'>): ReactNode {
  return (
    <div className={classes['tableFrame']} tabIndex={0} role="region" aria-label={text.common.tableOf(title)}>
      <table className={classes['table']}>
        <thead>
          <tr>
            {table.header.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((cells, index) => (
            <tr key={index}>
              {cells.map((cell, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={column}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
