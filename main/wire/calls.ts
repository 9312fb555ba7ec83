/**
 * Calls over one socket.io socket, for every server of Parley: the only place that registers handlers on a peer's socket.
 * Whatever a peer sends, nothing is thrown to socket.io: a throw there would end the process (reliability.md 0.7).
 */
import { z } from 'zod';
import type { Reply } from '#shared/contract/transport.ts';
import { FailureError, type FailureCode } from '#shared/failure.ts';
import { errorFields } from '#main/platform/log.ts';
import type { Log } from '#main/platform/ports.ts';

/** socket.io event of a request (method, input, acknowledgement) and of a signal from the server. */
export const CALL_EVENT = 'call';
export const SIGNAL_EVENT = 'signal';

/** Frames of JSON around a chunk: names, ids, a signed charter. Beyond it the WebSocket closes before buffering. */
export const FRAME_MARGIN_BYTES = 64 * 1024;

const Method = z.string().min(1).max(64);

/** What this module needs of a socket.io socket. */
export interface CallSocket {
  readonly id: string;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  disconnect(close?: boolean): unknown;
}

export interface AnswerCallsOptions {
  readonly answer: (method: string, input: unknown) => Promise<Reply>;
  /** Takes a token; false refuses the call as `rate-limited`. */
  readonly takeToken: () => boolean;
  /** Calls of this socket that may be in work at once. */
  readonly mostPending: number;
  readonly onClosed: () => void;
  readonly log: Log;
}

/** Refusals in a row after which a peer that doesn't listen is disconnected. */
const MOST_REFUSALS = 1000;

export function answerCalls(socket: CallSocket, options: AnswerCallsOptions): void {
  const { log } = options;
  let pending = 0;
  let refusals = 0;
  const answer = async (method: unknown, input: unknown): Promise<Reply> => {
    const name = Method.safeParse(method);
    if (!name.success) return refusal('wrong-usage', 'A call names its method in at most 64 characters');
    if (pending >= options.mostPending || !options.takeToken()) return limit();
    refusals = 0;
    pending += 1;
    try {
      return await options.answer(name.data, input);
    } finally {
      pending -= 1;
    }
  };
  const limit = (): Reply => {
    refusals += 1;
    if (refusals > MOST_REFUSALS) socket.disconnect(true);
    return refusal('rate-limited', 'This connection makes more calls than it may');
  };
  const receive = async (method: unknown, input: unknown, acknowledge: unknown): Promise<void> => {
    try {
      const reply = await answer(method, input);
      if (isAcknowledge(acknowledge)) acknowledge(reply);
    } catch (error) {
      log.error('wire.call-failed', { socket: socket.id, ...errorFields(error) });
    }
  };
  socket.on(CALL_EVENT, (method, input, acknowledge) => void receive(method, input, acknowledge));
  socket.on('disconnect', () => {
    try {
      options.onClosed();
    } catch (error) {
      log.error('wire.close-failed', { socket: socket.id, ...errorFields(error) });
    }
  });
  // socket.io re-emits refused middleware and parse errors here; without a listener they would throw.
  socket.on('error', (error) => {
    log.warn('wire.socket-error', { socket: socket.id, ...errorFields(error) });
  });
}

function isAcknowledge(value: unknown): value is (reply: Reply) => void {
  return typeof value === 'function';
}

function refusal(code: FailureCode, message: string): Reply {
  return { kind: 'failure', failure: new FailureError(code, message).toFailure() };
}
