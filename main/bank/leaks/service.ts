/**
 * Leak tests beside the review: by themselves once an update waits for a person, again on demand, never beside a training.
 * Nothing of what they find leaves the bank, and a release never waits for them.
 */
import { errorFields } from '#main/platform/log.ts';
import type { Clock, Log, Workers } from '#main/platform/ports.ts';
import type { BankTopic, EngineReport } from '#shared/contract/bank.ts';
import { FailureError, isFailure } from '#shared/failure.ts';
import { type UpdateId, UtcTime } from '#shared/ids.ts';
import type { LeakState, Rehearsal } from '#shared/privacy/leak-view.ts';
import type { WorkProgress } from '#shared/round/round-view.ts';
import type { RoundContext } from '../review/round-context.ts';
import type { HeldUpdate } from '../review/store.ts';
import type { FeatureAccess } from '../training/training-thread.ts';
import { type LeakThread, type LeakOutcome, startLeakThread } from './leak-thread.ts';
import type { LeakStore } from './store.ts';
import type { LeakTask } from './task.ts';
import type { LeakWatch } from './watch.ts';

export interface LeakPorts {
  readonly store: LeakStore;
  readonly held: (updateId: UpdateId) => HeldUpdate | undefined;
  /** The open round of an update; undefined once it is over. */
  readonly roundOf: (update: HeldUpdate) => RoundContext | undefined;
  readonly isTraining: () => boolean;
  readonly features: Pick<FeatureAccess, 'open'>;
  readonly engine: () => EngineReport['name'] | 'automatic';
  readonly workers: Workers;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: (...topics: readonly BankTopic[]) => void;
}

export interface LeakTests extends LeakWatch {
  /** @throws FailureError `not-found`. */
  state(updateId: UpdateId): LeakState;
  /** A running test of the same update goes on. @throws FailureError `not-found`, `round-closed`, `busy`. */
  run(updateId: UpdateId): void;
  stop(updateId: UpdateId): void;
  /** @throws FailureError as `run`, and `worker-died` when it is stopped. */
  rehearse(updateId: UpdateId, batch: number): Promise<Rehearsal>;
  close(): Promise<void>;
}

/** The screen that shows the held update comes first. */
const PAUSE_MS = 1000;

interface Job {
  readonly updateId: UpdateId;
  readonly kind: LeakTask['kind'];
  /** Undefined until the rows are open. */
  thread: LeakThread | undefined;
  isStopped: boolean;
  progress: WorkProgress;
}

type Ended = Extract<LeakState, { kind: 'stopped' | 'failed' }>;

/** What the service remembers between calls. Mutable, its own. */
interface Memory {
  job: Job | undefined;
  readonly ended: Map<UpdateId, Ended>;
  cancelPause: () => void;
}

export function createLeakTests(ports: LeakPorts): LeakTests {
  const memory: Memory = { job: undefined, ended: new Map(), cancelPause: () => undefined };
  const report: LeakWatch['report'] = ({ updateId, header }) =>
    ports.store.report(updateId, header.payloadHash);
  const run = (updateId: UpdateId): void => {
    if (memory.job?.kind === 'held' && memory.job.updateId === updateId) return;
    const held = requireHeld(ports, updateId);
    void testHeld(ports, memory, { held, job: startJob(ports, memory, { held, kind: 'held' }) });
  };
  const end = async (): Promise<void> => {
    memory.cancelPause();
    const { job } = memory;
    if (job === undefined) return;
    job.isStopped = true;
    await job.thread?.end();
  };
  return {
    report,
    state: (updateId) => {
      const held = requireHeld(ports, updateId);
      const { job, ended } = memory;
      if (job?.kind === 'held' && job.updateId === updateId)
        return { kind: 'running', progress: job.progress };
      const last = ended.get(updateId);
      const found = last?.kind === 'failed' ? undefined : report(held);
      return found === undefined ? (last ?? { kind: 'none' }) : { kind: 'done', report: found };
    },
    run,
    stop: (updateId) => {
      if (memory.job?.updateId === updateId) void end();
    },
    rehearse: (updateId, batch) => {
      const held = requireHeld(ports, updateId);
      const job = startJob(ports, memory, { held, kind: 'rehearsal' });
      return rehearse(ports, memory, { held, job, batch });
    },
    updateHeld: (updateId) => {
      memory.cancelPause();
      memory.cancelPause = ports.clock.after(PAUSE_MS, () => {
        runUnasked(ports, memory, () => {
          run(updateId);
        });
      });
    },
    trainingStarts: () => void end(),
    close: end,
  };
}

