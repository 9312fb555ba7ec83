/** Keeps the computed inputs in step with the data, and opens a charter's rows for training and scoring. */
import { FailureError, type Failure } from '#shared/failure.ts';
import type { FeatureState } from '#shared/features/data-view.ts';
import { FEATURE_PRESETS } from '#shared/features/presets.ts';
import { FeaturePresetName, type Charter } from '#shared/round/charter.ts';
import type { Clock, Log, WorkerHandle, Workers } from '#main/platform/ports.ts';
import type { Store } from '#main/platform/sqlite/open.ts';
import { currentDataVersion } from '#main/bank/store/data-versions.ts';
import { readHomeCountry } from '#main/bank/store/home-country.ts';
import { featurePlan } from './compute.ts';
import type { FeatureSet } from './feature-rows.ts';
import type { FeatureTerms } from './feature-set.ts';
import { featureFolder } from './folder.ts';
import { readManifest, type FeatureManifest } from './manifest.ts';
import { FeatureWorkerMessage, type FeatureWorkerTask } from './worker.ts';

export interface FeatureServiceOptions {
  readonly store: Store;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly log: Log;
  /** The state has changed; at most four times a second while computing. */
  readonly onChange: () => void;
}

export interface FeatureService {
  state(): FeatureState;
  /** Computes what is missing; a second call for the same preset joins the first. Throws `data-missing`, `busy`, `disk-full`. */
  compute(preset: FeaturePresetName): Promise<void>;
  /** Names the state of the data: another text when `open` would answer other rows. */
  version(): string;
  /** Computes what is missing first. Throws `data-missing`. */
  open(charter: Charter): Promise<FeatureSet>;
  close(): Promise<void>;
}

export function createFeatureService(options: FeatureServiceOptions): FeatureService {
  const { store, clock } = options;
  const threads = createThreads(options);
  const folderOf = (preset: FeaturePresetName): string => featureFolder(store.file, preset);
  const computations = createComputations(options, (preset, onProgress) =>
    threads.run({ kind: 'compute', storeFile: store.file, folder: folderOf(preset), preset }, onProgress),
  );

  /** Undefined while the blocks are behind the visible data. */
  const manifestOf = (preset: FeaturePresetName): FeatureManifest | undefined => {
    const manifest = readManifest(folderOf(preset));
    const current = currentDataVersion(store.database);
    const plan = featurePlan(store.database, { preset: FEATURE_PRESETS[preset], manifest, current });
    return plan.kind === 'current' ? manifest : undefined;
  };

  return {
    compute: computations.compute,
    state: () => stateOf(computations.last(), manifestOf, clock.monotonic()),
    version: () => {
      const { version } = currentDataVersion(store.database);
      return `${String(version)} ${today(clock)} ${readHomeCountry(store.database) ?? '-'}`;
    },
    open: async (charter) => {
      const preset = charter.features;
      if (manifestOf(preset) === undefined) await computations.compute(preset);
      const task = {
        kind: 'open',
        storeFile: store.file,
        folder: folderOf(preset),
        terms: { ...termsOf(charter), today: today(clock) },
      } as const;
      const opened = await threads.run(task);
      if (opened.kind !== 'opened') throw new RangeError(`the features worker answered ${opened.kind}`);
      const { train, test, leftOut } = opened;
      return { train, test, leftOut };
    },
    close: threads.close,
  };
}

type Computation =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'computing';
      readonly preset: FeaturePresetName;
      readonly startedAtMs: number;
      readonly rows: number;
      readonly share: number;
    }
  | { readonly kind: 'failed'; readonly failure: Failure };

interface Computations {
  readonly compute: (preset: FeaturePresetName) => Promise<void>;
  /** What runs, or how the last one failed. */
  readonly last: () => Computation;
}

type RunCompute = (preset: FeaturePresetName, onProgress: OnProgress) => Promise<Ended>;

const CHANGE_INTERVAL_MS = 250;

