/** By layer: how far each moved, and the numbers behind it. */
import { type ReactNode } from 'react';
import { type LayerNorms } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { BarFigure } from '../../ui/charts.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { count, figure, tickFigures } from '../../ui/format.ts';
import classes from './review.module.css';

const words = text.review.layers;

const norm = (key: 'difference' | 'sum' | 'noiseOnly', header: string): Column<LayerNorms> => ({
  key,
  header,
  cell: (layer) => figure(layer[key], 4),
  csv: (layer) => layer[key],
  compare: (a, b) => (a[key] ?? 0) - (b[key] ?? 0),
  align: 'end',
});

const ratioOf = ({ sum, noiseOnly }: LayerNorms): number | null =>
  sum === null || noiseOnly === null || noiseOnly === 0 ? null : sum / noiseOnly;

const columns: readonly Column<LayerNorms>[] = [
  { key: 'layer', header: words.columns.layer, cell: ({ layer }) => layer, csv: ({ layer }) => layer },
  {
    key: 'numbers',
    header: words.columns.numbers,
    cell: ({ numbers }) => count(numbers),
    csv: ({ numbers }) => numbers,
    compare: (a, b) => a.numbers - b.numbers,
    align: 'end',
  },
  norm('difference', words.columns.difference),
  norm('sum', words.columns.sum),
  norm('noiseOnly', words.columns.noise),
  {
    key: 'ratio',
    header: words.columns.ratio,
    cell: (layer) => figure(ratioOf(layer), 3),
    csv: ratioOf,
    compare: (a, b) => (ratioOf(a) ?? 0) - (ratioOf(b) ?? 0),
    align: 'end',
  },
];

export function LayersTab({ layers }: { readonly layers: readonly LayerNorms[] }): ReactNode {
  const moved = layers.filter(({ difference }) => difference !== null && difference > 0);
  const most = moved.toSorted((a, b) => (b.difference ?? 0) - (a.difference ?? 0)).at(0);
  return (
    <>
      {most === undefined ? (
        <p className={classes['quiet']}>{words.none}</p>
      ) : (
        <BarFigure
          title={words.chart}
          sentence={words.sentence(most.layer, figure(most.difference, 3))}
          points={layers.map(({ layer, difference }) => ({ layer, difference }))}
          x={{ key: 'layer', header: words.columns.layer }}
          series={[{ name: 'difference', label: words.columns.difference, color: 'var(--chart-bank)' }]}
          format={figure}
          tickFormat={tickFigures(most.difference ?? 0)}
          height={160}
        />
      )}
      <DataTable
        label={words.chart}
        columns={columns}
        rows={layers}
        rowKey={({ layer }) => layer}
        empty={words.none}
        maxHeight={240}
      />
    </>
  );
}
