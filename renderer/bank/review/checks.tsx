/** The checks: what blocks first, then warnings, then what passed; each with its way out. */
import { Button, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type ReviewCheck } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { HashText } from '../../ui/hash-text.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { hrefOf } from '../route.ts';
import classes from './review.module.css';
import { type TabName } from './tabs.tsx';
import { LEAK_CHECK, type WayOut, wayOut } from './way-out.ts';

const words = text.review;
const icons = { pass: IconCircleCheck, warning: IconAlertTriangle, block: IconCircleX } as const;
const severity = { block: 0, warning: 1, pass: 2 } as const;

export function bySeverity(checks: readonly ReviewCheck[]): readonly ReviewCheck[] {
  return checks.toSorted((a, b) => severity[a.level] - severity[b.level]);
}

/** Worst first, without the leak tests that found nothing: their panel tells them. */
export function shownChecks(checks: readonly ReviewCheck[]): readonly ReviewCheck[] {
  return bySeverity(checks).filter(({ id, level }) => level !== 'pass' || !id.startsWith(LEAK_CHECK));
}

export interface ChecksProps {
  readonly checks: readonly ReviewCheck[];
  /** Shows a tab of this page. */
  readonly onTab: (tab: TabName) => void;
}

export function Checks({ checks, onTab }: ChecksProps): ReactNode {
  const shown = shownChecks(checks);
  const countOf = (level: ReviewCheck['level']): number =>
    shown.filter((check) => check.level === level).length;
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
        {shown.map((check) => (
          <Check key={check.id} check={check} onTab={onTab} />
        ))}
      </ul>
    </section>
  );
}

interface CheckProps {
  readonly check: ReviewCheck;
  readonly onTab: ChecksProps['onTab'];
}

function Check({ check, onTab }: CheckProps): ReactNode {
  const Icon = icons[check.level];
  const way = wayOut(check);
  return (
    <li className={classes['check']} data-level={check.level}>
      <Icon size={16} stroke={1.5} aria-hidden />
      <span>
        <VisuallyHidden>{words.levels[check.level]}: </VisuallyHidden>
        <span className={classes['checkTitle']}>{check.title}</span>{' '}
        <span className={classes['quiet']}>
          <HashText>{sentence(check.detail, check.nextStep !== null)}</HashText>
        </span>
        {check.nextStep === null ? null : <span> {check.nextStep}</span>}
        {way === null ? null : <Way way={way} onTab={onTab} />}
      </span>
    </li>
  );
}

/** With a full stop where another sentence follows. */
function sentence(detail: string, isFollowed: boolean): string {
  return isFollowed && !/[.!?…]$/.test(detail) ? `${detail}.` : detail;
}

function Way({ way, onTab }: { readonly way: WayOut; readonly onTab: ChecksProps['onTab'] }): ReactNode {
  const look = { className: classes['way'], size: 'compact-xs', 'data-print': 'no' } as const;
  switch (way.kind) {
    case 'place':
      return (
        <Button {...look} component="a" href={hrefOf(way.route)}>
          {way.label}
        </Button>
      );
    case 'tab':
      return (
        <Button
          {...look}
          onClick={() => {
            onTab(way.tab);
          }}
        >
          {way.label}
        </Button>
      );
    case 'leaks':
      return (
        <Button
          {...look}
          onClick={() => {
            document.getElementById('review-leaks')?.scrollIntoView({ block: 'start' });
          }}
        >
          {way.label}
        </Button>
      );
  }
}
