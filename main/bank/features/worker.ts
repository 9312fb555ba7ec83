/** The features worker's side of its conversation: one task from start to end, told apart from the thread it runs in. */
import { z } from 'zod';
import { Failure, FailureError } from '#shared/failure.ts';
import { Charter, FeaturePresetName, UtcDay } from '#shared/round/charter.ts';
import { asStoreFailure } from '#main/platform/sqlite/failures.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { computeFeatures } from './compute.ts';
import { FeatureRows } from './feature-rows.ts';
import { openFeatureSet } from './feature-set.ts';

const FeatureTermsMessage = z.strictObject({
  features: FeaturePresetName,
  split: Charter.shape.split,
  labelDelayDays: Charter.shape.labelDelayDays,
  evaluation: z.strictObject({ leaveOutKnownCards: z.boolean() }),
  today: UtcDay,
});

/** `folder`: where the blocks of the preset are. */
export const FeatureWorkerTask = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('compute'),
    storeFile: z.string(),
    folder: z.string(),
    preset: FeaturePresetName,
  }),
  z.strictObject({
    kind: z.literal('open'),
    storeFile: z.string(),
    folder: z.string(),
    terms: FeatureTermsMessage,
  }),
]);
export type FeatureWorkerTask = z.infer<typeof FeatureWorkerTask>;

export const FeatureWorkerMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('progress'), rows: z.int(), share: z.number() }),
  z.strictObject({ kind: z.literal('computed'), plan: z.string(), reason: z.string(), rows: z.int() }),
  z.strictObject({
    kind: z.literal('opened'),
    train: FeatureRows,
    test: FeatureRows,
    leftOut: FeatureRows.optional(),
  }),
  z.strictObject({ kind: z.literal('failed'), failure: Failure }),
]);
export type FeatureWorkerMessage = z.infer<typeof FeatureWorkerMessage>;

/** Runs the task and posts how it ended. Throws only for a bug, which ends the thread. */
export function runFeatureWorker(data: unknown, post: (message: FeatureWorkerMessage) => void): void {
  const task = FeatureWorkerTask.parse(data);
  try {
    const store = connectStore(task.storeFile);
    try {
      post(outcomeOf(task, store.database, post));
    } finally {
      store.close();
    }
  } catch (error) {
    const failure = asStoreFailure(error);
    if (!(failure instanceof FailureError)) throw error;
    post({ kind: 'failed', failure: failure.toFailure() });
  }
}

function outcomeOf(
  task: FeatureWorkerTask,
  database: ReturnType<typeof connectStore>['database'],
  post: (message: FeatureWorkerMessage) => void,
): FeatureWorkerMessage {
  if (task.kind === 'open') return { kind: 'opened', ...openFeatureSet(database, task.folder, task.terms) };
  const onProgress = (rows: number, share: number): void => {
    post({ kind: 'progress', rows, share });
  };
  return {
    kind: 'computed',
    ...computeFeatures(database, { preset: task.preset, folder: task.folder, onProgress }),
  };
}
