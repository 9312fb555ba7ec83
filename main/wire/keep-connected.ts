/** Keeps one authenticated connection to a hub: handshake, jittered reconnection, and what to tell callers meanwhile. */
import { FEDERATION_PROTOCOL, handshakeContract } from '#shared/contract/federation.ts';
import { createClient } from '#shared/contract/client.ts';
import type { ConnectionState, Reply } from '#shared/contract/transport.ts';
import { isFailure, type FailureError } from '#shared/failure.ts';
import { errorFields } from '#main/platform/log.ts';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import { backoffMs } from './backoff.ts';
import { openClientSocket, unreachable, type ClientSocket } from './client-socket.ts';
import { answerHello, newNonce, type ExpectedHub, type Session } from './handshake.ts';
import type { KeyPair } from './identity.ts';
import type { CountingAgent } from './traffic.ts';

export interface KeepConnectedOptions extends ExpectedHub {
  readonly address: string;
  readonly identity: KeyPair;
  readonly agent: CountingAgent;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly onSignal: (payload: unknown) => void;
  readonly onConnected: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Link {
  readonly socket: ClientSocket;
  readonly session: Session;
}

/** Resolves or rejects one caller that waits for a connection. */
interface Waiter {
  resolve(link: Link): void;
  reject(error: Error): void;
}

/** Connects at once and again after every loss, until `close`. */
export class KeptConnection {
  readonly #options: KeepConnectedOptions;
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #waiters = new Set<Waiter>();
  #state: ConnectionState = { kind: 'connecting' };
  #link: Link | undefined;
  #opening: ClientSocket | undefined;
  #failures = 0;
  #lostAtMs: number;
  #lastProblem: unknown;
  #cancelRetry = (): void => undefined;

  constructor(options: KeepConnectedOptions) {
    this.#options = options;
    this.#lostAtMs = options.clock.now();
    this.#attempt();
  }

  /** Rejects with `hub-unreachable` after `connectTimeoutMs`, or at once with a refusal that lasts. */
  whenConnected(): Promise<Link> {
    if (this.#link !== undefined) return Promise.resolve(this.#link);
    if (this.#isClosed() || isLastingRefusal(this.#lastProblem)) return Promise.reject(this.#problem());
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (link) => {
          settle();
          resolve(link);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const cancel = this.#options.clock.after(this.#options.connectTimeoutMs, () => {
        waiter.reject(this.#problem());
      });
      this.#waiters.add(waiter);
    });
  }

  async request(method: string, input: unknown): Promise<Reply> {
    const { socket } = await this.whenConnected();
    return socket.request(method, input);
  }

  /** Calls `listener` now and at every change. */
  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    listener(this.#state);
    return () => void this.#stateListeners.delete(listener);
  }

  close(): void {
    if (this.#isClosed()) return;
    this.#enter({ kind: 'closed' });
    this.#cancelRetry();
    this.#opening?.close();
    this.#link?.socket.close();
    this.#link = undefined;
    for (const waiter of this.#waiters) waiter.reject(this.#problem());
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  #enter(next: ConnectionState): void {
    this.#state = next;
    for (const listener of this.#stateListeners) listener(next);
  }

  #attempt(): void {
    this.#enter({ kind: 'connecting' });
    this.#connect().catch((error: unknown) => {
      this.#options.log.debug('federation.connect-failed', errorFields(error));
      this.#retryLater(error);
    });
  }

  async #connect(): Promise<void> {
    const socket = await openClientSocket(this.#options);
    this.#opening = socket;
    try {
      if (this.#isClosed()) throw unreachable(this.#options.address, 'closed meanwhile');
      const session = await shakeHands(socket, this.#options);
      this.#connected({ socket, session });
    } catch (error) {
      socket.close();
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }

  #connected(link: Link): void {
    this.#link = link;
    this.#failures = 0;
    this.#lastProblem = undefined;
    link.socket.onEnd((reason) => {
      this.#link = undefined;
      this.#lostAtMs = this.#options.clock.now();
      this.#options.log.info('federation.connection-lost', { reason });
      this.#retryLater(unreachable(this.#options.address, reason));
    });
    this.#enter({ kind: 'connected' });
    for (const waiter of this.#waiters) waiter.resolve(link);
    this.#options.onConnected();
  }

  #retryLater(error: unknown): void {
    if (this.#isClosed()) return;
    this.#lastProblem = error;
    this.#failures += 1;
    const retryInMs = backoffMs(this.#failures, this.#options.random);
    this.#cancelRetry = this.#options.clock.after(retryInMs, () => {
      this.#attempt();
    });
    // A hub that was refused will be refused again: callers need not wait for it.
    if (isLastingRefusal(error)) for (const waiter of this.#waiters) waiter.reject(error);
    this.#enter({ kind: 'waiting', sinceMs: this.#lostAtMs, retryInMs });
  }

  #problem(): Error {
    const error = this.#lastProblem;
    return isLastingRefusal(error) ? error : unreachable(this.#options.address, causeOf(error));
  }
}

async function shakeHands(socket: ClientSocket, options: KeepConnectedOptions): Promise<Session> {
  const { identity } = options;
  const hub = createClient(handshakeContract, socket);
  const bankNonce = newNonce(options.random);
  const greeting = {
    protocol: FEDERATION_PROTOCOL,
    publicKey: identity.publicKey,
    nonce: bankNonce,
  } as const;
  const hello = await hub.hello(greeting);
  const signature = answerHello(hello, { identity, bankNonce, expected: options });
  const standing = await hub.authenticate({ signature });
  const { consortiumId, consortiumName, operatorKey, hubKey, hubKeySignature } = hello;
  return { consortiumId, consortiumName, operatorKey, hubKey, hubKeySignature, ...standing };
}

/** Refusals that the same hub will repeat: shown as they are instead of "unreachable". */
function isLastingRefusal(error: unknown): error is FailureError {
  return isFailure(error, 'signature-invalid') || isFailure(error, 'protocol-mismatch');
}

function causeOf(error: unknown): string {
  if (error === undefined) return 'no connection yet';
  return error instanceof Error ? error.message.replace(/^.*can't be reached: /, '') : 'unknown';
}
