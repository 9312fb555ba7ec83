/** All runs that this bank knows, to choose one. */
import { Anchor } from '@mantine/core';
import { type ReactNode } from 'react';
import { type RunId } from '#shared/ids.ts';
import { type RunView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { hrefOf } from '../route.ts';

const tones = { open: 'info', completed: 'good', cancelled: 'neutral' } as const;
const words = text.rounds;
const progress = (run: RunView): string => words.of(run.committed, run.planned);
const part = (run: RunView): string => (run.joined ? words.joined : words.notJoined);

export function RunsPanel(props: { readonly runs: readonly RunView[]; readonly chosen: RunId }): ReactNode {
  const columns: readonly Column<RunView>[] = [
    {
      key: 'run',
      header: words.columns.run,
      cell: (run) => (
        <Anchor
          href={hrefOf({ screen: 'rounds', runId: run.runId })}
          fz={13}
          fw={run.runId === props.chosen ? 600 : 400}
          aria-current={run.runId === props.chosen ? 'true' : undefined}
        >
          {run.charter.title}
        </Anchor>
      ),
      csv: (run) => run.charter.title,
      compare: (a, b) => a.charter.title.localeCompare(b.charter.title),
    },
    {
      key: 'status',
      header: words.columns.status,
      cell: (run) => <StatusBadge tone={tones[run.status]}>{words.status[run.status]}</StatusBadge>,
      csv: (run) => run.status,
    },
    { key: 'rounds', header: words.columns.rounds, cell: progress, csv: progress, align: 'end' },
    { key: 'part', header: words.columns.part, cell: part, csv: part },
    {
      key: 'banks',
      header: words.columns.banks,
      cell: (run) => run.members.length,
      csv: (run) => run.members.length,
      align: 'end',
    },
  ];
  return (
    <Panel title={words.runs} isFlush>
      <DataTable
        label={words.runs}
        columns={columns}
        rows={props.runs}
        rowKey={({ runId }) => runId}
        empty={words.emptyTitle}
        maxHeight={200}
      />
    </Panel>
  );
}
