/**
 * The control endpoint: how the command line reaches the process that holds a store. Loopback, a token in a file that only
 * this user can read, and the same contract as the screens. Not for browsers: a request from a page is refused.
 */
import { createServer } from 'node:http';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { z } from 'zod';
import { createClient } from '#shared/contract/client.ts';
import type { Client, Contract } from '#shared/contract/define.ts';
import { Reply } from '#shared/contract/transport.ts';
import { FailureError } from '#shared/failure.ts';
import { readFileIfPresent, writeFileDurably } from '#main/platform/files.ts';
import type { Log, Random } from '#main/platform/ports.ts';
import { answerCalls, CALL_EVENT } from './calls.ts';
import { isSameSecret } from './identity.ts';

const ControlFile = z.strictObject({
  port: z.int().min(1).max(65_535),
  token: z.string().regex(/^[0-9a-f]{64}$/),
});

const FILE = 'control.json';
const ADDRESS = '127.0.0.1';
const MOST_PENDING = 64;
const LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5000;

export interface ControlOptions {
  readonly home: string;
  readonly answer: (method: string, input: unknown) => Promise<Reply>;
  readonly random: Random;
  readonly log: Log;
}

/** Listens on a free loopback port and writes `control.json` (mode 0600) into the home. */
export async function serveControl(options: ControlOptions): Promise<{ close(): Promise<void> }> {
  const token = Buffer.from(options.random.bytes(32)).toString('hex');
  const http = createServer((_request, response) => {
    response.writeHead(404).end();
  });
  const server = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: LARGEST_MESSAGE_BYTES,
    allowRequest: (request, decide) => {
      decide(null, request.headers.origin === undefined);
    },
  });
  server.use((socket, next) => {
    const presented: unknown = socket.handshake.auth['token'];
    const isKnown = typeof presented === 'string' && isSameSecret(presented, token);
    next(isKnown ? undefined : new Error('unauthorised'));
  });
  server.on('connection', (socket) => {
    answerCalls(socket, {
      answer: options.answer,
      takeToken: () => true,
      mostPending: MOST_PENDING,
      onClosed: () => undefined,
      log: options.log,
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(0, ADDRESS, resolve);
  });
  const bound = http.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP address was expected');
  const file = path.join(options.home, FILE);
  writeFileDurably(file, JSON.stringify({ port: bound.port, token }));
  return {
    close: async () => {
      rmSync(file, { force: true });
      await server.close();
    },
  };
}

export interface Control<C extends Contract> {
  readonly client: Client<C>;
  close(): void;
}

/** Throws 'hub-unreachable' when no process serves this home. */
export async function connectControl<C extends Contract>(options: {
  readonly contract: C;
  readonly home: string;
}): Promise<Control<C>> {
  const kept = readFileIfPresent(path.join(options.home, FILE));
  if (kept === undefined) throw nobodyServes(options.home);
  const { port, token } = ControlFile.parse(JSON.parse(Buffer.from(kept).toString('utf8')));
  const socket = io(`http://${ADDRESS}:${String(port)}`, {
    transports: ['websocket'],
    auth: { token },
    reconnection: false,
    timeout: CONNECT_TIMEOUT_MS,
    forceNew: true,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', () => {
      socket.close();
      reject(nobodyServes(options.home));
    });
  });
  const request = async (method: string, input: unknown): Promise<Reply> =>
    Reply.parse(await answered(socket, method, input));
  return {
    client: createClient(options.contract, { request }),
    close: () => {
      socket.close();
    },
  };
}

type ClientSocket = ReturnType<typeof io>;

/** Resolves with the answer, rejects as soon as the other process is gone: a command may take hours, a dead peer none. */
function answered(socket: ClientSocket, method: string, input: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (): void => {
      reject(new FailureError('hub-unreachable', 'The process that served this store has ended'));
    };
    if (!socket.connected) {
      gone();
      return;
    }
    socket.once('disconnect', gone);
    socket.emit(CALL_EVENT, method, input, (reply: unknown) => {
      socket.off('disconnect', gone);
      resolve(reply);
    });
  });
}

function nobodyServes(home: string): FailureError {
  return new FailureError('hub-unreachable', `No running Parley process serves ${home}`, { home });
}
