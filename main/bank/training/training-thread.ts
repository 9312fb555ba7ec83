/** One training thread as its trainer holds it: loads a charter's rows once, then carries orders in and answers out. */
import { canonicalJson } from '#shared/canonical.ts';
import { FailureError } from '#shared/failure.ts';
import type { Charter } from '#shared/round/charter.ts';
import { Quality } from '#shared/round/round-view.ts';
import type { Checkpoint } from '../../learning/recipes/checkpoint.ts';
import type { Log, Workers } from '../../platform/ports.ts';
import type { FeatureAccess, FeatureSplit } from './feature-split.ts';
import { NO_ORDER, TrainingAnswer, type TrainingOrder } from './questions.ts';
import { type WorkerCalls, workerCalls } from './worker-calls.ts';

export interface ThreadSetting {
  readonly workers: Workers;
  readonly log: Log;
  readonly features: FeatureAccess;
  readonly threads: number;
}

export interface TrainingThread {
  /** False once it ended: every later call fails. */
  readonly isAlive: boolean;
  /** Resolves when the thread holds the charter's rows. */
  readonly load: (charter: Charter) => Promise<FeatureSplit>;
  train(charter: Charter, order: TrainingOrder, onShare: (share: number) => void): Promise<TrainingAnswer>;
  evaluate(charter: Charter, checkpoint: Checkpoint): Promise<Quality>;
  /** The order ends after its running step. */
  stopOrder(order: number): void;
  end(): Promise<void>;
}

export function startTrainingThread(setting: ThreadSetting): TrainingThread {
  const stop = new Int32Array(new SharedArrayBuffer(4)).fill(NO_ORDER);
  const worker = setting.workers.start('training', { stop: stop.buffer, threads: setting.threads });
  let isAlive = true;
  const calls = workerCalls(worker, (cause) => {
    isAlive = false;
    return lossOf(cause, setting.log);
  });
  const { load, ask } = charterLoader(calls, setting.features);
  return {
    get isAlive() {
      return isAlive;
    },
    load,
    train: async (charter, order, onShare) =>
      TrainingAnswer.parse(
        await ask(charter, () => calls.call({ kind: 'train', order }, { onProgress: onShare })),
      ),
    evaluate: async (charter, checkpoint) =>
      Quality.parse(await ask(charter, () => calls.call({ kind: 'evaluate', checkpoint }))),
    stopOrder: (order) => {
      Atomics.store(stop, 0, order);
    },
    end: async () => {
      isAlive = false;
      await worker.terminate();
    },
  };
}

function lossOf(cause: Error | undefined, log: Log): FailureError {
  if (cause === undefined) return new FailureError('training-stopped', 'The training was stopped');
  log.error('training.thread-died', { reason: cause.message });
  return new FailureError('worker-died', 'The training thread ended before its work was done');
}

interface CharterLoader {
  readonly load: (charter: Charter) => Promise<FeatureSplit>;
  /** Asks when the thread holds the charter's rows. */
  readonly ask: <T>(charter: Charter, question: () => Promise<T>) => Promise<T>;
}

/** Sends a charter's rows when the thread holds others. The thread answers in order, so a question right after is about them. */
function charterLoader(calls: WorkerCalls, features: FeatureAccess): CharterLoader {
  let sent: { readonly key: string; readonly arrived: Promise<unknown> } | undefined;
  const send = (key: string, setup: object): Promise<unknown> => {
    if (sent?.key === key) return sent.arrived;
    const arrived = calls.call({ kind: 'load', setup });
    const own = { key, arrived };
    sent = own;
    arrived.catch(() => {
      if (sent === own) sent = undefined;
    });
    return arrived;
  };
  const open = async (charter: Charter) => {
    const key = `${features.version()} ${canonicalJson(charter)}`;
    const split = await features.open(charter);
    return { split, send: () => send(key, { charter, ...split }) };
  };
  return {
    load: async (charter) => {
      const opened = await open(charter);
      await opened.send();
      return opened.split;
    },
    ask: async (charter, question) => {
      const opened = await open(charter);
      const [, answer] = await Promise.all([opened.send(), question()]);
      return answer;
    },
  };
}
