/** Removing a reviewer: with a reason, and both signatures where two are required. */
import { Button, Group, Stack, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ReviewerView } from '#shared/round/reviewer-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { toast } from '../../ui/toast.ts';
import { CountersignFields, useCountersign } from './countersign.tsx';
import classes from './reviewers.module.css';

const words = text.reviewers;

export interface RemoveReviewerDialogProps {
  readonly reviewer: ReviewerView;
  readonly onClose: () => void;
}

export function RemoveReviewerDialog({ reviewer, onClose }: RemoveReviewerDialogProps): ReactNode {
  const [reason, setReason] = useState('');
  const countersign = useCountersign(true);
  const remove = useTell('reviewers.remove', () => {
    onClose();
    toast(words.removedToast(reviewer.name));
  });
  const { countersigned, forget } = countersign;
  const isReady = reason.trim() !== '' && countersigned !== null;
  return (
    <Dialog onClose={onClose} title={words.removeTitle(reviewer.name)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() === '' || countersigned === null) return;
          const { reviewerId } = reviewer;
          remove.mutate({ reviewerId, reason: reason.trim(), countersigned }, { onError: forget });
        }}
      >
        <Stack gap={12}>
          <p className={classes['quiet']}>{words.removeWhy}</p>
          <Textarea
            label={words.reason}
            description={words.reasonHelp}
            value={reason}
            maxLength={2000}
            data-autofocus
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          <CountersignFields countersign={countersign} />
          {remove.isError ? <FailureNotice error={remove.error} /> : null}
          <Group justify="flex-end">
            <Button onClick={onClose}>{text.common.cancel}</Button>
            <Button type="submit" variant="filled" aria-disabled={!isReady} loading={remove.isPending}>
              {words.removeAct(reviewer.name)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
