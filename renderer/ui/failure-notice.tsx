/** A failure where it happened: what, with its figures, and what to do next. */
import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type Failure } from '#shared/failure.ts';
import { hrefOf } from '../bank/route.ts';
import { text } from '../text/en.ts';
import { asFailure, FAILURE_TEXTS } from '../text/failure-texts.ts';
import classes from './failure-notice.module.css';

export interface FailureNoticeProps {
  /** Whatever was thrown, or a failure that the backend keeps. */
  readonly error?: unknown;
  readonly failure?: Failure;
  /** In place of the code's own title. */
  readonly title?: string;
  /** `warn` for what is only not done yet; what went wrong is `bad`. */
  readonly tone?: 'bad' | 'warn';
  readonly onRetry?: () => void;
  /** The next step is done where the notice stands: no link leads to it. */
  readonly isHere?: boolean;
  /** More ways out beside Retry. */
  readonly actions?: ReactNode;
}

export function FailureNotice(props: FailureNoticeProps): ReactNode {
  const { error, failure, tone = 'bad', onRetry, actions } = props;
  const shown = failure ?? asFailure(error);
  const { title, place: elsewhere } = FAILURE_TEXTS[shown.code];
  const place = props.isHere === true ? null : elsewhere;
  const named = props.title ?? title;
  return (
    <div className={classes['notice']} data-tone={tone} role="alert">
      <IconAlertTriangle className={classes['icon']} size={18} stroke={1.5} aria-hidden />
      <div className={classes['content']}>
        <p className={classes['title']}>{named}</p>
        <p className={classes['message']}>{shown.message}</p>
        <p className={classes['next']}>{shown.nextStep}</p>
        {onRetry === undefined && place === null && actions === undefined ? null : (
          <div className={classes['actions']}>
            {onRetry === undefined ? null : (
              <Button size="compact-sm" onClick={onRetry}>
                {text.common.retry}
              </Button>
            )}
            {actions}
            {place === null ? null : (
              <Button size="compact-sm" component="a" href={hrefOf(place.route)}>
                {place.label}
              </Button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
