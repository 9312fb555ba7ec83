/** Summary: the figures with their meanings, and the noisy sum by layer beside what noise alone would give. */
import { type ReactNode } from 'react';
import { type LayerNorms, type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { BarFigure } from '../../ui/charts.tsx';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { count, dayText, figure, momentText, percent, tickFigures } from '../../ui/format.ts';
import classes from './review.module.css';

const words = text.review;

export function SummaryTab({ view }: { readonly view: ReviewView }): ReactNode {
  return (
    <div className={classes['split']}>
      <LayerChart layers={view.layers} />
      <Facts facts={figureFacts(view)} />
    </div>
  );
}

/** Least ‖sum‖ ÷ ‖noise alone‖ over the layers that have both; null without any. */
export function leastNoiseShare(layers: readonly LayerNorms[]): number | null {
  const shares = layers.flatMap(({ sum, noiseOnly }) =>
    sum === null || noiseOnly === null || noiseOnly === 0 ? [] : [sum / noiseOnly],
  );
  return shares.length === 0 ? null : Math.min(...shares);
}

const COLORS = {
  difference: 'var(--chart-bank)',
  sum: 'var(--chart-bank)',
  noiseOnly: 'var(--chart-noise)',
} as const;

function LayerChart({ layers }: { readonly layers: readonly LayerNorms[] }): ReactNode {
  const least = leastNoiseShare(layers);
  const { summary } = words;
  const shown = least === null ? (['difference'] as const) : (['sum', 'noiseOnly'] as const);
  const most = Math.max(0, ...layers.flatMap((layer) => shown.map((name) => layer[name] ?? 0)));
  return (
    <BarFigure
      title={summary.chart}
      sentence={least === null ? summary.noSentence : summary.sentence(percent(least))}
      points={layers.map(({ layer, difference, sum, noiseOnly }) => ({ layer, difference, sum, noiseOnly }))}
      x={{ key: 'layer', header: summary.layer }}
      series={shown.map((name) => ({ name, label: summary[name], color: COLORS[name] }))}
      format={figure}
      tickFormat={tickFigures(most)}
      height={190}
    />
  );
}

export function figureFacts({ figures, terms, dataVersion, createdAt }: ReviewView): readonly Fact[] {
  const names = words.figures;
  const until = dataVersion.until === null ? '–' : dayText(dataVersion.until);
  const rate = terms.samplingRate === null ? '–' : String(terms.samplingRate);
  const clip = terms.clippingNorm === null ? '–' : String(terms.clippingNorm);
  return [
    { name: names.noiseRatio, value: figure(figures.noiseRatio, 3), meaning: names.noiseRatioMeaning },
    {
      name: names.cosineLast,
      value: figure(figures.cosineWithLastPublished, 3),
      meaning: names.cosineLastMeaning,
    },
    { name: names.cosineOwn, value: figure(figures.cosineWithOwnLast, 3), meaning: names.cosineOwnMeaning },
    { name: names.norm, value: figure(figures.differenceNorm, 4), meaning: names.normMeaning },
    { name: names.clipped, value: percent(figures.clippedShare, 1), meaning: names.clippedMeaning },
    {
      name: names.terms,
      value: names.termsValue({
        steps: terms.steps,
        rate,
        noise: noiseText(terms),
        clip,
      }),
    },
    { name: names.data, value: names.dataValue(count(dataVersion.rows), until) },
    { name: names.made, value: momentText(createdAt) },
  ];
}

/** The noise that the bytes carry; beside the charter's where a person trained again with more. */
export function noiseText({ noiseMultiplier, agreedNoiseMultiplier }: ReviewView['terms']): string {
  const brief = (z: number): string => String(Number(z.toPrecision(4)));
  const [own, agreed] = [brief(noiseMultiplier), brief(agreedNoiseMultiplier)];
  return own === agreed ? own : text.review.figures.moreNoise(own, agreed);
}
