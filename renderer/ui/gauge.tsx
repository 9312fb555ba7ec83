/** ε against its budget: charged, what this round adds or a scope holds, and what is left. */
import { type ReactNode } from 'react';
import { text } from '../text/en.ts';
import { epsilonLeft, epsilonSpent } from './format.ts';
import classes from './gauge.module.css';

export interface GaugeProps {
  readonly charged: number;
  readonly held: number;
  readonly budget: number;
}

export function EpsilonGauge({ charged, held, budget }: GaugeProps): ReactNode {
  const left = budget - charged - held;
  return (
    <div className={classes['gauge']}>
      <div className={classes['figures']}>
        <span className={classes['spent']}>ε {epsilonSpent(charged)}</span>
        <span className={classes['of']}>{text.privacy.ofBudget(epsilonLeft(budget))}</span>
      </div>
      <EpsilonBar charged={charged} more={held} budget={budget} moreIs="held" />
      <div className={classes['legend']}>
        <Key className={classes['charged']}>{text.privacy.chargedIs(epsilonSpent(charged))}</Key>
        {held > 0 ? <Key className={classes['held']}>{text.privacy.heldIs(epsilonSpent(held))}</Key> : null}
        <span>{text.privacy.leftIs(epsilonLeft(left))}</span>
      </div>
    </div>
  );
}

function Key({
  className,
  children,
}: {
  readonly className: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={classes['key']}>
      <span className={`${classes['swatch'] ?? ''} ${className ?? ''}`} aria-hidden />
      {children}
    </span>
  );
}

export interface BarProps {
  readonly charged: number;
  readonly more: number;
  readonly moreIs: 'held' | 'added';
  readonly budget: number;
}

/** The bar alone; its sentence is its name. */
export function EpsilonBar({ charged, more, moreIs, budget }: BarProps): ReactNode {
  const share = (value: number): string =>
    `${String(budget > 0 ? Math.min(100, Math.max(0, (value / budget) * 100)) : 0)}%`;
  return (
    <div
      className={classes['track']}
      role="img"
      aria-label={text.privacy.barSays(
        epsilonSpent(charged),
        epsilonSpent(charged + more),
        epsilonLeft(budget),
      )}
    >
      <div className={classes['charged']} style={{ width: share(charged) }} />
      <div className={classes[moreIs]} style={{ width: share(more) }} />
    </div>
  );
}
