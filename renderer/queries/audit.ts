/** The audit's entries that a filter leaves, all of them and in order: some entries a round, read page by page. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { type AuditEntryView, type AuditHealth, type AuditKind } from '#shared/contract/bank-audit.ts';
import { useBackend } from './backend.tsx';

const PAGE = 1000;

export interface AuditFilter {
  readonly kind?: AuditKind;
  readonly search: string;
}

export interface AuditRead {
  readonly entries: readonly AuditEntryView[];
  readonly health: AuditHealth;
}

export function useAudit(filter: AuditFilter): UseQueryResult<AuditRead> {
  const { client } = useBackend();
  return useQuery<AuditRead>({
    queryKey: ['audit.list', filter],
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const entries: AuditEntryView[] = [];
      for (let after = 0; ;) {
        const page = await client['audit.list']({ ...filter, after, limit: PAGE });
        entries.push(...page.entries);
        if (page.next === null) return { entries, health: page.health };
        after = page.next;
      }
    },
  });
}
