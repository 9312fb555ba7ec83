/** The backend as the screens reach it: one client, its connection state, and events that make queries pull again. */
import { QueryClient, QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { bankContract, type BankContract, BankEvent, type BankTopic } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';
import { type Client } from '#shared/contract/define.ts';
import { type ConnectionState } from '#shared/contract/transport.ts';
import { type Host } from '../transport/host.ts';
import { after } from '../ui/clock.ts';

export interface Backend {
  readonly client: Client<BankContract>;
  readonly host: Host;
  readonly connection: ConnectionState;
}

const BackendContext = createContext<Backend | null>(null);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (backend === null) throw new Error('useBackend outside BackendProvider');
  return backend;
}

/** Data is true until an event says otherwise; a query that failed says so at once. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: false,
        staleTime: Infinity,
        gcTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Topics whose queries have another name, or more than one. */
const STALE: Readonly<Partial<Record<BankTopic, readonly string[]>>> = {
  demo: ['app'],
  runs: ['runs', 'rounds'],
  review: ['review', 'leaks'],
  policy: ['policy', 'reviewers'],
};

/** Prefixes of the queries that a topic makes stale. */
export function staleQueries(topics: Iterable<BankTopic>): readonly string[] {
  return [...new Set([...topics].flatMap((topic) => STALE[topic] ?? [topic]))];
}

/** Events of one breath are answered by one round of queries. */
const BREATH_MS = 120;

export function BackendProvider(props: { readonly host: Host; readonly children: ReactNode }): ReactNode {
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <Connected host={props.host}>{props.children}</Connected>
    </QueryClientProvider>
  );
}

function Connected({ host, children }: { readonly host: Host; readonly children: ReactNode }): ReactNode {
  const connection = useConnection(host);
  useEvents(host);
  const client = useMemo(() => createClient(bankContract, host.transport), [host]);
  const backend = useMemo(() => ({ client, host, connection }), [client, host, connection]);
  return <BackendContext value={backend}>{children}</BackendContext>;
}

function useConnection(host: Host): ConnectionState {
  const queryClient = useQueryClient();
  const [connection, setConnection] = useState<ConnectionState>({ kind: 'connecting' });
  useEffect(() => {
    let wasLost = false;
    return host.transport.onState((state) => {
      if (state.kind === 'connected' && wasLost) void queryClient.invalidateQueries();
      wasLost = state.kind === 'waiting' || state.kind === 'closed';
      setConnection(state);
    });
  }, [host, queryClient]);
  return connection;
}

function useEvents(host: Host): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const waiting = new Set<BankTopic>();
    let cancel: (() => void) | null = null;
    const pull = (): void => {
      cancel = null;
      const prefixes = staleQueries(waiting);
      waiting.clear();
      void queryClient.invalidateQueries({
        predicate: ({ queryKey: [method] }) =>
          typeof method === 'string' && prefixes.some((prefix) => method.startsWith(`${prefix}.`)),
      });
    };
    const unsubscribe = host.transport.subscribe((event) => {
      const parsed = BankEvent.safeParse(event);
      if (!parsed.success) return;
      for (const topic of parsed.data.topics) waiting.add(topic);
      cancel ??= after(BREATH_MS, pull);
    });
    return () => {
      unsubscribe();
      cancel?.();
    };
  }, [host, queryClient]);
}
