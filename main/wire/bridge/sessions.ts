/** The contract over socket.io for one person at a time: a later page takes over, and the earlier one is told. */
import { createServer, type Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import type { Answer } from '#shared/contract/serve.ts';
import type { Reply } from '#shared/contract/transport.ts';
import { type FailureCode, FailureError } from '#shared/failure.ts';
import { errorFields } from '../../platform/log.ts';
import type { Clock, Log } from '../../platform/ports.ts';
import type { TokenGuard } from './gate.ts';

export interface SessionsOptions {
  readonly answer: Answer<undefined>;
  /** Passes on "something changed"; returns the unsubscribe function. */
  readonly subscribe: (listener: (event: unknown) => void) => () => void;
  readonly guard: TokenGuard;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sessions {
  /** Upgrade requests that passed the gate are emitted here; it never listens. */
  readonly upgrades: HttpServer;
  close(): Promise<void>;
}

/** No message of the page is larger: files go by PUT. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
const AUTHENTICATE_WITHIN_MS = 5_000;
const MAX_CALLS_IN_FLIGHT = 200;
/** An unattended screen is locked: the page needs the link again. */
const IDLE_LIMIT_MS = 4 * 3600 * 1000;

const Handshake = z.object({ token: z.string().max(200) });
const Call = z.tuple([z.string().max(80), z.unknown()]);

export function createSessions(options: SessionsOptions): Sessions {
  const upgrades = createServer();
  const server = new Server(upgrades, {
    transports: ['websocket'],
    serveClient: false,
    allowUpgrades: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: AUTHENTICATE_WITHIN_MS,
    cors: { origin: false },
  });
  const app = server.of('/app');
  app.use((socket, next) => {
    const handshake = Handshake.safeParse(socket.handshake.auth);
    next(
      options.guard.accepts(handshake.data?.token)
        ? undefined
        : refusal('unauthorised', 'The access token is missing or wrong'),
    );
  });
  app.on('connection', (socket) => {
    endOthers(app.sockets.values(), socket);
    serveSession(socket, options);
  });
  const unsubscribe = options.subscribe((event) => {
    app.emit('event', event);
  });
  return {
    upgrades,
    close: async () => {
      unsubscribe();
      await server.close();
    },
  };
}

function endOthers(sockets: Iterable<Socket>, newest: Socket): void {
  for (const socket of sockets) {
    if (socket.id !== newest.id) end(socket, 'Parley was opened in another tab or window');
  }
}

/** The client takes a disconnect by the server as final and does not come back by itself. */
function end(socket: Socket, why: string): void {
  socket.emit('ended', failureReply('unauthorised', why).failure);
  socket.disconnect(true);
}

function serveSession(socket: Socket, options: SessionsOptions): void {
  let inFlight = 0;
  let cancelIdle = startIdle(socket, options.clock);
  socket.on('call', (...args: unknown[]) => {
    const acknowledge = args.at(-1);
    if (!isAcknowledgement(acknowledge)) return; // no one waits for the answer: nothing is done
    cancelIdle();
    cancelIdle = startIdle(socket, options.clock);
    inFlight += 1;
    const answered =
      inFlight > MAX_CALLS_IN_FLIGHT
        ? Promise.resolve(failureReply('rate-limited', 'Too many calls at once'))
        : answerCall(args, options.answer);
    answered
      .then((reply) => {
        acknowledge(reply);
      })
      .catch((error: unknown) => {
        options.log.error('bridge-answer-failed', errorFields(error));
      })
      .finally(() => {
        inFlight -= 1;
      });
  });
  socket.on('error', (error: unknown) => {
    options.log.warn('bridge-socket-error', errorFields(error));
  });
  socket.once('disconnect', () => {
    cancelIdle();
  });
}

function isAcknowledgement(value: unknown): value is (reply: Reply) => void {
  return typeof value === 'function';
}

function startIdle(socket: Socket, clock: Clock): () => void {
  return clock.after(IDLE_LIMIT_MS, () => {
    end(socket, 'This page was idle for four hours');
  });
}

async function answerCall(args: readonly unknown[], answer: Answer<undefined>): Promise<Reply> {
  const call = Call.safeParse(args.slice(0, -1));
  if (!call.success) return failureReply('invalid-input', 'A call is a method name and an input');
  const [method, input] = call.data;
  return answer(method, input, undefined);
}

function failureReply(code: FailureCode, message: string): Extract<Reply, { kind: 'failure' }> {
  return { kind: 'failure', failure: new FailureError(code, message).toFailure() };
}

/** socket.io passes `data` of a middleware's error on to the client. */
function refusal(code: FailureCode, message: string): Error {
  return Object.assign(new Error(message), { data: failureReply(code, message).failure });
}
