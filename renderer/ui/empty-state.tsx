/** Nothing here yet: why, one action, and where it is in the menu. */
import { type TablerIcon } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import classes from './empty-state.module.css';

export interface EmptyStateProps {
  readonly icon: TablerIcon;
  readonly title: string;
  readonly why: string;
  readonly children?: ReactNode;
  /** Where else the action is found. */
  readonly where?: ReactNode;
}

export function EmptyState({ icon: Icon, title, why, children, where }: EmptyStateProps): ReactNode {
  return (
    <div className={classes['empty']}>
      <Icon className={classes['icon']} size={36} stroke={1.25} aria-hidden />
      <p className={classes['title']}>{title}</p>
      <p className={classes['why']}>{why}</p>
      {children === undefined ? null : <div className={classes['actions']}>{children}</div>}
      {where === undefined ? null : <p className={classes['where']}>{where}</p>}
    </div>
  );
}
