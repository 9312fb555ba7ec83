/**
 * A bank's end of the federation contract: connects, checks the hub's key, authenticates, reconnects, and calls.
 * Not here: what is sent and when (main/bank). Nothing but the handshake leaves by itself.
 */
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';
import { FederationEvent, memberContract, type MemberContract } from '#shared/contract/federation.ts';
import type { ConnectionState, Reply } from '#shared/contract/transport.ts';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import { sleep } from '#main/platform/clock.ts';
import type { ExpectedHub, Session } from './handshake.ts';
import type { KeyPair } from './identity.ts';
import { KeptConnection } from './keep-connected.ts';
import { CountingAgent, type Traffic } from './traffic.ts';

export interface FederationClientOptions extends ExpectedHub {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string;
  readonly identity: KeyPair;
  /** How long a call waits for a connection, then for its answer; slow links need the second. */
  readonly connectTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface FederationClient extends Client<MemberContract> {
  /** Who the hub is and how this bank stands with it; waits for the first connection like every call. */
  session(): Promise<Session>;
  /** `changed` is called on the hub's signals and after each (re)connection, since signals may have been missed. */
  subscribe(changed: (event: FederationEvent | undefined) => void): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Since the client was made, at the socket, handshakes and framing included. */
  traffic(): Traffic;
  close(): void;
}

/** A call refused as `rate-limited` is repeated this often, each time a little later. */
const RATE_LIMIT_TRIES = 5;
const RATE_LIMIT_PAUSE_MS = 200;

/**
 * Starts connecting and goes on until `close`. Calls reject with `hub-unreachable`, or with the hub's own refusal:
 * `signature-invalid` (another operator, consortium or hub key) and `protocol-mismatch` stay until the hub changes.
 */
export function connectFederation(options: FederationClientOptions): FederationClient {
  const agent = new CountingAgent();
  const listeners = new Set<(event: FederationEvent | undefined) => void>();
  const tell = (event: FederationEvent | undefined): void => {
    for (const listener of listeners) listener(event);
  };
  const link = new KeptConnection({
    ...options,
    agent,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 60_000,
    onSignal: (payload) => {
      const event = FederationEvent.safeParse(payload);
      if (event.success) tell(event.data);
    },
    onConnected: () => {
      tell(undefined);
    },
  });
  const request = (method: string, input: unknown): Promise<Reply> =>
    withRateLimit(options.clock, () => link.request(method, input));
  return {
    ...createClient(memberContract, { request }),
    session: async () => (await link.whenConnected()).session,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    onState: (listener) => link.onState(listener),
    traffic: () => agent.traffic(),
    close: () => {
      link.close();
      agent.destroy();
    },
  };
}

async function withRateLimit(clock: Clock, call: () => Promise<Reply>): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    const reply = await call();
    const isLimited = reply.kind === 'failure' && reply.failure.code === 'rate-limited';
    if (!isLimited || attempt === RATE_LIMIT_TRIES) return reply;
    await sleep(clock, RATE_LIMIT_PAUSE_MS * attempt);
  }
}
