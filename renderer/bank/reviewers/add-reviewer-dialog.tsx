/** Adding a reviewer: the name, and the passphrase twice, typed by the reviewer. */
import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ReviewerView, type ReviewMode } from '#shared/round/reviewer-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { toast } from '../../ui/toast.ts';
import { CountersignFields, useCountersign } from './countersign.tsx';
import { type ReviewerErrors, reviewerErrors, type ReviewerText } from './reviewer-form.ts';
import classes from './reviewers.module.css';

const words = text.reviewers;
const EMPTY: ReviewerText = { name: '', passphrase: '', again: '' };

export interface AddReviewerDialogProps {
  readonly mode: ReviewMode;
  readonly reviewers: readonly ReviewerView[];
  readonly onClose: () => void;
}

export function AddReviewerDialog({ mode, reviewers, onClose }: AddReviewerDialogProps): ReactNode {
  const [typed, setTyped] = useState(EMPTY);
  const [isTried, setTried] = useState(false);
  const countersign = useCountersign(mode === 'two');
  const add = useTell('reviewers.add', () => {
    onClose();
    toast(words.added(typed.name.trim()));
  });
  const errors = reviewerErrors(typed, reviewers);
  const { countersigned, forget } = countersign;
  const submit = (): void => {
    setTried(true);
    if (Object.keys(errors).length > 0 || countersigned === null) return;
    const { name, passphrase } = typed;
    add.mutate({ name: name.trim(), passphrase, countersigned }, { onError: forget });
  };
  return (
    <Dialog onClose={onClose} title={words.addTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap={12}>
          <p className={classes['quiet']}>{words.addWhy}</p>
          <Fields typed={typed} errors={isTried ? errors : {}} onTyped={setTyped} />
          <CountersignFields countersign={countersign} />
          {isTried && countersigned === null ? <p className={classes['missing']}>{words.unsigned}</p> : null}
          {add.isError ? <FailureNotice error={add.error} /> : null}
          <Group justify="flex-end">
            <Button onClick={onClose}>{text.common.cancel}</Button>
            <Button type="submit" variant="filled" loading={add.isPending}>
              {words.addAct}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  readonly typed: ReviewerText;
  readonly errors: ReviewerErrors;
  readonly onTyped: (typed: ReviewerText) => void;
}

function Fields({ typed, errors, onTyped }: FieldsProps): ReactNode {
  const secret = (key: 'passphrase' | 'again', description?: string): ReactNode => (
    <PasswordInput
      label={words[key]}
      description={description}
      value={typed[key]}
      error={errors[key]}
      autoComplete="new-password"
      maxLength={1000}
      onChange={(event) => {
        onTyped({ ...typed, [key]: event.currentTarget.value });
      }}
    />
  );
  return (
    <>
      <TextInput
        label={words.name}
        description={words.nameHelp}
        value={typed.name}
        error={errors.name}
        maxLength={120}
        data-autofocus
        onChange={(event) => {
          onTyped({ ...typed, name: event.currentTarget.value });
        }}
      />
      {secret('passphrase', words.passphraseHelp)}
      {secret('again')}
    </>
  );
}
