/** The whole ledger, in order: it is short (a few entries a round) and its chart needs all of it. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { type LedgerEntryView } from '#shared/privacy/ledger-view.ts';
import { useBackend } from './backend.tsx';

const PAGE = 1000;

export function useLedger(): UseQueryResult<readonly LedgerEntryView[]> {
  const { client } = useBackend();
  return useQuery<readonly LedgerEntryView[]>({
    queryKey: ['privacy.ledger', 'all'],
    queryFn: async () => {
      const entries: LedgerEntryView[] = [];
      for (;;) {
        const page = await client['privacy.ledger']({ after: entries.at(-1)?.sequence ?? 0, limit: PAGE });
        entries.push(...page.entries);
        if (page.entries.length === 0 || entries.length >= page.total) return entries;
      }
    },
  });
}
