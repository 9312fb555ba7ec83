/** The bank's transactions: searched and filtered in the store, shown through a virtual window. */
import { Anchor, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { type TransactionRow } from '#shared/features/data-view.ts';
import { formatMoney } from '#shared/money.ts';
import { useCommand } from '../../commands/registry.tsx';
import { shortcutOfCommand } from '../../commands/shortcut.tsx';
import { useBackend } from '../../queries/backend.tsx';
import { allTransactions, type TransactionFilter, useTransactions } from '../../queries/transactions.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { rowMomentText } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Frame, Loading } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { hrefOf } from '../route.ts';

const words = text.data;

const optional = (key: 'counterparty' | 'terminal' | 'channel'): Column<TransactionRow> => ({
  key,
  header: words.table[key],
  cell: (row) => row[key] ?? '–',
  csv: (row) => row[key],
});

const columns: readonly Column<TransactionRow>[] = [
  { key: 'id', header: words.table.id, cell: (row) => row.externalId, csv: (row) => row.externalId },
  {
    key: 'at',
    header: words.table.at,
    cell: (row) => rowMomentText(row.occurredAt),
    csv: (row) => row.occurredAt,
  },
  { key: 'account', header: words.table.account, cell: (row) => row.account, csv: (row) => row.account },
  optional('counterparty'),
  optional('terminal'),
  {
    key: 'amount',
    header: words.table.amount,
    cell: (row) => formatMoney(row.amountMinor, row.currency),
    csv: (row) => formatMoney(row.amountMinor, row.currency, 'en'),
    align: 'end',
  },
  optional('channel'),
  {
    key: 'label',
    header: words.table.verdict,
    // Frauds stand out; a badge on every row would hide them.
    cell: ({ label }) =>
      label === 'fraud' ? <StatusBadge tone="bad">{words.labels.fraud}</StatusBadge> : words.labels[label],
    csv: ({ label }) => label,
  },
];

export function TransactionsPage(): ReactNode {
  const [search, setSearch] = useState('');
  const [label, setLabel] = useState<TransactionFilter['label']>('all');
  const [settled] = useDebouncedValue(search, 200);
  const filter = useMemo(() => ({ search: settled, label }), [settled, label]);
  return (
    <Page
      title={words.views.transactions}
      about={<Anchor href={hrefOf({ screen: 'data', view: 'summary' })}>{words.title}</Anchor>}
    >
      <Frame>
        <FilteredTable
          filter={filter}
          toolbar={<Filters search={search} onSearch={setSearch} label={label} onLabel={setLabel} />}
        />
      </Frame>
    </Page>
  );
}

interface FiltersProps {
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly label: TransactionFilter['label'];
  readonly onLabel: (label: TransactionFilter['label']) => void;
}

const labelChoices: readonly TransactionFilter['label'][] = ['all', 'fraud', 'genuine', 'unknown'];

function Filters({ search, onSearch, label, onLabel }: FiltersProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  useCommand('screen.find', () => {
    input.current?.focus();
    input.current?.select();
  });
  return (
    <>
      <TextInput
        ref={input}
        aria-label={words.table.search}
        placeholder={`${words.table.searchPlaceholder}  ${shortcutOfCommand('screen.find') ?? ''}`}
        leftSection={<IconSearch size={16} stroke={1.5} aria-hidden />}
        value={search}
        maxLength={200}
        w={320}
        onChange={(event) => {
          onSearch(event.currentTarget.value);
        }}
      />
      <SegmentedControl
        aria-label={words.table.filter}
        value={label}
        data={labelChoices.map((value) => ({ value, label: words.labels[value] }))}
        onChange={onLabel}
      />
    </>
  );
}

function FilteredTable(props: {
  readonly filter: TransactionFilter;
  readonly toolbar: ReactNode;
}): ReactNode {
  const { client } = useBackend();
  const query = useTransactions(props.filter);
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (query.isError) return <FailureNotice error={query.error} onRetry={() => void query.refetch()} />;
  if (data === undefined) return <Loading rows={10} />;
  return (
    <DataTable
      label={words.table.label}
      columns={columns}
      rows={rows}
      rowKey={({ externalId }) => externalId}
      total={data.pages[0]?.total ?? 0}
      onNearEnd={onNearEnd}
      allRows={() => allTransactions(client, props.filter)}
      fileName="transactions"
      toolbar={props.toolbar}
      empty={words.table.empty}
      maxHeight={560}
    />
  );
}
