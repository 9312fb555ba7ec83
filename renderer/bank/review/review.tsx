/** Review: the one page on which an update is released. States: loading, empty, error, waiting, changed, decided, late. */
import { Button } from '@mantine/core';
import { IconFileCheck } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { type UpdateId } from '#shared/ids.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { roundNumber } from '../../ui/format.ts';
import { Page, Stacked } from '../../ui/page.tsx';
import { Loading } from '../../ui/panel.tsx';
import { hrefOf } from '../route.ts';
import { Checks } from './checks.tsx';
import { Changed, Outcome } from './outcome.tsx';
import { Decision } from './decision-bar.tsx';
import { Destination, DestinationKnown } from './destination.tsx';
import { PriceLine } from './price-line.tsx';
import classes from './review.module.css';
import { ReviewTabs } from './tabs.tsx';

const words = text.review;

export function Review({ updateId }: { readonly updateId: UpdateId | null }): ReactNode {
  const review = useAsk('review.current', updateId === null ? {} : { updateId });
  const retry = (): void => {
    void review.refetch();
  };
  if (review.data === undefined)
    return (
      <Page title={words.title}>
        <DestinationKnown />
        {review.isError ? (
          <>
            <FailureNotice error={review.error} onRetry={retry} />
            <p>{words.errorKept}</p>
          </>
        ) : (
          <Loading rows={8} />
        )}
      </Page>
    );
  if (review.data === null)
    return (
      <Page title={words.title}>
        <EmptyState icon={IconFileCheck} title={words.emptyTitle} why={words.emptyWhy}>
          <Button component="a" variant="filled" href={hrefOf({ screen: 'rounds', runId: null })}>
            {words.emptyAction}
          </Button>
        </EmptyState>
      </Page>
    );
  return (
    <>
      {review.isError ? <FailureNotice error={review.error} onRetry={retry} /> : null}
      <Shown key={review.data.updateId} view={review.data} asOf={review.dataUpdatedAt} />
    </>
  );
}

interface ShownProps {
  readonly view: ReviewView;
  readonly asOf: number;
}

/** Keeps the digest that the person saw: what was shown is what is sent (I14). */
function Shown({ view, asOf }: ShownProps): ReactNode {
  const [seenDigest, setSeenDigest] = useState(view.digest);
  const isChanged = view.state.kind === 'changed' || view.digest !== seenDigest;
  return (
    <Page
      title={words.title}
      about={words.round(roundNumber(view.roundIndex), view.rounds, view.destination.runTitle)}
      actions={<HeaderActions view={view} asOf={asOf} />}
    >
      {isChanged ? (
        <Changed
          onShow={() => {
            setSeenDigest(view.digest);
          }}
          isOver={view.digest === seenDigest}
        />
      ) : null}
      <Outcome view={view} asOf={asOf} />
      <Destination view={view} />
      <div className={classes['band']}>
        <PriceLine privacy={view.privacy} />
        {view.checks.length === 0 ? null : <Checks checks={view.checks} />}
      </div>
      <ReviewTabs view={view} />
      {view.state.kind === 'waiting' && !isChanged ? (
        <Decision view={view} asOf={asOf} digest={seenDigest} />
      ) : (
        <Stacked>{null}</Stacked>
      )}
    </Page>
  );
}

function HeaderActions({ view, asOf }: ShownProps): ReactNode {
  const isOpen = view.state.kind === 'waiting' || view.state.kind === 'changed';
  return (
    <>
      {view.closesInMs === null || !isOpen ? null : (
        <span className={classes['quiet']}>
          {words.closesIn}{' '}
          <strong>
            <Countdown leftMs={view.closesInMs} asOf={asOf} />
          </strong>
        </span>
      )}
      <Button
        size="compact-sm"
        data-print="no"
        onClick={() => {
          window.print();
        }}
      >
        {words.print}
      </Button>
    </>
  );
}
