/** Leak tests run on the very update that is shown: what each found, with its chance level, and its states. */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type LeakState } from '#shared/privacy/leak-view.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { Hint } from '../../ui/facts.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { clockText, figure } from '../../ui/format.ts';
import { Part } from '../../ui/panel.tsx';
import { Progress } from '../../ui/progress.tsx';
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx';
import { toastFailure } from '../../ui/toast.ts';
import review from '../review/review.module.css';
import { LeakTests } from './leak-tests.tsx';
import classes from './leaks.module.css';
import { RehearsalDialog } from './rehearsal-dialog.tsx';

const words = text.leaks;
const RUNNING_MS = 1_000;

type Shown = Pick<ReviewView, 'updateId' | 'digest'>;

export interface LeaksPanelProps {
  readonly view: Shown;
  /** While the update waits: later the tests are only shown. */
  readonly isOpen: boolean;
}

export function LeaksPanel({ view, isOpen }: LeaksPanelProps): ReactNode {
  const { updateId } = view;
  const [isRehearsing, setRehearsing] = useState(false);
  const leaks = useAsk(
    'leaks.state',
    { updateId },
    { everyMs: (last) => (last?.kind === 'running' ? RUNNING_MS : false) },
  );
  return (
    <section aria-labelledby="review-leaks">
      <div className={review['checksHead']}>
        <h2 className={review['bandTitle']} id="review-leaks">
          {words.title}
        </h2>
        {leaks.data === undefined ? null : <Summary state={leaks.data} />}
        <span className={classes['stays']}>
          {words.stays}
          <Hint about={words.stays}>{words.staysWhy}</Hint>
        </span>
        {isOpen ? (
          <Button
            className={classes['headAction']}
            size="compact-sm"
            data-print="no"
            onClick={() => {
              setRehearsing(true);
            }}
          >
            {words.rehearse}
          </Button>
        ) : null}
      </div>
      <Part query={leaks} skeletonRows={4}>
        {(state) => <Found state={state} view={view} isOpen={isOpen} />}
      </Part>
      {isRehearsing ? (
        <RehearsalDialog
          updateId={updateId}
          onClose={() => {
            setRehearsing(false);
          }}
        />
      ) : null}
    </section>
  );
}

function Summary({ state }: { readonly state: LeakState }): ReactNode {
  if (state.kind !== 'done') {
    const tones: Readonly<Record<typeof state.kind, Tone>> = {
      none: 'neutral',
      running: 'info',
      stopped: 'neutral',
      failed: 'warn',
    };
    return <StatusBadge tone={tones[state.kind]}>{words.summary[state.kind]}</StatusBadge>;
  }
  const { tests } = state.report;
  const found = tests.filter(({ verdict }) => verdict === 'leak-found').length;
  const clean = tests.filter(({ verdict }) => verdict === 'nothing-found').length;
  return (
    <>
      {found > 0 ? <StatusBadge tone="bad">{words.summary.found(found)}</StatusBadge> : null}
      {clean > 0 ? <StatusBadge tone="good">{words.summary.clean(clean)}</StatusBadge> : null}
    </>
  );
}

interface FoundProps extends LeaksPanelProps {
  readonly state: LeakState;
}

function Found({ state, view, isOpen }: FoundProps): ReactNode {
  const run = isOpen ? <RunButton view={view} isFirst={state.kind === 'none'} /> : null;
  switch (state.kind) {
    case 'none':
      return (
        <p className={classes['line']}>
          {words.noneYet} {run}
        </p>
      );
    case 'stopped':
      return (
        <p className={classes['line']}>
          {words.stoppedWhy} {run}
        </p>
      );
    case 'failed':
      return <FailureNotice failure={state.failure} tone="warn" actions={run} />;
    case 'running':
      return <Running state={state} view={view} />;
    case 'done':
      return (
        <>
          {state.report.payloadHash === view.digest ? null : (
            <p className={classes['warning']}>{words.otherBytes}</p>
          )}
          <LeakTests tests={state.report.tests} />
          <p className={classes['line']}>
            <span>
              {words.when(clockText(state.report.computedAt), figure(state.report.seconds, 1))}.{' '}
              {words.notProof} {words.choice}
            </span>
            {run}
          </p>
        </>
      );
  }
}

function Running(props: {
  readonly state: Extract<LeakState, { kind: 'running' }>;
  readonly view: Shown;
}): ReactNode {
  const stop = useTell('leaks.stop');
  const { phase, share, secondsLeft } = props.state.progress;
  return (
    <Progress
      phase={phase}
      share={share}
      secondsLeft={secondsLeft}
      action={
        <Button
          size="compact-sm"
          title={words.stopKeeps}
          loading={stop.isPending}
          onClick={() => {
            stop.mutate({ updateId: props.view.updateId }, { onError });
          }}
        >
          {words.stop}
        </Button>
      }
    />
  );
}

const onError = (error: Error): void => {
  toastFailure(asFailure(error));
};

function RunButton({ view, isFirst }: { readonly view: Shown; readonly isFirst: boolean }): ReactNode {
  const run = useTell('leaks.run');
  return (
    <Button
      size="compact-sm"
      data-print="no"
      loading={run.isPending}
      onClick={() => {
        run.mutate({ updateId: view.updateId }, { onError });
      }}
    >
      {isFirst ? words.run : words.again}
    </Button>
  );
}
