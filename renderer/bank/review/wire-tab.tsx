/** As the hub sees it: every field and the first numbers exactly as they travel, and what does not. */
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { BarFigure } from '../../ui/charts.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { count } from '../../ui/format.ts';
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
      <SampleChart sample={view.wireSample} />
      {view.wireSample.map(({ vector, gridStep, first }) => (
        <div key={vector}>
          <span className={classes['small']}>{words.vector(vector, stepText(gridStep))}</span>
          <p className={classes['numbers']}>
            {first.join('  ')} {words.more}
          </p>
        </div>
      ))}
      {view.evaluation === null ? null : <Evaluation evaluation={view.evaluation} />}
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

/** Grids are powers of two; counts go in whole numbers. */
export function stepText(gridStep: number): string {
  const exponent = Math.log2(gridStep);
  if (gridStep === 1) return words.wholeSteps;
  return Number.isInteger(exponent) ? `2^${String(exponent)}` : gridStep.toExponential(3);
}

/** The vector that carries the noise, else the first one. */
function SampleChart({ sample }: { readonly sample: ReviewView['wireSample'] }): ReactNode {
  const shown = sample.find(({ vector }) => vector === 'sum') ?? sample.at(0);
  if (shown === undefined) return null;
  return (
    <BarFigure
      title={words.chart(shown.vector)}
      sentence={words.sentence(shown.first.length)}
      points={shown.first.map((value, place) => ({ place: place + 1, value }))}
      x={{ key: 'place', header: words.place }}
      series={[{ name: 'value', label: words.value, color: 'var(--chart-bank)' }]}
      format={count}
      height={140}
    />
  );
}

function Evaluation(props: { readonly evaluation: NonNullable<ReviewView['evaluation']> }): ReactNode {
  const { version, counts, noiseStandardDeviation, rowsPerUnit, chargeSequence } = props.evaluation;
  return (
    <div>
      <h3 className={classes['sub']}>{words.histogram}</h3>
      <p className={classes['paragraph']}>
        {words.histogramIs({ version, counts, noise: noiseStandardDeviation, rows: rowsPerUnit })}{' '}
        {words.histogramCharged(chargeSequence)}
      </p>
    </div>
  );
}
