/** One person or two: what each means, which is in force, and the way to the other. */
import { Button, Group, Stack, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ReviewMode, type ReviewerView } from '#shared/round/reviewer-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { toast } from '../../ui/toast.ts';
import { CountersignFields, useCountersign } from './countersign.tsx';
import { activeReviewers } from './credential.ts';
import classes from './reviewers.module.css';

const words = text.reviewers;
const LEAST_REVIEWERS = 2;

export interface ModePanelProps {
  readonly mode: ReviewMode;
  readonly reviewers: readonly ReviewerView[];
}

export function ModePanel({ mode, reviewers }: ModePanelProps): ReactNode {
  const missing = LEAST_REVIEWERS - activeReviewers(reviewers).length;
  return (
    <Panel title={words.modeTitle}>
      <div className={classes['modes']}>
        {ReviewMode.options.map((one) => (
          <div key={one} className={classes['mode']} data-current={one === mode}>
            <div className={classes['modeHead']}>
              {words.modes[one]}
              {one === mode ? <StatusBadge tone="good">{words.modeNow}</StatusBadge> : null}
            </div>
            <p className={classes['quiet']}>{words.modeMeans[one]}</p>
            {one === mode ? null : <Change to={one} missing={missing} />}
          </div>
        ))}
      </div>
    </Panel>
  );
}

function Change({ to, missing }: { readonly to: ReviewMode; readonly missing: number }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const setMode = useTell('reviewers.setMode', () => {
    toast(words.modeSaved(to));
  });
  if (to === 'one')
    return (
      <div className={classes['row']}>
        <Button
          size="compact-sm"
          onClick={() => {
            setOpen(true);
          }}
        >
          {words.toOne}
        </Button>
        {isOpen ? (
          <ToOneDialog
            onClose={() => {
              setOpen(false);
            }}
          />
        ) : null}
      </div>
    );
  const isReady = missing <= 0;
  return (
    <div className={classes['row']}>
      <Button
        size="compact-sm"
        aria-disabled={!isReady}
        loading={setMode.isPending}
        onClick={() => {
          if (isReady) setMode.mutate({ mode: 'two', reason: '', countersigned: [] });
        }}
      >
        {words.toTwo}
      </Button>
      {isReady ? null : <span className={classes['quiet']}>{words.toTwoNeeds(missing)}</span>}
      {setMode.isError ? <FailureNotice error={setMode.error} /> : null}
    </div>
  );
}

function ToOneDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [reason, setReason] = useState('');
  const countersign = useCountersign(true);
  const setMode = useTell('reviewers.setMode', () => {
    onClose();
    toast(words.modeSaved('one'));
  });
  const { countersigned, forget } = countersign;
  const isReady = reason.trim() !== '' && countersigned !== null;
  return (
    <Dialog onClose={onClose} title={words.toOneTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '' && countersigned !== null)
            setMode.mutate({ mode: 'one', reason: reason.trim(), countersigned }, { onError: forget });
        }}
      >
        <Stack gap={12}>
          <p className={classes['quiet']}>{words.toOneWhy}</p>
          <Textarea
            label={words.reason}
            description={words.reasonHelp}
            value={reason}
            maxLength={2000}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          <CountersignFields countersign={countersign} />
          {setMode.isError ? <FailureNotice error={setMode.error} /> : null}
          <Group justify="flex-end">
            <Button onClick={onClose}>{text.common.cancel}</Button>
            <Button type="submit" variant="filled" aria-disabled={!isReady} loading={setMode.isPending}>
              {words.toOneAct}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
