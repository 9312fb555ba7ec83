/** The decision of a page, always at hand at its foot: the careful way left, the primary action right. */
import { type ReactNode } from 'react';
import classes from './action-bar.module.css';

export interface ActionBarProps {
  readonly start?: ReactNode;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

export function ActionBar({ start, note, children }: ActionBarProps): ReactNode {
  return (
    <div className={classes['bar']} role="group" aria-label="Decision" data-print="no">
      {start}
      {note === undefined ? null : <div className={classes['note']}>{note}</div>}
      <div className={classes['end']}>{children}</div>
    </div>
  );
}
