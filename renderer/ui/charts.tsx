/** Lines and bars in the one style of this app: fixed number formats, no motion, no grid but the faint one, labelled limits. */
import { BarChart, LineChart } from '@mantine/charts';
import { type ReactNode } from 'react';
import { ChartFigure, type ChartKey } from './chart-figure.tsx';

export type Point = Readonly<Record<string, string | number | null>>;

export interface Series {
  readonly name: string;
  readonly label: string;
  readonly color: string;
  readonly curve?: 'linear' | 'stepAfter';
  readonly dash?: string;
}

export interface Limit {
  readonly value: number;
  readonly label: string;
  readonly color: string;
}

export interface FigureProps {
  readonly title: string;
  readonly sentence: string;
  readonly points: readonly Point[];
  /** Key of the points' place on the x axis and its header. */
  readonly x: {
    readonly key: string;
    readonly header: string;
    readonly format?: (value: string | number) => string;
  };
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** Of the y axis's ticks, where they need fewer digits than the values; `format` where it is left out. */
  readonly tickFormat?: (value: number) => string;
  readonly limits?: readonly Limit[];
  /** Of the y axis; the data decide where it is left out. */
  readonly domain?: readonly [number, number];
  readonly height?: number;
  /** Draws on over points without a value. */
  readonly isBridged?: boolean;
}

function tableOf({ points, x, series, format }: FigureProps): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const xText = x.format ?? String;
  const cell = (value: string | number | null | undefined): string =>
    typeof value === 'number' ? format(value) : (value ?? '–');
  return {
    header: [x.header, ...series.map(({ label }) => label)],
    rows: points.map((point) => [xText(point[x.key] ?? ''), ...series.map(({ name }) => cell(point[name]))]),
  };
}

/** Room for the upper half of the topmost tick, which is pushed down beside its line otherwise. */
const MARGIN = { top: 8 };

/** Few points keep their first and last name. */
const FEW_POINTS = 3;
/** So few bars that each has its name below it, in two lines where need be. */
const FEW_BARS = 8;
const NAMED_BARS = { width: 72, height: 40 };

function axes({ x, points, limits = [], domain, format, tickFormat = format }: FigureProps) {
  const tick = { fontSize: 12, fill: 'var(--mantine-color-dimmed)' };
  return {
    dataKey: x.key,
    withTooltip: true,
    accessibilityLayer: false,
    tickLine: 'none' as const,
    strokeDasharray: '0',
    gridColor: 'var(--chart-line)',
    textColor: 'var(--mantine-color-dimmed)',
    valueFormatter: format,
    tooltipAnimationDuration: 0,
    xAxisProps: {
      tick,
      // Every n-th place, so that no number seems to be missing between others.
      interval:
        points.length > FEW_POINTS ? ('equidistantPreserveStart' as const) : ('preserveStartEnd' as const),
      minTickGap: 24,
      tickFormatter: x.format ?? String,
      tickMargin: 8,
    },
    yAxisProps: {
      tick,
      width: 48,
      tickFormatter: tickFormat,
      ...(domain === undefined ? {} : { domain: [...domain] }),
    },
    referenceLines: limits.map(({ value, label, color }) => ({
      y: value,
      label,
      color,
      labelPosition: 'insideTopRight' as const,
      ifOverflow: 'extendDomain' as const,
      strokeDasharray: '4 3',
    })),
  };
}

const plain = (series: readonly Series[]): { name: string; label: string; color: string }[] =>
  series.map(({ name, label, color }) => ({ name, label, color }));

const keysOf = (series: readonly Series[], shape: ChartKey['shape']): readonly ChartKey[] =>
  series.map(({ label, color }) => ({ label, color, shape }));

export function LineFigure(props: FigureProps): ReactNode {
  const { title, sentence, points, series, height = 200, isBridged = false } = props;
  const hasFew = points.length <= 60;
  return (
    <ChartFigure title={title} sentence={sentence} table={tableOf(props)} keys={keysOf(series, 'line')}>
      <LineChart
        {...axes(props)}
        h={height}
        data={points.map((point) => ({ ...point }))}
        series={series.map(({ name, label, color, curve = 'linear', dash }) => ({
          name,
          label,
          color,
          curveType: curve,
          ...(dash === undefined ? {} : { strokeDasharray: dash }),
        }))}
        withDots={hasFew}
        dotProps={{ r: 2.5, strokeWidth: 1 }}
        activeDotProps={{ r: 4 }}
        strokeWidth={1.75}
        connectNulls={isBridged}
        lineProps={{ isAnimationActive: false }}
        lineChartProps={{ margin: MARGIN }}
      />
    </ChartFigure>
  );
}

/** Every bar named, where there are few. */
function barAxes(props: FigureProps) {
  const all = axes(props);
  if (props.points.length > FEW_BARS) return all;
  const { width, height } = NAMED_BARS;
  const { xAxisProps } = all;
  return { ...all, xAxisProps: { ...xAxisProps, tick: { ...xAxisProps.tick, width }, interval: 0, height } };
}

export function BarFigure(props: FigureProps): ReactNode {
  const { title, sentence, points, series, height = 200 } = props;
  return (
    <ChartFigure title={title} sentence={sentence} table={tableOf(props)} keys={keysOf(series, 'block')}>
      <BarChart
        {...barAxes(props)}
        h={height}
        data={points.map((point) => ({ ...point }))}
        series={plain(series)}
        barProps={{ isAnimationActive: false, radius: 0 }}
        barChartProps={{ margin: MARGIN, barCategoryGap: points.length > 100 ? 0 : '20%', barGap: 1 }}
        maxBarWidth={28}
        cursorFill="var(--sunken)"
      />
    </ChartFigure>
  );
}
