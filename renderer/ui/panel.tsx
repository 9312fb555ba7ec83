/** A bordered part of a page with its own title; `Part` adds the states every part has: loading, error, late. */
import { Button, Skeleton, Stack } from '@mantine/core';
import { IconClockPause } from '@tabler/icons-react';
import { type UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { text } from '../text/en.ts';
import { FailureNotice } from './failure-notice.tsx';
import { clockText } from './format.ts';
import classes from './panel.module.css';

export interface PanelProps {
  readonly title: string;
  readonly aside?: ReactNode;
  /** Without inner padding, for tables that reach the border. */
  readonly isFlush?: boolean;
  /** The title's line alone, while there is nothing below it. */
  readonly isEmpty?: boolean;
  readonly children: ReactNode;
}

export function Panel({ title, aside, isFlush = false, isEmpty = false, children }: PanelProps): ReactNode {
  const id = useId();
  return (
    <section className={classes['panel']} aria-labelledby={id}>
      <header className={classes['header']} data-alone={isEmpty}>
        <h2 className={classes['title']} id={id}>
          {title}
        </h2>
        {aside === undefined ? null : <div className={classes['aside']}>{aside}</div>}
      </header>
      {isEmpty ? null : <div className={isFlush ? classes['flush'] : classes['body']}>{children}</div>}
    </section>
  );
}

/** The border alone, for a part whose content names itself. */
export function Frame(props: { readonly isPadded?: boolean; readonly children: ReactNode }): ReactNode {
  const body = props.isPadded === true ? classes['body'] : classes['flush'];
  return <div className={`${classes['panel'] ?? ''} ${body ?? ''}`}>{props.children}</div>;
}

export interface PartProps<T> {
  readonly query: UseQueryResult<T>;
  /** Rows of the skeleton while nothing is known. */
  readonly skeletonRows?: number;
  readonly children: (data: T, asOf: number) => ReactNode;
}

/** One part's data: a skeleton at first, the failure in its place, and old data with its time when a pull failed. */
export function Part<T>({ query, skeletonRows = 3, children }: PartProps<T>): ReactNode {
  const retry = (): void => {
    void query.refetch();
  };
  if (query.data === undefined) {
    if (query.isError) return <FailureNotice error={query.error} onRetry={retry} />;
    return <Loading rows={skeletonRows} />;
  }
  return (
    <>
      {query.isError ? <AsOf at={query.dataUpdatedAt} onRetry={retry} /> : null}
      {children(query.data, query.dataUpdatedAt)}
    </>
  );
}

export function Loading({ rows }: { readonly rows: number }): ReactNode {
  return (
    <Stack gap={8} role="status" aria-label={text.common.loading} p={4}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={16} width={index === rows - 1 ? '60%' : '100%'} radius={4} />
      ))}
    </Stack>
  );
}

function AsOf({ at, onRetry }: { readonly at: number; readonly onRetry: () => void }): ReactNode {
  return (
    <div className={classes['asOf']} role="status">
      <IconClockPause size={16} stroke={1.5} aria-hidden />
      <span>{text.common.asOf(clockText(at))}</span>
      <Button size="compact-xs" onClick={onRetry}>
        {text.common.retry}
      </Button>
    </div>
  );
}
