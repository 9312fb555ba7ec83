/** What this bank can do about the round now: join, train, stop, decline, review, leave. */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type RoundId } from '#shared/ids.ts';
import { type RunView } from '#shared/round/round-view.ts';
import { useCommand } from '../../commands/registry.tsx';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { ActionBar } from '../../ui/action-bar.tsx';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { epsilonSpent, roundNumber } from '../../ui/format.ts';
import { toastFailure } from '../../ui/toast.ts';
import { navigate } from '../route.ts';

const words = text.rounds;
const onError = (error: Error): void => {
  toastFailure(asFailure(error));
};

export interface Offer {
  readonly kind: 'join' | 'train' | 'review';
  readonly label: string;
}

/** The one primary action, or null when the bank can only wait. */
export function offerOf(run: RunView): Offer | null {
  if (run.status !== 'open') return null;
  if (!run.joined)
    return run.obstacle === null ? { kind: 'join', label: words.join(run.charter.title) } : null;
  if (run.round === null) return null;
  const { participation, phase, index } = run.round;
  if (participation.kind === 'reviewing') return { kind: 'review', label: words.review };
  const isStartable = participation.kind === 'joined' || participation.kind === 'stopped';
  return phase === 'training' && isStartable
    ? { kind: 'train', label: words.trainButton(roundNumber(index)) }
    : null;
}

export function RoundActions({ run }: { readonly run: RunView }): ReactNode {
  const join = useTell('runs.join');
  const train = useTell('rounds.train');
  const offer = offerOf(run);
  const act = (): void => {
    if (offer?.kind === 'join') join.mutate({ runId: run.runId });
    if (offer?.kind === 'train' && run.round !== null) train.mutate({ roundId: run.round.roundId });
    if (offer?.kind === 'review') navigate({ screen: 'review', updateId: null });
  };
  useCommand('screen.primary', offer === null ? null : act);
  if (offer === null) return null;
  const error = join.error ?? train.error;
  return (
    <>
      {error === null ? null : <FailureNotice error={error} />}
      <ActionBar start={<DeclineButton run={run} />} note={costNote(run, offer)}>
        <Button variant="filled" loading={join.isPending || train.isPending} onClick={act}>
          {offer.label}
        </Button>
        <Shortcut of="screen.primary" />
      </ActionBar>
    </>
  );
}

function costNote(run: RunView, offer: Offer): string | undefined {
  const { reason, reasonFree } = text.overview.steps.train;
  if (offer.kind === 'join') return text.overview.steps.join.reason;
  if (offer.kind === 'review') return text.overview.steps.review.reason;
  const cost = run.epsilonOfNextRound;
  return cost === null || cost === 0 ? reasonFree : reason(epsilonSpent(cost));
}

function DeclineButton({ run }: { readonly run: RunView }): ReactNode {
  const decline = useTell('rounds.decline');
  const { round } = run;
  const isDeclinable =
    run.joined && round !== null && ['offered', 'joined', 'stopped'].includes(round.participation.kind);
  if (!isDeclinable) return null;
  return (
    <Button
      loading={decline.isPending}
      onClick={() => {
        decline.mutate({ roundId: round.roundId }, { onError });
      }}
    >
      {words.decline}
    </Button>
  );
}

export function StopTrainingButton({ roundId }: { readonly roundId: RoundId }): ReactNode {
  const stop = useTell('rounds.stopTraining');
  return (
    <Button
      size="compact-sm"
      title={words.stopKeeps}
      loading={stop.isPending}
      onClick={() => {
        stop.mutate({ roundId }, { onError });
      }}
    >
      {words.stopTraining}
    </Button>
  );
}

export function LeaveButton({ run }: { readonly run: RunView }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const leave = useTell('runs.leave', () => {
    setOpen(false);
  });
  const close = (): void => {
    setOpen(false);
  };
  if (run.status !== 'open') return words.joined;
  return (
    <>
      <Button
        size="compact-sm"
        onClick={() => {
          setOpen(true);
        }}
      >
        {words.leave}
      </Button>
      {isOpen ? (
        <AlertDialog
          title={words.leaveTitle(run.charter.title)}
          safe={words.leaveKeep}
          onClose={close}
          anyway={{
            label: words.leaveAnyway,
            isPending: leave.isPending,
            act: () => {
              leave.mutate({ runId: run.runId });
            },
          }}
        >
          <p>{words.leaveWhy}</p>
          {leave.error === null ? null : <FailureNotice error={leave.error} />}
        </AlertDialog>
      ) : null}
    </>
  );
}
