/** A figure's course against its limits, small: the line, and each limit dashed. */
import { type ReactNode } from 'react';
import classes from './scope-strip.module.css';

const WIDTH = 200;
const HEIGHT = 32;
const MARGIN = 3;

export interface LimitLineProps {
  readonly values: readonly number[];
  readonly limits: readonly number[];
  readonly isOutside: boolean;
}

/** Heights from the top, for values and limits on one scale that holds them all. */
export function heights(shown: readonly number[], all: readonly number[]): readonly number[] {
  const least = Math.min(...all);
  const span = Math.max(...all) - least || 1;
  return shown.map((value) => HEIGHT - MARGIN - ((value - least) / span) * (HEIGHT - 2 * MARGIN));
}

export function LimitLine({ values, limits, isOutside }: LimitLineProps): ReactNode {
  const all = [...values, ...limits];
  const stride = WIDTH / Math.max(1, values.length - 1);
  const points = heights(values, all).map((y, index) => `${(index * stride).toFixed(1)},${y.toFixed(1)}`);
  return (
    <svg
      className={classes['spark']}
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      data-outside={isOutside}
      aria-hidden
    >
      {heights(limits, all).map((y) => (
        <line key={y} x1={0} x2={WIDTH} y1={y} y2={y} vectorEffect="non-scaling-stroke" />
      ))}
      <polyline points={points.join(' ')} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
