/** The import worker's side of its conversation: one task from start to end, told apart from the thread it runs in. */
import { z } from 'zod';
import { Failure, FailureError } from '#shared/failure.ts';
import { ColumnMapping } from '#shared/features/data-view.ts';
import { asStoreFailure } from '#main/platform/sqlite/failures.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { purgeImport, type ImportEnd } from '#main/bank/store/imports.ts';
import { runImport } from './run-import.ts';

const ImportEndMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cancelled') }),
  z.strictObject({ kind: z.literal('failed'), failure: Failure }),
]);

export const ImportWorkerTask = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('import'),
    storeFile: z.string(),
    importNo: z.int(),
    path: z.string(),
    mapping: ColumnMapping,
  }),
  /** Clears away what a stopped import left. */
  z.strictObject({
    kind: z.literal('purge'),
    storeFile: z.string(),
    importNo: z.int(),
    end: ImportEndMessage,
  }),
]);
export type ImportWorkerTask = z.infer<typeof ImportWorkerTask>;

export const ImportWorkerCommand = z.strictObject({ kind: z.literal('cancel') });

const Counts = z.strictObject({
  rows: z.int(),
  added: z.int(),
  skipped: z.int(),
  verdicts: z.int(),
  rejected: z.int(),
});

export const ImportWorkerMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('progress'), counts: Counts, share: z.number() }),
  z.strictObject({ kind: z.literal('done') }),
  /** Nothing of the import is left. */
  z.strictObject({ kind: z.literal('purged'), end: ImportEndMessage }),
  /** The purge itself failed (a full disk); it is tried again later, and until then nothing is visible either. */
  z.strictObject({ kind: z.literal('purge-failed'), end: ImportEndMessage, failure: Failure }),
]);
export type ImportWorkerMessage = z.infer<typeof ImportWorkerMessage>;

export interface WorkerPort {
  post(message: ImportWorkerMessage): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** Runs the task and posts how it ended. Rejects only for a bug, which ends the thread. */
export async function runImportWorker(data: unknown, port: WorkerPort): Promise<void> {
  const task = ImportWorkerTask.parse(data);
  const store = connectStore(task.storeFile);
  try {
    if (task.kind === 'purge') {
      purge(task.end);
      return;
    }
    const end = await importUntilEnd(task);
    if (end === undefined) port.post({ kind: 'done' });
    else purge(end);
  } finally {
    store.close();
  }

  async function importUntilEnd(
    from: Extract<ImportWorkerTask, { kind: 'import' }>,
  ): Promise<ImportEnd | undefined> {
    let isCancelled = false;
    port.onMessage((message) => {
      ImportWorkerCommand.parse(message);
      isCancelled = true;
    });
    try {
      const outcome = await runImport(store.database, from, {
        isCancelled: () => isCancelled,
        onProgress: (counts, share) => {
          port.post({ kind: 'progress', counts, share });
        },
      });
      return outcome.kind === 'done' ? undefined : outcome;
    } catch (error) {
      return { kind: 'failed', failure: failureOf(error).toFailure() };
    }
  }

  function purge(end: ImportEnd): void {
    try {
      purgeImport(store.database, task.importNo, end);
      port.post({ kind: 'purged', end });
    } catch (error) {
      port.post({ kind: 'purge-failed', end, failure: failureOf(error).toFailure() });
    }
  }
}

/** A named failure; anything else is a bug and goes on its way. */
function failureOf(error: unknown): FailureError {
  const failure = asStoreFailure(error);
  if (failure instanceof FailureError) return failure;
  throw error;
}
