/** One leak test thread as the service holds it: one task, its progress, and its end. */
import { FailureError } from '#shared/failure.ts';
import type { LeakTest } from '#shared/privacy/leak-view.ts';
import type { Workers } from '../../platform/ports.ts';
import { LeakMessage, type LeakTask, type RehearsedLeaks } from './task.ts';

export type LeakOutcome =
  | { readonly kind: 'tested'; readonly tests: readonly LeakTest[] }
  | { readonly kind: 'rehearsed'; readonly rehearsed: RehearsedLeaks };

export interface LeakThread {
  /** Rejects with the thread's FailureError, or `worker-died` when it ended before. */
  readonly outcome: Promise<LeakOutcome>;
  /** At once: the thread holds nothing that has to be kept. */
  end(): Promise<void>;
}

export function startLeakThread(
  workers: Workers,
  task: LeakTask,
  onProgress: (phase: string, share: number) => void,
): LeakThread {
  const worker = workers.start('leaks', task);
  const outcome = new Promise<LeakOutcome>((resolve, reject) => {
    worker.onMessage((data) => {
      const message = LeakMessage.parse(data);
      switch (message.kind) {
        case 'progress':
          onProgress(message.phase, message.share);
          return;
        case 'failed':
          reject(FailureError.from(message.failure));
          return;
        case 'tested':
        case 'rehearsed':
          resolve(message);
      }
    });
    worker.onExit((cause) => {
      const reason = cause?.message ?? 'it was stopped';
      // after an answer this changes nothing
      reject(new FailureError('worker-died', `The leak tests ended before their work was done: ${reason}`));
    });
  });
  return { outcome, end: () => worker.terminate() };
}
