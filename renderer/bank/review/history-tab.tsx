/** Against last rounds: this update's figures beside those of the rounds before. */
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { LineFigure } from '../../ui/charts.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { figure, roundNumber } from '../../ui/format.ts';
import classes from './review.module.css';

const words = text.review.history;
const LEAST_NOISE_RATIO = 0.9;

interface Row {
  readonly round: number;
  readonly isThis: boolean;
  readonly noiseRatio: number | null;
  readonly cosine: number | null;
  readonly norm: number | null;
}

/** Earlier rounds in order, then this one. */
export function historyRows(view: ReviewView): readonly Row[] {
  const earlier = view.history
    .filter(({ index }) => index !== view.roundIndex)
    .map(({ index, ...figures }) => ({ round: roundNumber(index), isThis: false, ...figures }))
    .toSorted((a, b) => a.round - b.round);
  const { noiseRatio, cosineWithLastPublished, differenceNorm } = view.figures;
  const now = { noiseRatio, cosine: cosineWithLastPublished, norm: differenceNorm };
  return [...earlier, { round: roundNumber(view.roundIndex), isThis: true, ...now }];
}

const number = (key: 'noiseRatio' | 'cosine' | 'norm', header: string): Column<Row> => ({
  key,
  header,
  cell: (row) => figure(row[key], 3),
  csv: (row) => row[key],
  compare: (a, b) => (a[key] ?? 0) - (b[key] ?? 0),
  align: 'end',
});

const columns: readonly Column<Row>[] = [
  {
    key: 'round',
    header: words.columns.round,
    cell: ({ round, isThis }) => (isThis ? `${String(round)}, ${words.thisRound}` : round),
    csv: ({ round }) => round,
    compare: (a, b) => a.round - b.round,
  },
  number('noiseRatio', words.columns.ratio),
  number('cosine', words.columns.cosine),
  number('norm', words.columns.norm),
];

export function HistoryTab({ view }: { readonly view: ReviewView }): ReactNode {
  const rows = historyRows(view);
  if (rows.length === 1) return <p className={classes['quiet']}>{words.none}</p>;
  return (
    <>
      {view.figures.noiseRatio === null ? null : (
        <LineFigure
          title={words.chart}
          sentence={words.sentence(figure(view.figures.noiseRatio, 3), rows.length - 1)}
          points={rows.map(({ round, noiseRatio }) => ({ round, noiseRatio }))}
          x={{ key: 'round', header: words.round }}
          series={[{ name: 'noiseRatio', label: words.ratio, color: 'var(--chart-bank)' }]}
          limits={[{ value: LEAST_NOISE_RATIO, label: words.least, color: 'var(--chart-alarm)' }]}
          format={(value) => figure(value, 2)}
          domain={[0.8, Math.max(1.4, ...rows.map(({ noiseRatio }) => noiseRatio ?? 0))]}
          height={180}
        />
      )}
      <DataTable
        label={words.chart}
        columns={columns}
        rows={rows}
        rowKey={({ round }) => String(round)}
        empty={words.none}
        maxHeight={240}
      />
    </>
  );
}
