/** Who takes part in the run, with what each said about its size. */
import { type ReactNode } from 'react';
import { type RunView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';

type Member = RunView['members'][number];
const words = text.rounds;

const columns: readonly Column<Member>[] = [
  {
    key: 'name',
    header: words.memberColumns.name,
    cell: ({ name }) => name,
    csv: ({ name }) => name,
    compare: (a, b) => a.name.localeCompare(b.name),
  },
  {
    key: 'tier',
    header: words.memberColumns.tier,
    cell: ({ tier }) => count(tier),
    csv: ({ tier }) => tier,
    compare: (a, b) => a.tier - b.tier,
    align: 'end',
  },
];

export function MembersPanel({ run }: { readonly run: RunView }): ReactNode {
  return (
    <Panel title={words.members} aside={run.members.length} isFlush>
      <DataTable
        label={words.members}
        columns={columns}
        rows={run.members}
        rowKey={({ bankId }) => bankId}
        empty={words.membersEmpty}
        maxHeight={260}
      />
    </Panel>
  );
}
