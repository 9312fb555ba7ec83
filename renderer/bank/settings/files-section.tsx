/** Where everything is on this machine, and the audit record of what was done. */
import { type ReactNode } from 'react';
import { type AppState, type AuditEntryView } from '#shared/contract/bank.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { rowMomentText, shortDigest } from '../../ui/format.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import classes from './settings.module.css';

const words = text.settings.files;

const plain = (key: 'actor' | 'action'): Column<AuditEntryView> => ({
  key,
  header: words.auditColumns[key],
  cell: (entry) => entry[key],
  csv: (entry) => entry[key],
  compare: (a, b) => a[key].localeCompare(b[key]),
});

const columns: readonly Column<AuditEntryView>[] = [
  {
    key: 'sequence',
    header: words.auditColumns.sequence,
    cell: ({ sequence }) => sequence,
    csv: ({ sequence }) => sequence,
    compare: (a, b) => a.sequence - b.sequence,
    align: 'end',
  },
  { key: 'at', header: words.auditColumns.at, cell: ({ at }) => rowMomentText(at), csv: ({ at }) => at },
  plain('actor'),
  plain('action'),
  {
    key: 'detail',
    header: words.auditColumns.detail,
    cell: ({ detail }) => detail,
    csv: ({ detail }) => detail,
    align: 'wrap',
  },
  {
    key: 'hash',
    header: words.auditColumns.hash,
    cell: ({ hash }) => shortDigest(hash),
    csv: ({ hash }) => hash,
  },
];

export function FilesSection({ state }: { readonly state: AppState }): ReactNode {
  const audit = useAsk('audit.list', { limit: 1000 });
  return (
    <>
      <Panel title={words.title}>
        <Facts
          facts={[
            {
              name: words.folder,
              value: <span className={classes['path']}>{state.dataFolder}</span>,
              meaning: words.folderMeaning,
            },
            { name: words.logs, value: words.logsValue(state.dataFolder) },
            { name: words.version, value: state.version },
            { name: words.host, value: words.hosts[state.host] },
          ]}
        />
      </Panel>
      <Panel
        title={words.audit}
        isFlush
        aside={audit.data === undefined ? undefined : <Verified is={audit.data.verified} />}
      >
        <Part query={audit} skeletonRows={6}>
          {({ entries, total }) => (
            <DataTable
              label={words.audit}
              columns={columns}
              rows={entries}
              rowKey={({ sequence }) => String(sequence)}
              total={total}
              fileName="audit"
              empty={words.auditEmpty}
            />
          )}
        </Part>
      </Panel>
    </>
  );
}

function Verified({ is }: { readonly is: boolean }): ReactNode {
  return is ? (
    <StatusBadge tone="good">{words.auditVerified}</StatusBadge>
  ) : (
    <StatusBadge tone="bad">{words.auditBroken}</StatusBadge>
  );
}
