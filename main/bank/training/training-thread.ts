/** One training thread as its trainer holds it: loads a charter's rows once, then carries orders in and answers out. */
import { canonicalJson } from '#shared/canonical.ts';
import { FailureError } from '#shared/failure.ts';
import type { Charter } from '#shared/round/charter.ts';
import { Quality } from '#shared/round/round-view.ts';
import type { Checkpoint } from '../../learning/recipes/checkpoint.ts';
import type { EngineChoice } from '../../platform/engine/engines.ts';
import type { Log, Workers } from '../../platform/ports.ts';
import type { FeatureSet } from '../features/feature-rows.ts';
import { NO_ORDER, TrainingAnswer, type TrainingOrder } from './questions.ts';
import type { TrainingData } from './trainer.ts';
import { trainingData } from './training-data.ts';
import { type WorkerCalls, workerCalls } from './worker-calls.ts';

/** The part of main/bank/features that training needs. */
export interface FeatureAccess {
  /** Names the state of the data: another text when `open` would answer other rows. Cheap. */
  version(): string;
  /** Computes what is missing first. @throws FailureError `data-missing`, `features-not-ready`. */
  open(charter: Charter): Promise<FeatureSet>;
}

export interface ThreadSetting {
  readonly workers: Workers;
  readonly log: Log;
  readonly features: FeatureAccess;
  /** Threads that add up gradients, the training thread included; one a core is best. */
  readonly threads: number;
  /** As in Settings; a change counts from the next training on. */
  readonly engine: () => EngineChoice;
}

export interface TrainingThread {
  /** False once it ended: every later call fails. */
  readonly isAlive: boolean;
  /** Resolves when the thread holds the charter's rows. */
  load(charter: Charter): Promise<TrainingData>;
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
  const loadRows = rowLoader(calls, setting);
  const inTurn = oneAtATime();
  return {
    get isAlive() {
      return isAlive;
    },
    load: (charter) => inTurn(() => loadRows(charter)),
    train: (charter, order, onShare) =>
      inTurn(async () => {
        await loadRows(charter);
        return TrainingAnswer.parse(await calls.call({ kind: 'train', order }, { onProgress: onShare }));
      }),
    evaluate: (charter, checkpoint) =>
      inTurn(async () => {
        await loadRows(charter);
        return Quality.parse(await calls.call({ kind: 'evaluate', checkpoint }));
      }),
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

/** Hands a charter's rows over when the thread holds others, or the data changed since. */
function rowLoader(
  calls: WorkerCalls,
  { features, engine: choice }: ThreadSetting,
): (charter: Charter) => Promise<TrainingData> {
  let held: { readonly key: string; readonly data: TrainingData } | undefined;
  return async (charter) => {
    const engine = choice();
    const key = `${features.version()} ${engine} ${canonicalJson(charter)}`;
    if (held?.key === key) return held.data;
    held = undefined;
    const set = await features.open(charter);
    const data = trainingData(charter, set);
    await calls.call({ kind: 'load', setup: { charter, engine, ...set } });
    held = { key, data };
    return data;
  };
}

/** Runs what it is given one after another: the rows that are loaded stay those of the question that follows. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined); // the caller has the failure; the next turn only waits
    return turn;
  };
}
