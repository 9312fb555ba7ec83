/** Four eyes: who signed, who is missing, and the fields of the next signature; the second one sends. */
import { Anchor, Button } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { type ReviewerView } from '#shared/round/reviewer-view.ts';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { ActionBar } from '../../ui/action-bar.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { clockText } from '../../ui/format.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.ts';
import { CredentialFields } from '../reviewers/countersign.tsx';
import { credentialOf, type CredentialText, NO_CREDENTIAL } from '../reviewers/credential.ts';
import { hrefOf } from '../route.ts';
import { type ReadyDecision, releaseScope } from './decision.ts';
import { RetrainButton } from './retrain-button.tsx';
import classes from './review.module.css';
import { SendButton } from './send-button.tsx';
import { isLastSignature, mayStillSign, signLabel, signObstacles } from './signing.ts';
import { WithholdButton } from './withhold-button.tsx';

const words = text.reviewers.sign;

export function Signing(props: ReadyDecision): ReactNode {
  const { view, choice, note } = props;
  const [typed, setTyped] = useState(NO_CREDENTIAL);
  const reviewers = useAsk('reviewers.list', {});
  const available = mayStillSign(reviewers.data?.reviewers ?? [], view);
  const signer = available.find(({ reviewerId }) => reviewerId === typed.reviewerId) ?? null;
  const credential = signer === null ? NO_CREDENTIAL : typed;
  const name = signer?.name ?? null;
  const sign = useSign(props, name, () => {
    setTyped(NO_CREDENTIAL);
  });
  // The first signature sends nothing, so what only stops a sending does not stop it.
  const waitingFor = [
    ...(isLastSignature(view) ? props.waitingFor : []),
    ...signObstacles(available, credential),
  ];
  return (
    <>
      <Panel title={words.title} aside={words.needed(view.signatures.given.length, view.signatures.needed)}>
        <Part query={reviewers} skeletonRows={2}>
          {() => (
            <div className={classes['signing']}>
              <Given view={view} available={available} />
              <CredentialFields
                labels={{ reviewer: text.reviewers.reviewer, passphrase: text.reviewers.passphrase }}
                reviewers={available}
                value={credential}
                onValue={setTyped}
              />
            </div>
          )}
        </Part>
      </Panel>
      {sign.error === null ? null : <FailureNotice error={sign.error} />}
      <ActionBar start={<Back view={view} digest={props.digest} note={note} />}>
        <SendButton
          label={signLabel({ view, choice, name })}
          waitingFor={waitingFor}
          isBusy={sign.isPending}
          onAct={() => {
            sign.act(credential);
          }}
        />
      </ActionBar>
    </>
  );
}

interface Sign {
  readonly act: (typed: CredentialText) => void;
  readonly isPending: boolean;
  readonly error: Error | null;
}

/** One signature; the passphrase is forgotten whatever comes of it. */
function useSign(decision: ReadyDecision, name: string | null, forget: () => void): Sign {
  const { view, digest, choice, note } = decision;
  const isFirst = !isLastSignature(view);
  const { mutate, isPending, error } = useTell('review.sign', () => {
    if (isFirst) toast(words.first(name ?? words.unnamed));
  });
  const act = (typed: CredentialText): void => {
    const scope = releaseScope(choice);
    const reviewer = credentialOf(typed);
    if (scope === null || reviewer === null) return;
    mutate({ updateId: view.updateId, digest, scope, note, reviewer }, { onSettled: forget });
  };
  return { act, isPending, error };
}

function Back({ view, digest, note }: Pick<ReadyDecision, 'view' | 'digest' | 'note'>): ReactNode {
  return (
    <>
      <WithholdButton view={view} note={note} />
      <RetrainButton view={view} digest={digest} note={note} />
      {view.signatures.given.length === 0 ? null : <UnsignButton view={view} />}
    </>
  );
}

function Given(props: {
  readonly view: Pick<ReviewView, 'signatures'>;
  readonly available: readonly ReviewerView[];
}): ReactNode {
  const { view, available } = props;
  return (
    <ul className={classes['signatures']}>
      {view.signatures.given.map(({ reviewerId, name, at }) => (
        <li key={reviewerId} data-signed="true">
          <IconCircleCheck size={16} stroke={1.5} aria-hidden />
          {words.signed(name, clockText(at))}
        </li>
      ))}
      {available.map(({ reviewerId, name }) => (
        <li key={reviewerId}>
          <IconCircleDashed size={16} stroke={1.5} aria-hidden />
          {words.missing(name)}
        </li>
      ))}
      {available.length === 0 ? (
        <li>
          <IconCircleDashed size={16} stroke={1.5} aria-hidden />
          <Anchor href={hrefOf({ screen: 'settings', section: 'reviewers' })}>{words.openSettings}</Anchor>
        </li>
      ) : null}
    </ul>
  );
}

function UnsignButton({ view }: { readonly view: Pick<ReviewView, 'updateId'> }): ReactNode {
  const unsign = useTell('review.unsign', () => {
    toast(words.unsigned);
  });
  return (
    <>
      <Button
        loading={unsign.isPending}
        onClick={() => {
          unsign.mutate({ updateId: view.updateId });
        }}
      >
        {words.unsign}
      </Button>
      {unsign.isError ? <FailureNotice error={unsign.error} /> : null}
    </>
  );
}
