/**
 * Calls to one worker thread and their answers, matched by number. A thread that ends fails every call that waits.
 * Knows nothing of what is asked: the callers parse the answers.
 */
import { z } from 'zod';
import { Failure, FailureError } from '#shared/failure.ts';
import type { WorkerHandle } from '../../platform/ports.ts';

export const WorkerAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), call: z.int(), share: z.number() }),
  z.object({ kind: z.literal('done'), call: z.int(), value: z.unknown() }),
  z.object({ kind: z.literal('failed'), call: z.int(), failure: Failure }),
]);
export type WorkerAnswer = z.infer<typeof WorkerAnswer>;

export interface CallOptions {
  /** Share of the work done, 0..1. */
  readonly onProgress?: (share: number) => void;
  readonly transfer?: readonly ArrayBuffer[];
}

export interface WorkerCalls {
  /**
   * The answer to `question`, a plain object that the worker's own schema accepts.
   * Rejects with the worker's FailureError, or as `whenEnded` says when the thread ends before.
   */
  call(question: object, options?: CallOptions): Promise<unknown>;
  /** Calls that wait. */
  readonly waiting: number;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((share: number) => void) | undefined;
}

/** `whenEnded` turns the end of the thread into the failure of what waits: `cause` is undefined after a planned end. */
export function workerCalls(
  worker: WorkerHandle,
  whenEnded: (cause: Error | undefined) => FailureError,
): WorkerCalls {
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let ended: FailureError | undefined;
  worker.onMessage((message) => {
    settle(waiting, WorkerAnswer.parse(message));
  });
  worker.onExit((cause) => {
    ended = whenEnded(cause);
    for (const one of waiting.values()) one.reject(ended);
    waiting.clear();
  });
  return {
    call: (question, { onProgress, transfer } = {}) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        const call = calls++;
        waiting.set(call, { resolve, reject, onProgress });
        worker.post({ ...question, call }, transfer);
      }),
    get waiting() {
      return waiting.size;
    },
  };
}

function settle(waiting: Map<number, Waiting>, answer: WorkerAnswer): void {
  const one = waiting.get(answer.call);
  if (one === undefined) return;
  switch (answer.kind) {
    case 'progress':
      one.onProgress?.(answer.share);
      return;
    case 'done':
      waiting.delete(answer.call);
      one.resolve(answer.value);
      return;
    case 'failed':
      waiting.delete(answer.call);
      one.reject(FailureError.from(answer.failure));
  }
}
