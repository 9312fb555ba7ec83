/** The checks: what blocks first, then warnings, then what passed; each with its way out. */
import { VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type ReviewCheck } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import classes from './review.module.css';

const words = text.review;
const icons = { pass: IconCircleCheck, warning: IconAlertTriangle, block: IconCircleX } as const;
const severity = { block: 0, warning: 1, pass: 2 } as const;

export function bySeverity(checks: readonly ReviewCheck[]): readonly ReviewCheck[] {
  return checks.toSorted((a, b) => severity[a.level] - severity[b.level]);
}

export function Checks({ checks }: { readonly checks: readonly ReviewCheck[] }): ReactNode {
  const countOf = (level: ReviewCheck['level']): number =>
    checks.filter((check) => check.level === level).length;
  const [passed, warned, blocked] = [countOf('pass'), countOf('warning'), countOf('block')];
  return (
    <section aria-labelledby="review-checks">
      <div className={classes['checksHead']}>
        <h2 className={classes['bandTitle']} id="review-checks">
          {words.checksTitle}
        </h2>
        {blocked > 0 ? <StatusBadge tone="bad">{words.checksBlocked(blocked)}</StatusBadge> : null}
        {warned > 0 ? <StatusBadge tone="warn">{words.checksWarned(warned)}</StatusBadge> : null}
        {passed > 0 ? <StatusBadge tone="good">{words.checksPassed(passed)}</StatusBadge> : null}
      </div>
      <ul className={classes['checks']}>
        {bySeverity(checks).map((check) => (
          <Check key={check.id} check={check} />
        ))}
      </ul>
    </section>
  );
}

function Check({ check }: { readonly check: ReviewCheck }): ReactNode {
  const Icon = icons[check.level];
  return (
    <li className={classes['check']} data-level={check.level}>
      <Icon size={16} stroke={1.5} aria-hidden />
      <span>
        <VisuallyHidden>{words.levels[check.level]}: </VisuallyHidden>
        <span className={classes['checkTitle']}>{check.title}</span>{' '}
        <span className={classes['quiet']}>{check.detail}</span>
        {check.nextStep === null ? null : <span> {check.nextStep}</span>}
      </span>
    </li>
  );
}
