/**
 * The trainer: one training thread, started when first needed, that keeps the rows of one charter and a warm engine.
 * A thread that dies takes its training with it and nothing else; the next call starts another.
 */
import { FailureError } from '#shared/failure.ts';
import type { WorkProgress } from '#shared/round/round-view.ts';
import type { Clock } from '../../platform/ports.ts';
import type { TrainingAnswer } from './questions.ts';
import type { Trainer, TrainingJob, TrainingOutcome, TrainingRequest } from './trainer.ts';
import { startTrainingThread, type ThreadSetting, type TrainingThread } from './training-thread.ts';

export interface TrainerPorts extends ThreadSetting {
  readonly clock: Clock;
}

/** A thread that does not end an order within this is ended itself. */
const STOP_GRACE_MS = 5000;

export function createTrainer(ports: TrainerPorts): Trainer {
  let thread: TrainingThread | undefined;
  let running: TrainingJob | undefined;
  let orders = 0;
  let isClosed = false;
  const live = (): TrainingThread => {
    if (isClosed) throw closed();
    if (thread?.isAlive !== true) thread = startTrainingThread(ports);
    return thread;
  };
  const run = (request: TrainingRequest, onProgress: (progress: WorkProgress) => void): TrainingJob => {
    if (isClosed) return refusedJob(closed());
    if (running !== undefined) return refusedJob(new FailureError('busy', 'Another training runs'));
    const order = orders++;
    const job = startJob({ thread: live(), order, request, onProgress, clock: ports.clock });
    running = job;
    const free = (): void => {
      running = undefined;
    };
    job.result.then(free, free);
    return job;
  };
  return {
    prepare: async (charter) => live().load(charter),
    start: run,
    evaluate: async (charter, checkpoint) => live().evaluate(charter, checkpoint),
    close: async () => {
      isClosed = true;
      await thread?.end();
    },
  };
}

function closed(): FailureError {
  return new FailureError('training-stopped', 'The trainer is closed');
}

function refusedJob(failure: FailureError): TrainingJob {
  return { result: Promise.reject(failure), stop: () => Promise.resolve() };
}

interface JobSetting {
  readonly thread: TrainingThread;
  readonly order: number;
  readonly request: TrainingRequest;
  readonly onProgress: (progress: WorkProgress) => void;
  readonly clock: Clock;
}

function startJob({ thread, order, request, onProgress, clock }: JobSetting): TrainingJob {
  const { charter, tier, checkpoint, ownGradient, withLocalEffect = false, noiseMultiplier } = request;
  const started = clock.monotonic();
  const onShare = (share: number): void => {
    onProgress(progressOf(share, (clock.monotonic() - started) / 1000));
  };
  const details = {
    ...{ order, tier, checkpoint, withLocalEffect },
    ...(ownGradient && { ownGradient }),
    ...(noiseMultiplier !== undefined && { noiseMultiplier }),
  };
  const result = thread.train(charter, details, onShare).then(outcomeOf);
  const ended = result.then(
    () => undefined,
    () => undefined,
  );
  return {
    result,
    stop: async () => {
      thread.stopOrder(order);
      const cancel = clock.after(STOP_GRACE_MS, () => void thread.end());
      await ended;
      cancel();
    },
  };
}

function outcomeOf({ payload, statistics, ownGradient, localEffect }: TrainingAnswer): TrainingOutcome {
  return { payload, statistics, ownGradient, localEffect };
}

/** Too early to tell before this share. */
const TELLING_SHARE = 0.05;

function progressOf(share: number, seconds: number): WorkProgress {
  const secondsLeft = share < TELLING_SHARE ? null : (seconds / share) * (1 - share);
  return { phase: 'training', share, secondsLeft };
}
