/** Runs the import worker and keeps what is known of its job: one at a time, an import or the purge of a stopped one. */
import { FailureError, type Failure } from '#shared/failure.ts';
import type { Clock, Log, WorkerHandle, Workers } from '#main/platform/ports.ts';
import type { Store } from '#main/platform/sqlite/open.ts';
import { noteDuration, runningImport, type ImportEnd, type ImportRecord } from '#main/bank/store/imports.ts';
import { ImportWorkerMessage, type ImportWorkerTask } from './import/worker.ts';
import type { ImportTask } from './import/run-import.ts';
import type { LiveImport } from './views.ts';

export interface ImportJobsOptions {
  readonly store: Store;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: () => void;
}

export interface ImportJobs {
  import(task: ImportTask): void;
  purge(importNo: number, end: ImportEnd): void;
  cancel(importNo: number): void;
  live(importNo: number): LiveImport | undefined;
  /** The record, or how it is about to end: shown before the clearing away is done. */
  endingOf(record: ImportRecord): ImportRecord;
  whenEnded(importNo: number): Promise<void>;
  /** Resolves when no purge stands before a new import; one that failed is tried again first. */
  whenCleared(): Promise<void>;
  close(): Promise<void>;
}

/** One worker's job. Mutable, and local to this file. */
interface Job {
  readonly importNo: number;
  readonly kind: 'import' | 'purge';
  readonly handle: WorkerHandle;
  readonly startedAtMs: number;
  readonly whenOver: Promise<void>;
  live: Omit<LiveImport, 'elapsedMs'>;
  end: ImportEnd | undefined;
  /** Its worker said how it ended. */
  isSettled: boolean;
}

export function createImportJobs(options: ImportJobsOptions): ImportJobs {
  const { store, clock } = options;
  const runner = createRunner(options);
  const jobOf = (importNo: number): Job | undefined => {
    const job = runner.job();
    return job?.importNo === importNo ? job : undefined;
  };
  const whenEnded = async (importNo: number): Promise<void> => {
    for (let job = jobOf(importNo); job !== undefined; job = jobOf(importNo)) await job.whenOver;
  };
  return {
    import: (task) => {
      runner.start({ kind: 'import', storeFile: store.file, ...task });
    },
    purge: runner.purge,
    cancel: (importNo) => {
      const job = jobOf(importNo);
      if (job === undefined || job.kind === 'purge') return;
      job.end = { kind: 'cancelled' };
      job.handle.post({ kind: 'cancel' });
    },
    live: (importNo) => {
      const job = jobOf(importNo);
      return job === undefined ? undefined : { ...job.live, elapsedMs: clock.monotonic() - job.startedAtMs };
    },
    endingOf: (record) => endingOf(record, jobOf(record.importNo)),
    whenEnded,
    whenCleared: async () => {
      for (let job = runner.job(); job?.end !== undefined; job = runner.job()) await job.whenOver;
      const leftOver = runningImport(store.database);
      if (runner.job() !== undefined || leftOver === undefined) return;
      runner.purge(leftOver.importNo, { kind: 'failed', failure: stopped() });
      await whenEnded(leftOver.importNo);
    },
    close: runner.close,
  };
}

interface Runner {
  /** The job whose worker runs. */
  readonly job: () => Job | undefined;
  readonly start: (task: ImportWorkerTask) => void;
  readonly purge: (importNo: number, end: ImportEnd) => void;
  readonly close: () => Promise<void>;
}

const CHANGE_INTERVAL_MS = 250;

function createRunner({ store, workers, clock, log, onChange }: ImportJobsOptions): Runner {
  let job: Job | undefined;
  let isClosed = false;
  let lastChangeMs = -Infinity;

  function start(task: ImportWorkerTask): void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const started = newJob(task, {
      handle: workers.start('import', task),
      startedAtMs: clock.monotonic(),
      whenOver: promise,
    });
    job = started;
    started.handle.onMessage((message) => {
      receive(started, ImportWorkerMessage.parse(message));
    });
    started.handle.onExit((error) => {
      // The next import may have begun since this one said that it is done.
      if (job === started) job = undefined;
      if (!started.isSettled && !isClosed) clearAfter(started, error);
      resolve(undefined);
      onChange();
    });
  }

  function receive(from: Job, message: ImportWorkerMessage): void {
    if (message.kind === 'progress') {
      from.live = { counts: message.counts, share: message.share };
      if (clock.monotonic() - lastChangeMs < CHANGE_INTERVAL_MS) return;
      lastChangeMs = clock.monotonic();
      onChange();
      return;
    }
    from.isSettled = true;
    if (message.kind === 'done') {
      noteDuration(store.database, from.importNo, clock.monotonic() - from.startedAtMs);
      log.info('import.done', { ...from.live.counts });
    } else {
      from.end = message.end;
      const code = message.kind === 'purge-failed' ? message.failure.code : 'none';
      log.info(`import.${message.kind}`, { importNo: from.importNo, end: message.end.kind, failure: code });
    }
  }

  /** The thread ended without saying how: what it wrote is cleared away by another. */
  function clearAfter(dead: Job, error: Error | undefined): void {
    log.error('import.worker-died', {
      importNo: dead.importNo,
      message: error?.message ?? 'no reason given',
    });
    if (dead.kind === 'import') purge(dead.importNo, dead.end ?? { kind: 'failed', failure: stopped() });
  }

  function purge(importNo: number, end: ImportEnd): void {
    start({ kind: 'purge', storeFile: store.file, importNo, end });
  }

  return {
    job: () => job,
    start,
    purge,
    close: async () => {
      isClosed = true;
      await job?.handle.terminate();
    },
  };
}

const NO_COUNTS = { rows: 0, added: 0, skipped: 0, verdicts: 0, rejected: 0 };

function newJob(task: ImportWorkerTask, thread: Pick<Job, 'handle' | 'startedAtMs' | 'whenOver'>): Job {
  const end = task.kind === 'purge' ? task.end : undefined;
  const live = { counts: NO_COUNTS, share: 0 };
  return { importNo: task.importNo, kind: task.kind, ...thread, live, end, isSettled: false };
}

function endingOf(record: ImportRecord, job: Job | undefined): ImportRecord {
  if (record.state !== 'running') return record;
  const end = job === undefined ? { kind: 'failed' as const, failure: stopped() } : job.end;
  if (end === undefined) return record;
  return { ...record, state: end.kind, failure: end.kind === 'failed' ? end.failure : null };
}

function stopped(): Failure {
  return new FailureError('worker-died', 'The import was stopped; nothing of it was kept').toFailure();
}
