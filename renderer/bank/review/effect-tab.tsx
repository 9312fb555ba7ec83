/** Local effect: the bank's own quality before and after its local steps. Stays here. */
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { type Quality } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { BarFigure } from '../../ui/charts.tsx';
import { figure } from '../../ui/format.ts';
import classes from './review.module.css';

const words = text.review.effect;
const measures = [
  'prAuc',
  'rocAuc',
  'cardPrecisionAt100',
  'recallAtCapacity',
] as const satisfies readonly (keyof Quality)[];

export function EffectTab({ effect }: { readonly effect: ReviewView['localEffect'] }): ReactNode {
  if (effect === null) return <p className={classes['quiet']}>{words.pending}</p>;
  return (
    <>
      <BarFigure
        title={words.chart}
        sentence={words.sentence(figure(effect.before.prAuc, 3), figure(effect.after.prAuc, 3))}
        points={measures.map((name) => ({
          measure: words.measures[name],
          before: effect.before[name],
          after: effect.after[name],
        }))}
        x={{ key: 'measure', header: words.measure }}
        series={[
          { name: 'before', label: words.before, color: 'var(--chart-consortium)' },
          { name: 'after', label: words.after, color: 'var(--chart-bank)' },
        ]}
        domain={[0, 1]}
        format={(value) => figure(value, 3)}
        height={200}
      />
      <p className={classes['quiet']}>{words.note}</p>
    </>
  );
}
