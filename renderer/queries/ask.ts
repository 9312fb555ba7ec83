/** Typed hooks over the contract: `useAsk` for queries, `useTell` for commands. */
import {
  keepPreviousData,
  useMutation,
  type UseMutationResult,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query';
import { type BankContract } from '#shared/contract/bank.ts';
import { type Input, type Output } from '#shared/contract/define.ts';
import { useBackend } from './backend.tsx';

export type MethodName = keyof BankContract;

export interface AskOptions<Answer> {
  readonly isEnabled?: boolean;
  /** Also pulled on a timer, for figures that move without an event; by the last answer where it tells when. */
  readonly everyMs?: number | ((last: Answer | undefined) => number | false);
}

export function useAsk<K extends MethodName>(
  method: K,
  input: Input<BankContract[K]>,
  options: AskOptions<Output<BankContract[K]>> = {},
): UseQueryResult<Output<BankContract[K]>> {
  const { client } = useBackend();
  const { everyMs = false } = options;
  return useQuery<Output<BankContract[K]>>({
    queryKey: [method, input],
    queryFn: () => client[method](input),
    enabled: options.isEnabled ?? true,
    refetchInterval: typeof everyMs === 'function' ? ({ state }) => everyMs(state.data) : everyMs,
    placeholderData: keepPreviousData,
  });
}

export type Tell<K extends MethodName> = UseMutationResult<
  Output<BankContract[K]>,
  Error,
  Input<BankContract[K]>
>;

export function useTell<K extends MethodName>(
  method: K,
  onDone?: (output: Output<BankContract[K]>) => void,
): Tell<K> {
  const { client } = useBackend();
  return useMutation<Output<BankContract[K]>, Error, Input<BankContract[K]>>({
    mutationFn: (input) => client[method](input),
    ...(onDone === undefined ? {} : { onSuccess: onDone }),
  });
}
