/** What carries a contract: a MessagePort in Electron, socket.io on loopback, socket.io to the hub. */
import { z } from 'zod';
import { Failure } from '../failure.ts';

/** Every answer on every transport. */
export const Reply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ok'), value: z.unknown() }),
  z.object({ kind: z.literal('failure'), failure: Failure }),
]);
export type Reply = z.infer<typeof Reply>;

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'waiting'; readonly sinceMs: number; readonly retryInMs: number }
  | { readonly kind: 'closed' };

export interface Transport {
  /** Sends one request. Resolves with the reply; rejects with FailureError 'hub-unreachable' when nothing comes. */
  request(method: string, input: unknown): Promise<Reply>;
  /** Events only say that something changed; truth is pulled. Returns the unsubscribe function. */
  subscribe(listener: (event: unknown) => void): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
  close(): void;
}
