/** The decision: scope and its limits, a note, Withhold, training again, and the button that names act and destination. */
import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type Digest } from '#shared/ids.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { ActionBar } from '../../ui/action-bar.tsx';
import { useRemaining } from '../../ui/clock.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { obstacles, type ReadyDecision, releaseScope, type ScopeChoice, sendLabel } from './decision.ts';
import { RetrainButton } from './retrain-button.tsx';
import classes from './review.module.css';
import { ScopeField } from './scope-field.tsx';
import { SendButton } from './send-button.tsx';
import { Signing } from './signing-panel.tsx';
import { WithholdButton } from './withhold-button.tsx';

const words = text.review;

export interface DecisionProps {
  readonly view: ReviewView;
  readonly asOf: number;
  /** The digest that was shown. */
  readonly digest: Digest;
}

export function Decision({ view, asOf, digest }: DecisionProps): ReactNode {
  const [typed, setTyped] = useState<ScopeChoice>({ kind: 'this-round' });
  const [note, setNote] = useState('');
  const app = useAsk('app.state', {});
  const remainingMs = useRemaining(view.closesInMs, asOf);
  // What the first reviewer signed for is what the second one signs.
  const choice = view.signatures.scope ?? typed;
  const sendingBlocked = app.data?.sendingBlocked ?? null;
  const waitingFor = obstacles({ view, choice, sendingBlocked, remainingMs });
  return (
    <>
      <div className={classes['release']} data-print="no">
        {view.signatures.scope === null ? (
          <ScopeField view={view} choice={choice} onChoice={setTyped} />
        ) : (
          <SignedScope scope={view.signatures.scope} />
        )}
        <TextInput
          label={words.note}
          value={note}
          maxLength={2000}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
        />
      </div>
      {view.signatures.needed === 2 ? (
        <Signing view={view} digest={digest} choice={choice} note={note} waitingFor={waitingFor} />
      ) : (
        <Release view={view} digest={digest} choice={choice} note={note} waitingFor={waitingFor} />
      )}
    </>
  );
}

function SignedScope({
  scope,
}: {
  readonly scope: NonNullable<ReviewView['signatures']['scope']>;
}): ReactNode {
  const { forScope, fixed } = text.reviewers.sign;
  return (
    <div>
      <strong>{scope.kind === 'rounds' ? forScope.rounds(scope.following) : forScope['this-round']}</strong>
      <p className={classes['quiet']}>{fixed}</p>
    </div>
  );
}

function Release({ view, digest, choice, note, waitingFor }: ReadyDecision): ReactNode {
  const release = useTell('review.release');
  const { updateId } = view;
  return (
    <>
      {release.isError ? <FailureNotice error={release.error} /> : null}
      <ActionBar
        start={
          <>
            <WithholdButton view={view} note={note} />
            <RetrainButton view={view} digest={digest} note={note} />
          </>
        }
      >
        <SendButton
          label={sendLabel({ view, choice })}
          waitingFor={waitingFor}
          isBusy={release.isPending}
          onAct={() => {
            const scope = releaseScope(choice);
            if (scope !== null) release.mutate({ updateId, digest, scope, note });
          }}
        />
      </ActionBar>
    </>
  );
}
