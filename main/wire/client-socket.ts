/** One WebSocket connection of a client: opened, called with a time limit, and its end reported once. No reconnection. */
import { io, type Socket } from 'socket.io-client';
import { FailureError } from '#shared/failure.ts';
import { Reply } from '#shared/contract/transport.ts';
import type { Clock } from '#main/platform/ports.ts';
import { CALL_EVENT, SIGNAL_EVENT } from './calls.ts';
import type { CountingAgent } from './traffic.ts';

export interface ClientSocketOptions {
  readonly address: string;
  readonly auth?: Readonly<Record<string, string>>;
  readonly agent?: CountingAgent;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly onSignal: (payload: unknown) => void;
  readonly clock: Clock;
}

export interface ClientSocket {
  /** Rejects with `hub-unreachable` when the connection ends or nothing comes in time. */
  request(method: string, input: unknown): Promise<Reply>;
  onEnd(listener: (reason: string) => void): void;
  close(): void;
}

/** Largest frame accepted from a server: inline sums and updates of a round, with room to spare (reliability.md T9). */
const LARGEST_FRAME_BYTES = 16 * 1024 * 1024;

/** Rejects with `hub-unreachable` when there is no connection in time. */
export function openClientSocket(options: ClientSocketOptions): Promise<ClientSocket> {
  const { address, auth, agent, connectTimeoutMs } = options;
  const common = {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: connectTimeoutMs,
  };
  // What only Node's WebSocket takes, and the published types, made for browsers, don't name.
  const nodeOnly: object = { perMessageDeflate: false, maxPayload: LARGEST_FRAME_BYTES, agent };
  const socket = io(address, { ...common, ...(auth === undefined ? {} : { auth }), ...nodeOnly });
  return new Promise((resolve, reject) => {
    const cancel = options.clock.after(connectTimeoutMs, () => {
      fail('no answer in time');
    });
    const fail = (why: string): void => {
      cancel();
      socket.disconnect();
      reject(unreachable(address, why));
    };
    socket.once('connect_error', (error) => {
      fail(error.message);
    });
    socket.once('connect', () => {
      cancel();
      socket.off('connect_error');
      resolve(connectedSocket(socket, options));
    });
  });
}

function connectedSocket(socket: Socket, options: ClientSocketOptions): ClientSocket {
  const pending = new Set<(error: Error) => void>();
  const endListeners: ((reason: string) => void)[] = [];
  let ended: string | undefined;
  socket.on(SIGNAL_EVENT, options.onSignal);
  socket.once('disconnect', (reason) => {
    ended = reason;
    for (const reject of pending) reject(unreachable(options.address, reason));
    pending.clear();
    for (const listener of endListeners) listener(reason);
  });
  const request = (method: string, input: unknown): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(unreachable(options.address, ended));
        return;
      }
      const settle = (): void => {
        cancel();
        pending.delete(fail);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const cancel = options.clock.after(options.requestTimeoutMs, () => {
        fail(unreachable(options.address, `no answer to "${method}"`));
      });
      pending.add(fail);
      socket.emit(CALL_EVENT, method, input, (answer: unknown) => {
        settle();
        const reply = Reply.safeParse(answer);
        if (reply.success) resolve(reply.data);
        else reject(unreachable(options.address, `an answer to "${method}" that is none`));
      });
    });
  return {
    request,
    onEnd: (listener) => {
      if (ended === undefined) endListeners.push(listener);
      else listener(ended);
    },
    close: () => {
      socket.disconnect();
    },
  };
}

export function unreachable(address: string, why: string): FailureError {
  return new FailureError('hub-unreachable', `${address} can't be reached: ${why}`, { address });
}
