/** Settings → Reviewers: who may sign, how many have to, and what that means. */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ReviewerView, type ReviewMode } from '#shared/round/reviewer-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Digest } from '../../ui/digest.tsx';
import { dayText } from '../../ui/format.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { AddReviewerDialog } from './add-reviewer-dialog.tsx';
import { ModePanel } from './mode-panel.tsx';
import { RemoveReviewerDialog } from './remove-reviewer-dialog.tsx';
import classes from './reviewers.module.css';

const words = text.reviewers;

export function ReviewersSection(): ReactNode {
  const reviewers = useAsk('reviewers.list', {});
  return (
    <Part query={reviewers} skeletonRows={6}>
      {({ mode, reviewers: list }) => (
        <>
          <ModePanel mode={mode} reviewers={list} />
          <ReviewerList mode={mode} reviewers={list} />
        </>
      )}
    </Part>
  );
}

function columnsFor(onRemove: (reviewer: ReviewerView) => void): readonly Column<ReviewerView>[] {
  return [
    { key: 'name', header: words.columns.name, cell: ({ name }) => name, csv: ({ name }) => name },
    {
      key: 'state',
      header: words.columns.state,
      cell: ({ isActive }) => (
        <StatusBadge tone={isActive ? 'good' : 'neutral'}>
          {isActive ? words.active : words.removed}
        </StatusBadge>
      ),
      csv: ({ isActive }) => (isActive ? words.active : words.removed),
    },
    {
      key: 'fingerprint',
      header: words.columns.fingerprint,
      cell: ({ fingerprint, name }) => (
        <Digest value={fingerprint} of={`${words.columns.fingerprint}, ${name}`} isShort />
      ),
      csv: ({ fingerprint }) => fingerprint,
    },
    {
      key: 'added',
      header: words.columns.added,
      cell: ({ addedAt }) => dayText(addedAt),
      csv: ({ addedAt }) => addedAt,
    },
    {
      key: 'act',
      header: words.columns.act,
      cell: (reviewer) =>
        reviewer.isActive ? (
          <Button
            size="compact-xs"
            aria-label={`${words.remove} ${reviewer.name}`}
            onClick={() => {
              onRemove(reviewer);
            }}
          >
            {words.remove}
          </Button>
        ) : null,
      csv: () => '',
      align: 'end',
    },
  ];
}

interface ReviewerListProps {
  readonly mode: ReviewMode;
  readonly reviewers: readonly ReviewerView[];
}

function ReviewerList({ mode, reviewers }: ReviewerListProps): ReactNode {
  const [isAdding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<ReviewerView | null>(null);
  return (
    <Panel
      title={words.section}
      isFlush
      aside={
        <Button
          size="compact-sm"
          onClick={() => {
            setAdding(true);
          }}
        >
          {words.add}
        </Button>
      }
    >
      <p className={`${classes['quiet'] ?? ''} ${classes['why'] ?? ''}`}>{words.why}</p>
      <DataTable
        label={words.section}
        columns={columnsFor(setLeaving)}
        rows={reviewers}
        rowKey={({ reviewerId }) => reviewerId}
        empty={words.none}
        maxHeight={360}
      />
      {isAdding ? (
        <AddReviewerDialog
          mode={mode}
          reviewers={reviewers}
          onClose={() => {
            setAdding(false);
          }}
        />
      ) : null}
      {leaving === null ? null : (
        <RemoveReviewerDialog
          reviewer={leaving}
          onClose={() => {
            setLeaving(null);
          }}
        />
      )}
    </Panel>
  );
}
