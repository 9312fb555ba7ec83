/** Transactions by key, page after page, and all of a filter for an export. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type BankContract } from '#shared/contract/bank.ts';
import { type Client, type Parsed } from '#shared/contract/define.ts';
import { type TransactionRow } from '#shared/features/data-view.ts';
import { useBackend } from './backend.tsx';

export type TransactionFilter = Pick<Parsed<BankContract['data.transactions']>, 'search' | 'label'>;

const PAGE = 200;
const EXPORT_PAGE = 1000;

export function useTransactions(filter: TransactionFilter) {
  const { client } = useBackend();
  return useInfiniteQuery({
    queryKey: ['data.transactions', filter],
    queryFn: ({ pageParam }) => client['data.transactions']({ ...filter, after: pageParam, limit: PAGE }),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
}

/** Every row that the filter lets through. */
export async function allTransactions(
  client: Client<BankContract>,
  filter: TransactionFilter,
): Promise<readonly TransactionRow[]> {
  const rows: TransactionRow[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: Awaited<ReturnType<(typeof client)['data.transactions']>> = await client['data.transactions'](
      {
        ...filter,
        after,
        limit: EXPORT_PAGE,
      },
    );
    rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}
