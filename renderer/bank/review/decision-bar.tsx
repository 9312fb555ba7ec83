/** The decision: scope and its limits, a note, Withhold, and the button that names act and destination. */
import { Button, TextInput, Tooltip } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { type Digest } from '#shared/ids.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useCommand } from '../../commands/registry.tsx';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { ActionBar } from '../../ui/action-bar.tsx';
import { useRemaining } from '../../ui/clock.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { obstacles, releaseScope, type ScopeChoice, sendLabel } from './decision.ts';
import classes from './review.module.css';
import { ScopeField } from './scope-field.tsx';
import { WithholdButton } from './withhold-button.tsx';

const words = text.review;

export interface DecisionProps {
  readonly view: ReviewView;
  readonly asOf: number;
  /** The digest that was shown. */
  readonly digest: Digest;
}

export function Decision({ view, asOf, digest }: DecisionProps): ReactNode {
  const [choice, setChoice] = useState<ScopeChoice>({ kind: 'this-round' });
  const [note, setNote] = useState('');
  const release = useTell('review.release');
  const { updateId } = view;
  const send = (): void => {
    const scope = releaseScope(choice);
    if (scope !== null) release.mutate({ updateId, digest, scope, note });
  };
  return (
    <>
      <div className={classes['release']} data-print="no">
        <ScopeField view={view} choice={choice} onChoice={setChoice} />
        <TextInput
          label={words.note}
          value={note}
          maxLength={2000}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
        />
      </div>
      {release.isError ? <FailureNotice error={release.error} /> : null}
      <ActionBar start={<WithholdButton view={view} note={note} />}>
        <SendButton view={view} asOf={asOf} choice={choice} onSend={send} isSending={release.isPending} />
      </ActionBar>
    </>
  );
}

interface SendButtonProps {
  readonly view: ReviewView;
  readonly asOf: number;
  readonly choice: ScopeChoice;
  readonly onSend: () => void;
  readonly isSending: boolean;
}

/** Never dead: what it waits for is beside it and in its description, and it can be focused. */
function SendButton({ view, asOf, choice, onSend, isSending }: SendButtonProps): ReactNode {
  const app = useAsk('app.state', {});
  const remainingMs = useRemaining(view.closesInMs, asOf);
  const waitingFor = obstacles({
    view,
    choice,
    sendingBlocked: app.data?.sendingBlocked ?? null,
    remainingMs,
  });
  const isReady = waitingFor.length === 0;
  const id = useId();
  const reasons = isReady ? '' : `${words.waitingFor} ${waitingFor.join('; ')}`;
  const act = (): void => {
    if (isReady && !isSending) onSend();
  };
  useCommand('screen.primary', act);
  return (
    <div className={classes['sendBox']}>
      {isReady ? null : (
        <span className={classes['obstacles']} id={id}>
          {reasons}
        </span>
      )}
      <Tooltip label={reasons} disabled={isReady}>
        <Button
          className={classes['send']}
          variant="filled"
          aria-disabled={!isReady}
          aria-describedby={isReady ? undefined : id}
          loading={isSending}
          onClick={act}
        >
          {sendLabel({ view, choice })}
        </Button>
      </Tooltip>
      <Shortcut of="screen.primary" />
    </div>
  );
}
