/** As the hub sees it: every field and the first numbers exactly as they travel, and what does not. */
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import classes from './review.module.css';

const words = text.review.wire;
type Field = ReviewView['wire'][number];

const columns: readonly Column<Field>[] = [
  { key: 'field', header: words.columns.field, cell: ({ field }) => field, csv: ({ field }) => field },
  {
    key: 'value',
    header: words.columns.value,
    cell: ({ value }) => <span className={classes['mono']}>{value}</span>,
    csv: ({ value }) => value,
    align: 'wrap',
  },
  {
    key: 'meaning',
    header: words.columns.meaning,
    cell: ({ meaning }) => meaning,
    csv: ({ meaning }) => meaning,
    align: 'wrap',
  },
];

export function WireTab({ view }: { readonly view: ReviewView }): ReactNode {
  return (
    <>
      <h3 className={classes['sub']}>{words.header}</h3>
      <DataTable
        label={words.header}
        columns={columns}
        rows={view.wire}
        rowKey={({ field }) => field}
        empty={text.common.none}
        maxHeight={560}
      />
      <h3 className={classes['sub']}>{words.numbers}</h3>
      {view.wireSample.map(({ vector, gridStep, first }) => (
        <div key={vector}>
          <span className={classes['small']}>{words.vector(vector, gridStep.toExponential(3))}</span>
          <p className={classes['numbers']}>
            {first.join('  ')} {words.more}
          </p>
        </div>
      ))}
      <p className={classes['quiet']}>{words.whole}</p>
      <h3 className={classes['sub']}>{words.notSent}</h3>
      <ul className={classes['list']}>
        {words.notSentList.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </>
  );
}
