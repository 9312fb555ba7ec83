/** What became of the update: counting down with Undo, sending, sent, late, withheld, changed. */
import { Button } from '@mantine/core';
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { useRemaining } from '../../ui/clock.ts';
import { roundNumber } from '../../ui/format.ts';
import { toast, toastFailure } from '../../ui/toast.ts';
import classes from './review.module.css';

const words = text.review;

function Strip(props: {
  readonly tone: 'good' | 'warn' | 'leaves';
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={classes['state']} data-tone={props.tone} role="status">
      {props.children}
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
      return <Strip tone="leaves">{words.sending}</Strip>;
    case 'sent':
      return <Strip tone="good">{words.sent(round)}</Strip>;
    case 'late':
      return (
        <Strip tone="warn">
          <strong>{words.late(round)}</strong> {words.lateWhy}
        </Strip>
      );
    case 'withheld':
      return <Strip tone="warn">{words.withheld}</Strip>;
  }
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
    <Strip tone="leaves">
      <span className={classes['undo']} role="timer" aria-live="off">
        {words.countingDown} {Math.ceil(remaining / 1000)} s
      </span>
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
      <strong>{words.changed}</strong> <span>{words.changedWhy}</span>
      {isOver ? null : <Button onClick={onShow}>{words.changedAction}</Button>}
    </div>
  );
}
