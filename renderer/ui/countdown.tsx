/** What remains of a time that the backend gave, counted down on the screen; quiet for a screen reader. */
import { type ReactNode } from 'react';
import { useRemaining } from './clock.ts';
import { durationText } from './format.ts';

export interface CountdownProps {
  readonly leftMs: number;
  /** When `leftMs` was true: the query's dataUpdatedAt. */
  readonly asOf: number;
}

export function Countdown({ leftMs, asOf }: CountdownProps): ReactNode {
  const remaining = useRemaining(leftMs, asOf) ?? 0;
  return <span role="timer">{durationText(remaining)}</span>;
}
