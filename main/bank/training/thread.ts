/** The training thread's side of the messages: one question after another, each answered once. */
import type { MessagePort } from 'node:worker_threads';
import { isFailure } from '#shared/failure.ts';
import type { Clock } from '../../platform/ports.ts';
import { TrainingQuestion } from './questions.ts';
import type { OrderWatch, TrainingSession } from './session.ts';
import type { WorkerAnswer } from './worker-calls.ts';

/** A person sees ten a second at most. */
const PROGRESS_EVERY_MS = 100;

export interface ThreadPorts {
  readonly port: Pick<MessagePort, 'on' | 'postMessage'>;
  readonly session: TrainingSession;
  readonly clock: Clock;
  /** The stop word shared with the trainer. */
  readonly stop: Int32Array;
}

/** Answers until the thread ends. A fault that is no FailureError ends the thread: its trainer sees that and starts another. */
export function serveTraining(ports: ThreadPorts): void {
  let last = Promise.resolve();
  ports.port.on('message', (message: unknown) => {
    const question = TrainingQuestion.parse(message);
    last = last.then(() => answer(ports, question));
  });
}

async function answer(ports: ThreadPorts, question: TrainingQuestion): Promise<void> {
  const { call } = question;
  try {
    const { value, transfer } = await reply(ports, question);
    post(ports, { kind: 'done', call, value }, transfer);
  } catch (error) {
    if (!isFailure(error)) throw error;
    post(ports, { kind: 'failed', call, failure: error.toFailure() });
  }
}

interface Reply {
  readonly value: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

async function reply(ports: ThreadPorts, question: TrainingQuestion): Promise<Reply> {
  const { session } = ports;
  switch (question.kind) {
    case 'load':
      await session.load(question.setup);
      return { value: null };
    case 'train': {
      const value = session.train(question.order, watch(ports, question));
      return { value, transfer: [value.payload, value.ownGradient].flatMap(ownBuffer) };
    }
    case 'evaluate':
      return { value: session.evaluate(question.checkpoint) };
  }
}

function watch(
  { clock, stop, ...ports }: ThreadPorts,
  { call, order }: Extract<TrainingQuestion, { kind: 'train' }>,
): OrderWatch {
  let told = clock.monotonic();
  return {
    isStopped: () => Atomics.load(stop, 0) === order.order,
    onShare: (share) => {
      const now = clock.monotonic();
      if (now - told < PROGRESS_EVERY_MS) return;
      told = now;
      post({ ...ports, clock, stop }, { kind: 'progress', call, share });
    },
  };
}

function ownBuffer(view: Uint8Array | Float64Array | undefined): readonly ArrayBuffer[] {
  return view?.buffer instanceof ArrayBuffer ? [view.buffer] : [];
}

function post({ port }: ThreadPorts, message: WorkerAnswer, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, [...transfer]);
}
