/** Review: the one page on which an update is released. States: loading, empty, error, waiting, changed, decided, late. */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type UpdateId } from '#shared/ids.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { roundNumber } from '../../ui/format.ts';
import { Page, Stacked } from '../../ui/page.tsx';
import { Loading } from '../../ui/panel.tsx';
import { LeaksPanel } from '../leaks/leaks-panel.tsx';
import { hrefOf } from '../route.ts';
import { Checks } from './checks.tsx';
import { Decision } from './decision-bar.tsx';
import { Destination, DestinationKnown } from './destination.tsx';
import { NothingToReview } from './nothing-to-review.tsx';
import { Changed, Outcome } from './outcome.tsx';
import { PriceLine } from './price-line.tsx';
import classes from './review.module.css';
import { ReviewTabs, type TabName } from './tabs.tsx';

const words = text.review;

export function Review({ updateId }: { readonly updateId: UpdateId | null }): ReactNode {
  const review = useAsk('review.current', updateId === null ? {} : { updateId });
  const retry = (): void => {
    void review.refetch();
  };
  if (review.data === undefined)
    return (
      <Page title={words.title}>
        <DestinationKnown isFailed={review.isError} />
        {review.isError ? <Unreadable error={review.error} onRetry={retry} /> : <Loading rows={8} />}
      </Page>
    );
  if (review.data === null) return <NothingToReview />;
  return (
    <>
      {review.isError ? <Unreadable error={review.error} onRetry={retry} /> : null}
      <Shown key={review.data.updateId} view={review.data} asOf={review.dataUpdatedAt} />
    </>
  );
}

function Unreadable(props: { readonly error: Error; readonly onRetry: () => void }): ReactNode {
  return (
    <FailureNotice
      error={props.error}
      onRetry={props.onRetry}
      actions={
        <>
          <Button size="compact-sm" component="a" href={hrefOf({ screen: 'settings', section: 'files' })}>
            {words.showLog}
          </Button>
          <span className={classes['kept']}>{words.errorKept}</span>
        </>
      }
    />
  );
}

interface ShownProps {
  readonly view: ReviewView;
  readonly asOf: number;
}

/** Keeps the digest that the person saw: what was shown is what is sent (I14). */
function Shown({ view, asOf }: ShownProps): ReactNode {
  const [seenDigest, setSeenDigest] = useState(view.digest);
  const [tab, setTab] = useState<TabName>('summary');
  const isChanged = view.state.kind === 'changed' || view.digest !== seenDigest;
  const isOpen = view.state.kind === 'waiting' && !isChanged;
  const showTab = (next: TabName): void => {
    setTab(next);
    document.getElementById('review-looks')?.scrollIntoView({ block: 'nearest' });
  };
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
        <PriceLine privacy={view.privacy} state={view.state} />
        {view.checks.length === 0 ? null : <Checks checks={view.checks} onTab={showTab} />}
        <LeaksPanel view={view} isOpen={isOpen} />
      </div>
      <ReviewTabs view={view} shown={tab} onShown={setTab} />
      {isOpen ? <Decision view={view} asOf={asOf} digest={seenDigest} /> : <Stacked>{null}</Stacked>}
    </Page>
  );
}

function HeaderActions({ view, asOf }: ShownProps): ReactNode {
  const isOpen = view.state.kind === 'waiting' || view.state.kind === 'changed';
  // Once decided, the notice above the update leads to the record.
  const isOver = ['sent', 'late', 'withheld', 'discarded'].includes(view.state.kind);
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
      {isOver ? null : (
        <Button
          size="compact-sm"
          component="a"
          data-print="no"
          href={hrefOf({ screen: 'record', updateId: view.updateId })}
        >
          {text.record.open}
        </Button>
      )}
    </>
  );
}