/** By itself: whatever stands in the way, a person can run the tests later. */
function runUnasked(ports: LeakPorts, memory: Memory, run: () => void): void {
  if (memory.job !== undefined || ports.isTraining()) return;
  try {
    run();
  } catch (error) {
    if (!isFailure(error)) throw error;
    ports.log.warn('leaks.not-started', { code: error.code });
  }
}

function requireHeld(ports: LeakPorts, updateId: UpdateId): HeldUpdate {
  const held = ports.held(updateId);
  if (held === undefined) throw new FailureError('not-found', `No held update has the id ${updateId}`);
  return held;
}

function requireRound(ports: LeakPorts, held: HeldUpdate): RoundContext {
  const round = ports.roundOf(held);
  if (round === undefined)
    throw new FailureError('round-closed', 'The model that this update started from is open no more');
  return round;
}

interface Start {
  readonly held: HeldUpdate;
  readonly kind: LeakTask['kind'];
}

function startJob(ports: LeakPorts, memory: Memory, { held, kind }: Start): Job {
  requireRound(ports, held);
  if (memory.job !== undefined) throw new FailureError('busy', 'Other leak tests run');
  if (ports.isTraining()) throw new FailureError('busy', 'A training runs; leak tests wait for its end');
  memory.cancelPause();
  memory.ended.delete(held.updateId);
  const progress = { phase: 'Opening the rows', share: 0, secondsLeft: null };
  const job: Job = { updateId: held.updateId, kind, thread: undefined, isStopped: false, progress };
  memory.job = job;
  ports.changed('review');
  return job;
}

interface Working {
  readonly held: HeldUpdate;
  readonly job: Job;
}

async function testHeld(ports: LeakPorts, memory: Memory, { held, job }: Working): Promise<void> {
  const { updateId, header } = held;
  const started = ports.clock.monotonic();
  try {
    const round = requireRound(ports, held);
    const outcome = await runTask(ports, job, await heldTask(ports, held, round));
    if (outcome.kind !== 'tested') throw new RangeError('leak tests were asked for, a rehearsal came');
    ports.store.save({
      ...{ updateId, payloadHash: header.payloadHash, tests: [...outcome.tests] },
      computedAt: UtcTime.parse(new Date(ports.clock.now()).toISOString()),
      seconds: (ports.clock.monotonic() - started) / 1000,
    });
  } catch (error) {
    memory.ended.set(updateId, job.isStopped ? { kind: 'stopped' } : failed(ports, error));
  } finally {
    memory.job = undefined;
    ports.changed('review');
  }
}

function failed({ log }: LeakPorts, error: unknown): Ended {
  if (!isFailure(error)) {
    log.error('leaks.fault', errorFields(error));
    const failure = new FailureError('internal', 'The leak tests met a fault');
    return { kind: 'failed', failure: failure.toFailure() };
  }
  log.warn('leaks.failed', { code: error.code });
  return { kind: 'failed', failure: error.toFailure() };
}

interface Rehearsing extends Working {
  readonly batch: number;
}

async function rehearse(
  ports: LeakPorts,
  memory: Memory,
  { held, job, batch }: Rehearsing,
): Promise<Rehearsal> {
  const started = ports.clock.monotonic();
  try {
    const round = requireRound(ports, held);
    const task = { ...(await commonTask(ports, round)), kind: 'rehearsal', batch } as const;
    const outcome = await runTask(ports, job, task);
    if (outcome.kind !== 'rehearsed') throw new RangeError('a rehearsal was asked for, leak tests came');
    const seconds = (ports.clock.monotonic() - started) / 1000;
    return { updateId: held.updateId, batch, seconds, ...outcome.rehearsed };
  } finally {
    memory.job = undefined;
    ports.changed('review');
  }
}

async function runTask(ports: LeakPorts, job: Job, task: LeakTask): Promise<LeakOutcome> {
  if (job.isStopped) throw new FailureError('worker-died', 'The leak tests were stopped');
  const started = ports.clock.monotonic();
  const thread = startLeakThread(ports.workers, task, (phase, share) => {
    const seconds = (ports.clock.monotonic() - started) / 1000;
    job.progress = { phase, share, secondsLeft: share > 0 ? (seconds / share) * (1 - share) : null };
    ports.changed('review');
  });
  job.thread = thread;
  return thread.outcome;
}

async function commonTask({ features, engine }: LeakPorts, { charter, checkpoint }: RoundContext) {
  const { train, test } = await features.open(charter);
  return { charter, checkpoint, train, test, engine: engine() };
}

async function heldTask(ports: LeakPorts, held: HeldUpdate, round: RoundContext): Promise<LeakTask> {
  return {
    ...(await commonTask(ports, round)),
    kind: 'held',
    payload: held.payload,
    tier: round.tier,
    epsilon: held.charge?.epsilonAfter ?? null,
  };
}
