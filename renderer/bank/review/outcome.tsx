/** What became of the update, and what follows: counting down with Undo, sending, sent, late, withheld, changed. */
import { Anchor, Button } from '@mantine/core';
import { IconClockX, IconEyeOff, IconSend } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { useRemaining } from '../../ui/clock.ts';
import { momentText, roundNumber } from '../../ui/format.ts';
import { toast, toastFailure } from '../../ui/toast.ts';
import { hrefOf } from '../route.ts';
import classes from './review.module.css';

const words = text.review;

function Strip(props: {
  readonly tone: 'good' | 'warn' | 'leaves';
  readonly icon?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={classes['state']} data-tone={props.tone} role="status">
      {props.icon}
      <div className={classes['stateWords']}>{props.children}</div>
      {props.actions === undefined ? null : <div className={classes['stateActions']}>{props.actions}</div>}
    </div>
  );
}

export function Outcome({ view, asOf }: { readonly view: ReviewView; readonly asOf: number }): ReactNode {
  const round = roundNumber(view.roundIndex);
  switch (view.state.kind) {
    case 'waiting':
    case 'changed':
      return null;
    case 'counting-down':
      return <CountingDown view={view} leftMs={view.state.sendsInMs} asOf={asOf} />;
    case 'sending':
      return (
        <Strip tone="leaves" icon={<IconSend size={18} stroke={1.5} aria-hidden />}>
          {words.sending}
        </Strip>
      );
    case 'sent':
      return (
        <Strip
          tone="good"
          icon={<IconSend size={18} stroke={1.5} aria-hidden />}
          actions={<After view={view} />}
        >
          <strong>{words.sent(round)}</strong> <Decided view={view} /> <p>{words.sentNext}</p>
        </Strip>
      );
    case 'late':
      return (
        <Strip
          tone="warn"
          icon={<IconClockX size={18} stroke={1.5} aria-hidden />}
          actions={<After view={view} />}
        >
          <strong>{words.late(round)}</strong> <p>{words.lateWhy}</p>
        </Strip>
      );
    case 'withheld':
      return (
        <Strip
          tone="warn"
          icon={<IconEyeOff size={18} stroke={1.5} aria-hidden />}
          actions={<After view={view} />}
        >
          <strong>{words.withheld}</strong> <Decided view={view} /> <p>{words.withheldNext}</p>
        </Strip>
      );
    case 'discarded':
      return (
        <Strip
          tone="warn"
          icon={<IconEyeOff size={18} stroke={1.5} aria-hidden />}
          actions={<AfterDiscarding view={view} />}
        >
          <strong>{words.discarded}</strong> <Decided view={view} /> <p>{words.discardedNext}</p>
        </Strip>
      );
  }
}

/** When, and on which review it rests. */
function Decided({ view: { decision } }: { readonly view: ReviewView }): ReactNode {
  if (decision === null) return null;
  return (
    <span>
      {words.decidedAt(momentText(decision.at))}
      {decision.source === 'scope' ? ` ${words.decidedByScope}` : ''}
      {decision.restsOn === null ? null : (
        <>
          {' '}
          <Anchor href={hrefOf({ screen: 'record', updateId: decision.restsOn })}>
            {words.decidedRests}
          </Anchor>
        </>
      )}
    </span>
  );
}

function After({ view }: { readonly view: ReviewView }): ReactNode {
  return (
    <>
      <Button component="a" href={hrefOf({ screen: 'record', updateId: view.updateId })}>
        {text.record.open}
      </Button>
      <Button component="a" variant="filled" href={hrefOf({ screen: 'rounds', runId: view.runId })}>
        {words.emptyAction}
      </Button>
    </>
  );
}

function AfterDiscarding({ view: { updateId } }: { readonly view: ReviewView }): ReactNode {
  return (
    <>
      <Button component="a" href={hrefOf({ screen: 'record', updateId })}>
        {text.record.open}
      </Button>
      <Button component="a" variant="filled" href={hrefOf({ screen: 'review', updateId: null })}>
        {words.discardedAction}
      </Button>
    </>
  );
}

function CountingDown(props: {
  readonly view: ReviewView;
  readonly leftMs: number;
  readonly asOf: number;
}): ReactNode {
  const undo = useTell('review.undo', () => {
    toast(words.undone);
  });
  const remaining = useRemaining(props.leftMs, props.asOf) ?? 0;
  return (
    <Strip
      tone="leaves"
      icon={<IconSend size={18} stroke={1.5} aria-hidden />}
      actions={
        <>
          <Button
            autoFocus
            loading={undo.isPending}
            onClick={() => {
              undo.mutate(
                { updateId: props.view.updateId },
                {
                  onError: (error) => {
                    toastFailure(asFailure(error));
                  },
                },
              );
            }}
          >
            {words.undo}
          </Button>
          <Shortcut of="review.undo" />
        </>
      }
    >
      <span className={classes['undo']} role="timer" aria-live="off">
        {words.countingDown} {Math.ceil(remaining / 1000)} s
      </span>
    </Strip>
  );
}

export interface ChangedProps {
  readonly onShow: () => void;
  /** The backend itself says "changed": there is nothing newer to show here. */
  readonly isOver: boolean;
}

export function Changed({ onShow, isOver }: ChangedProps): ReactNode {
  return (
    <div className={classes['state']} data-tone="warn" role="alert">
      <div className={classes['stateWords']}>
        <strong>{words.changed}</strong> <span>{words.changedWhy}</span>
      </div>
      {isOver ? null : (
        <div className={classes['stateActions']}>
          <Button onClick={onShow}>{words.changedAction}</Button>
        </div>
      )}
    </div>
  );
}
