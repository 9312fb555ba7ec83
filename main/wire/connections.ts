/** The hub's open connections: handshake in time, one connection a key, strangers counted, calls answered. */
import type { Socket } from 'socket.io';
import type { Handlers } from '#shared/contract/define.ts';
import {
  FEDERATION_PROTOCOL,
  handshakeContract,
  memberContract,
  type MemberContract,
  type Membership,
} from '#shared/contract/federation.ts';
import { serve, type Answer } from '#shared/contract/serve.ts';
import type { Reply } from '#shared/contract/transport.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankId, PublicKeyHex } from '#shared/ids.ts';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import { answerCalls } from './calls.ts';
import { createHubHandshake, type HubHandshake, type HubIdentity } from './handshake.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface Standing {
  readonly membership: Membership;
  readonly bankId: BankId | null;
}

/** An authenticated peer. Its standing is looked up at each call, since it can change while connected. */
export interface FederationPeer {
  readonly bankKey: PublicKeyHex;
}

/** Everything but the handshake, which the server does itself. */
export type FederationHandlers = Handlers<MemberContract, FederationPeer>;

export interface FederationLimits {
  /** Connections that have not authenticated as a bank known here; more are refused before the upgrade. */
  readonly mostStrangers: number;
  readonly handshakeMs: number;
  /** How long a key that is in no roster may stay: time to enrol. */
  readonly enrolMs: number;
  readonly callsBurst: number;
  readonly callsPerSecond: number;
  readonly mostPendingCalls: number;
}

export interface ConnectionsOptions {
  readonly identity: HubIdentity;
  readonly handlers: FederationHandlers;
  readonly standingOf: (bankKey: PublicKeyHex) => Standing;
  /** A bank's key got its first connection, or lost its last one. */
  readonly onPresence: (bankKey: PublicKeyHex, isConnected: boolean) => void;
  readonly onBug: (error: unknown, method: string) => string;
  readonly limits: FederationLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** One connection: its handshake, and the timer that ends it unless it becomes known in time. */
interface Connection {
  readonly socket: Socket;
  readonly handshake: HubHandshake;
  cancelReaper: () => void;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #byKey = new Map<PublicKeyHex, Connection>();
  /** Still in the handshake, or with a key that no roster knew when it authenticated. */
  readonly #strangers = new Set<Connection>();
  readonly #answerFor: (connection: Connection) => (method: string, input: unknown) => Promise<Reply>;
  #isClosing = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#answerFor = answering(options, (connection, key) => this.#admit(connection, key));
  }

  accept(socket: Socket): void {
    const { clock, limits, log } = this.#options;
    const handshake = createHubHandshake(this.#options.identity, this.#options.random);
    const connection: Connection = { socket, handshake, cancelReaper: () => undefined };
    this.#strangers.add(connection);
    connection.cancelReaper = clock.after(limits.handshakeMs, () => {
      log.info('wire.handshake-late', { socket: socket.id });
      socket.disconnect(true);
    });
    answerCalls(socket, {
      answer: this.#answerFor(connection),
      takeToken: createTokenBucket({ burst: limits.callsBurst, perSecond: limits.callsPerSecond }, clock),
      mostPending: limits.mostPendingCalls,
      onClosed: () => {
        this.#forget(connection);
      },
      log,
    });
  }

  hasRoomForStranger(): boolean {
    return this.#strangers.size < this.#options.limits.mostStrangers;
  }

  isConnected(key: PublicKeyHex): boolean {
    return this.#byKey.has(key);
  }

  /** Authenticated connections. */
  count(): number {
    return this.#byKey.size;
  }

  /** Ends the connection of a key, after it was suspended for example. */
  disconnect(key: PublicKeyHex): void {
    this.#byKey.get(key)?.socket.disconnect(true);
  }

  /** Tells every authenticated bank. */
  signal(event: string, payload: unknown): void {
    for (const { socket } of this.#byKey.values()) socket.emit(event, payload);
  }

  /** Before the server closes: banks that leave now are no change of presence. */
  close(): void {
    this.#isClosing = true;
    for (const { cancelReaper } of [...this.#strangers, ...this.#byKey.values()]) cancelReaper();
  }

  #admit(connection: Connection, key: PublicKeyHex): Standing {
    const { clock, limits, log, standingOf } = this.#options;
    connection.cancelReaper();
    const before = this.#byKey.get(key);
    this.#byKey.set(key, connection);
    const standing = standingOf(key);
    log.debug('wire.authenticated', { socket: connection.socket.id, membership: standing.membership });
    if (standing.membership !== 'unknown') this.#strangers.delete(connection);
    else
      connection.cancelReaper = clock.after(limits.enrolMs, () => {
        this.#strangers.delete(connection);
        if (standingOf(key).membership === 'unknown') connection.socket.disconnect(true);
      });
    // The newer connection wins: the older one is what a broken link left behind.
    if (before === undefined) this.#options.onPresence(key, true);
    else before.socket.disconnect(true);
    return standing;
  }

  #forget(connection: Connection): void {
    connection.cancelReaper();
    this.#strangers.delete(connection);
    const state = connection.handshake.state();
    if (state.kind !== 'authenticated' || this.#byKey.get(state.bankKey) !== connection) return;
    this.#byKey.delete(state.bankKey);
    if (!this.#isClosing) this.#options.onPresence(state.bankKey, false);
  }
}

type Admit = (connection: Connection, key: PublicKeyHex) => Standing;

interface CallContext {
  readonly connection: Connection;
}

/** Serves the whole contract to a connection: the handshake here, the rest by the hub once the key is proved. */
function answering(
  options: ConnectionsOptions,
  admit: Admit,
): (connection: Connection) => (method: string, input: unknown) => Promise<Reply> {
  const greet: Answer<CallContext> = serve({
    contract: handshakeContract,
    handlers: {
      hello: (input, { connection }) => connection.handshake.hello(input),
      authenticate: ({ signature }, { connection }) =>
        admit(connection, connection.handshake.authenticate(signature)),
    },
    onBug: options.onBug,
  });
  const work = serve({ contract: memberContract, handlers: options.handlers, onBug: options.onBug });
  return (connection) => (method, input) => {
    if (method === 'hello' && !speaksThisProtocol(input)) return Promise.resolve(protocolMismatch());
    if (method === 'hello' || method === 'authenticate') return greet(method, input, { connection });
    const state = connection.handshake.state();
    if (state.kind !== 'authenticated') return Promise.resolve(outOfTurn(method));
    return work(method, input, { bankKey: state.bankKey });
  };
}

/** Looked at before the schema, so that a peer of another version is told so rather than that a field is wrong. */
function speaksThisProtocol(input: unknown): boolean {
  if (typeof input !== 'object' || input === null || !('protocol' in input)) return false;
  return input.protocol === FEDERATION_PROTOCOL;
}

function protocolMismatch(): Reply {
  const message = `This hub speaks ${FEDERATION_PROTOCOL} and nothing else`;
  return { kind: 'failure', failure: new FailureError('protocol-mismatch', message).toFailure() };
}

function outOfTurn(method: string): Reply {
  const message = `"${method.slice(0, 60)}" before the handshake: say hello and authenticate first`;
  return { kind: 'failure', failure: new FailureError('wrong-usage', message).toFailure() };
}
