/** Long work: its phase in words, a bar, what is left once it can be said, and Cancel with what it keeps. */
import { Progress as Bar } from '@mantine/core';
import { type ReactNode } from 'react';
import { percent, timeLeftText } from './format.ts';
import classes from './progress.module.css';

export interface ProgressProps {
  readonly phase: string;
  /** 0..1. */
  readonly share: number;
  readonly secondsLeft: number | null;
  /** Speed or counts, already written. */
  readonly detail?: string;
  readonly action?: ReactNode;
}

export function Progress({ phase, share, secondsLeft, detail, action }: ProgressProps): ReactNode {
  const rest = [percent(share), detail, timeLeftText(secondsLeft)].filter((part) => typeof part === 'string');
  return (
    <div className={classes['progress']}>
      <div className={classes['line']}>
        <span className={classes['phase']}>{phase}</span>
        <span className={classes['rest']}>{rest.join(' · ')}</span>
        {action === undefined ? null : <span className={classes['action']}>{action}</span>}
      </div>
      <Bar value={Math.min(100, share * 100)} size={8} aria-label={phase} transitionDuration={0} />
    </div>
  );
}
