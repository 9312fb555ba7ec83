/** The entries, newest first: filtered by kind and words in the store, each with the JSON that its hash covers. */
import { Code, SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useMemo, useRef } from 'react';
import { type AuditEntryView, AuditKind } from '#shared/contract/bank-audit.ts';
import { useCommand } from '../../commands/registry.tsx';
import { type AuditFilter } from '../../queries/audit.ts';
import { useBackend } from '../../queries/backend.tsx';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Digest } from '../../ui/digest.tsx';
import { Facts } from '../../ui/facts.tsx';
import { rowMomentText } from '../../ui/format.ts';
import classes from './audit.module.css';

const words = text.audit;

export interface AuditChoice {
  readonly kind: AuditKind | 'all';
  readonly search: string;
}

export function filterOf({ kind, search }: AuditChoice): AuditFilter {
  return kind === 'all' ? { search: search.trim() } : { kind, search: search.trim() };
}

/** The JSON with one field a line; as it stands where it is none. */
export function spread(detail: string): string {
  try {
    return JSON.stringify(JSON.parse(detail), null, 2);
  } catch {
    return detail; // an entry of another format is still shown
  }
}

const columns: readonly Column<AuditEntryView>[] = [
  {
    key: 'sequence',
    header: words.columns.sequence,
    cell: ({ sequence }) => sequence,
    csv: ({ sequence }) => sequence,
    align: 'end',
  },
  { key: 'at', header: words.columns.at, cell: ({ at }) => rowMomentText(at), csv: ({ at }) => at },
  {
    key: 'kind',
    header: words.columns.kind,
    cell: ({ kind }) => words.kindWord[kind],
    csv: ({ kind }) => kind,
  },
  { key: 'actor', header: words.columns.actor, cell: ({ actor }) => actor, csv: ({ actor }) => actor },
  {
    key: 'sentence',
    header: words.columns.sentence,
    cell: ({ sentence }) => sentence,
    csv: ({ sentence }) => sentence,
    align: 'wrap',
  },
];

export interface AuditTableProps {
  readonly entries: readonly AuditEntryView[];
  readonly choice: AuditChoice;
  readonly onChoice: (choice: AuditChoice) => void;
}

export function AuditTable({ entries, choice, onChoice }: AuditTableProps): ReactNode {
  const { client } = useBackend();
  const newestFirst = useMemo(() => entries.toReversed(), [entries]);
  return (
    <DataTable
      label={words.title}
      columns={columns}
      rows={newestFirst}
      rowKey={({ sequence }) => String(sequence)}
      detail={{
        label: ({ sequence }) => words.expand(sequence),
        content: (entry) => <Detail entry={entry} />,
      }}
      fileName="audit"
      csvOf={async () => (await client['audit.export'](filterOf(choice))).text}
      empty={words.emptyFiltered}
      maxHeight={640}
      toolbar={<Filter choice={choice} onChoice={onChoice} />}
    />
  );
}

function Filter({ choice, onChoice }: Omit<AuditTableProps, 'entries'>): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  useCommand('screen.find', () => field.current?.focus());
  return (
    <>
      <TextInput
        ref={field}
        aria-label={words.search}
        placeholder={words.searchHint}
        leftSection={<IconSearch size={15} stroke={1.5} aria-hidden />}
        w={240}
        value={choice.search}
        maxLength={200}
        onChange={(event) => {
          onChoice({ ...choice, search: event.currentTarget.value });
        }}
      />
      <SegmentedControl
        aria-label={words.kind}
        value={choice.kind}
        data={[
          { value: 'all', label: words.all },
          ...AuditKind.options.map((kind) => ({ value: kind, label: words.kinds[kind] })),
        ]}
        onChange={(chosen) => {
          onChoice({ ...choice, kind: AuditKind.safeParse(chosen).data ?? 'all' });
        }}
      />
    </>
  );
}

function Detail({ entry }: { readonly entry: AuditEntryView }): ReactNode {
  return (
    <div className={classes['detail']}>
      <Facts
        facts={[
          { name: words.action, value: <Code>{entry.action}</Code> },
          { name: words.hashIs, value: <Digest value={entry.hash} of={words.hashIs} /> },
        ]}
      />
      <Code block className={classes['json']} tabIndex={0} aria-label={words.raw} role="region">
        {spread(entry.detail)}
      </Code>
    </div>
  );
}