function createComputations(
  { clock, log, onChange }: FeatureServiceOptions,
  runCompute: RunCompute,
): Computations {
  let last: Computation = { kind: 'none' };
  let running: { readonly preset: FeaturePresetName; readonly result: Promise<void> } | undefined;

  async function run(preset: FeaturePresetName): Promise<void> {
    const startedAtMs = clock.monotonic();
    let lastChangeMs = -Infinity;
    const note = (rows: number, share: number): void => {
      last = { kind: 'computing', preset, startedAtMs, rows, share };
      if (clock.monotonic() - lastChangeMs < CHANGE_INTERVAL_MS) return;
      lastChangeMs = clock.monotonic();
      onChange();
    };
    note(0, 0);
    try {
      const done = await runCompute(preset, note);
      last = { kind: 'none' };
      if (done.kind === 'computed')
        log.info('features.computed', { preset, plan: done.plan, reason: done.reason, rows: done.rows });
    } catch (error) {
      last =
        error instanceof FailureError ? { kind: 'failed', failure: error.toFailure() } : { kind: 'none' };
      throw error;
    } finally {
      running = undefined;
      onChange();
    }
  }

  return {
    compute: (preset) => {
      if (running?.preset === preset) return running.result;
      if (running !== undefined) {
        return Promise.reject(new FailureError('busy', `The inputs of ${running.preset} are being computed`));
      }
      const result = Promise.resolve().then(() => run(preset));
      running = { preset, result };
      return result;
    },
    last: () => last,
  };
}

/** In UTC, and no finer: a row is old enough from one day to the next. */
function today({ now }: Pick<Clock, 'now'>): string {
  return new Date(now()).toISOString().slice(0, 10);
}

function termsOf({ features, split, labelDelayDays, evaluation }: Charter): Omit<FeatureTerms, 'today'> {
  return {
    features,
    split,
    labelDelayDays,
    evaluation: { leaveOutKnownCards: evaluation.leaveOutKnownCards },
  };
}

function stateOf(
  last: Computation,
  manifestOf: (preset: FeaturePresetName) => FeatureManifest | undefined,
  nowMs: number,
): FeatureState {
  switch (last.kind) {
    case 'computing': {
      const { preset, rows, share, startedAtMs } = last;
      return {
        kind: 'computing',
        preset,
        share,
        rowsPerSecond: (rows * 1000) / Math.max(1, nowMs - startedAtMs),
      };
    }
    case 'failed':
      return last;
    case 'none': {
      const ready = FeaturePresetName.options.map(manifestOf).find((manifest) => manifest !== undefined);
      return ready === undefined
        ? { kind: 'none' }
        : { kind: 'ready', preset: ready.preset, rows: ready.rows };
    }
  }
}

type Ended = Extract<FeatureWorkerMessage, { kind: 'computed' | 'opened' }>;

type OnProgress = (rows: number, share: number) => void;

interface Threads {
  /** One task in a thread of its own. Rejects with the worker's failure, or `worker-died`. */
  readonly run: (
    task: FeatureWorkerTask,
    onProgress?: (rows: number, share: number) => void,
  ) => Promise<Ended>;
  readonly close: () => Promise<void>;
}

function createThreads({ workers }: FeatureServiceOptions): Threads {
  const running = new Set<WorkerHandle>();
  return {
    run: (task, onProgress) =>
      new Promise((resolve, reject) => {
        const handle = workers.start('features', task);
        running.add(handle);
        handle.onMessage((data) => {
          const message = FeatureWorkerMessage.parse(data);
          if (message.kind === 'progress') onProgress?.(message.rows, message.share);
          else if (message.kind === 'failed') reject(FailureError.from(message.failure));
          else resolve(message);
        });
        handle.onExit((error) => {
          running.delete(handle);
          // After an answer this changes nothing.
          reject(
            new FailureError(
              'worker-died',
              `The features worker ended: ${error?.message ?? 'no reason given'}`,
            ),
          );
        });
      }),
    close: async () => {
      await Promise.all([...running].map((handle) => handle.terminate()));
    },
  };
}
