/** Past and running imports, each with its result. */
import { Anchor } from '@mantine/core';
import { type ReactNode } from 'react';
import { type ImportProgress } from '#shared/features/data-view.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { count, rowMomentText } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { hrefOf } from '../route.ts';

const words = text.data;
const tones = { running: 'info', cancelled: 'neutral', done: 'good', failed: 'bad' } as const;

const amount = (key: 'added' | 'skipped' | 'verdicts' | 'rejected'): Column<ImportProgress> => ({
  key,
  header: words.importColumns[key],
  cell: (one) => count(one[key]),
  csv: (one) => one[key],
  compare: (a, b) => a[key] - b[key],
  align: 'end',
});

const columns: readonly Column<ImportProgress>[] = [
  {
    key: 'name',
    header: words.importColumns.name,
    cell: (one) => (
      <Anchor fz={13} href={hrefOf({ screen: 'data', view: 'import-result', importId: one.importId })}>
        {one.name}
      </Anchor>
    ),
    csv: (one) => one.name,
  },
  {
    key: 'at',
    header: words.importColumns.at,
    cell: (one) => rowMomentText(one.startedAt),
    csv: (one) => one.startedAt,
    compare: (a, b) => a.startedAt.localeCompare(b.startedAt),
  },
  {
    key: 'state',
    header: words.importColumns.state,
    cell: ({ state }) => <StatusBadge tone={tones[state.kind]}>{words.importStates[state.kind]}</StatusBadge>,
    csv: ({ state }) => state.kind,
  },
  amount('added'),
  amount('skipped'),
  amount('verdicts'),
  amount('rejected'),
];

export function ImportsPanel({ imports }: { readonly imports: readonly ImportProgress[] }): ReactNode {
  return (
    <Panel title={words.imports} isFlush>
      <DataTable
        label={words.imports}
        columns={columns}
        rows={imports}
        rowKey={({ importId }) => importId}
        empty={words.importsEmpty}
        maxHeight={260}
      />
    </Panel>
  );
}
