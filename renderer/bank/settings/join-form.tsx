/** Joining by invitation: paste, compare fingerprints, join. Used in Settings and in the first run. */
import { Button, Group, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type BankContract } from '#shared/contract/bank.ts';
import { type Output } from '#shared/contract/define.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { toast } from '../../ui/toast.ts';
import classes from './settings.module.css';

const words = text.settings.hub;

type Preview = Output<BankContract['consortium.previewInvite']>;

interface ReadInvite {
  readonly invite: string;
  readonly preview: Preview;
}

export function JoinForm(): ReactNode {
  const [invite, setInvite] = useState('');
  const [read, setRead] = useState<ReadInvite | null>(null);
  const preview = useTell('consortium.previewInvite', (seen) => {
    setRead({ invite: invite.trim(), preview: seen });
  });
  if (read !== null)
    return (
      <CheckInvite
        invite={read.invite}
        preview={read.preview}
        onAnother={() => {
          setRead(null);
        }}
      />
    );
  return (
    <form
      className={classes['stack']}
      onSubmit={(event) => {
        event.preventDefault();
        if (invite.trim() !== '') preview.mutate({ invite: invite.trim() });
      }}
    >
      <Textarea
        label={words.invite}
        description={words.inviteHelp}
        autosize
        minRows={3}
        maxRows={8}
        value={invite}
        spellCheck={false}
        onChange={(event) => {
          setInvite(event.currentTarget.value);
        }}
      />
      {preview.isError ? <FailureNotice error={preview.error} /> : null}
      <Group>
        <Button
          type="submit"
          variant="filled"
          aria-disabled={invite.trim() === ''}
          loading={preview.isPending}
        >
          {words.read}
        </Button>
      </Group>
    </form>
  );
}

interface CheckInviteProps {
  readonly invite: string;
  readonly preview: Preview;
  readonly onAnother: () => void;
}

function CheckInvite({ invite, preview, onAnother }: CheckInviteProps): ReactNode {
  const join = useTell('consortium.join', () => {
    toast(words.joined);
  });
  return (
    <div className={classes['stack']}>
      <p className={classes['quiet']}>{words.checkWhy}</p>
      <Facts
        facts={[
          { name: text.overview.hub, value: preview.consortium },
          { name: text.overview.hubAddress, value: preview.address },
          { name: words.operator, value: <Digest value={preview.operatorFingerprint} of={words.operator} /> },
          { name: words.own, value: <Digest value={preview.ownFingerprint} of={words.own} /> },
        ]}
      />
      {join.isError ? <FailureNotice error={join.error} /> : null}
      <Group>
        <Button onClick={onAnother}>{words.another}</Button>
        <Button
          variant="filled"
          loading={join.isPending}
          onClick={() => {
            join.mutate({ invite });
          }}
        >
          {words.join(preview.consortium)}
        </Button>
      </Group>
    </div>
  );
}
