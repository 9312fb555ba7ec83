/** Worker threads by name. Entries stand beside the caller's bundle (NAME-worker.js), or as sources when run from them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { WorkerHandle, WorkerName, Workers } from '../ports.ts';

export interface WorkersOptions {
  /** Folder of the entries: out/main in a build, main/entry when Node runs the sources. */
  readonly entryDirectory: string;
}

export function createWorkers(options: WorkersOptions): Workers {
  return {
    start: (name, data) =>
      handleOf(name, new Worker(workerEntry(options.entryDirectory, name), { workerData: data })),
  };
}

function workerEntry(directory: string, name: WorkerName): URL {
  const built = path.join(directory, `${name}-worker.js`);
  return pathToFileURL(existsSync(built) ? built : path.join(directory, `${name}-worker.ts`));
}

function handleOf(name: WorkerName, worker: Worker): WorkerHandle {
  const ended = whenEnded(name, worker);
  return {
    post: (message, transfer = []) => {
      worker.postMessage(message, transfer);
    },
    onMessage: (listener) => {
      worker.on('message', listener);
    },
    onExit: (listener) => {
      void ended.whenOver.then(listener);
    },
    terminate: async () => {
      ended.expect();
      await worker.terminate();
    },
  };
}

/** Resolves with the reason when the thread is gone: undefined after a clean exit or an expected end. */
function whenEnded(
  name: WorkerName,
  worker: Worker,
): { whenOver: Promise<Error | undefined>; expect: () => void } {
  let isExpected = false;
  let reason: Error | undefined;
  const whenOver = new Promise<Error | undefined>((resolve) => {
    worker.once('error', (error: unknown) => {
      reason = error instanceof Error ? error : new Error(`the ${name} worker threw ${typeof error}`);
    });
    worker.once('exit', (code) => {
      const unexplained =
        code === 0 ? undefined : new Error(`the ${name} worker exited with code ${String(code)}`);
      resolve(isExpected ? undefined : (reason ?? unexplained));
    });
  });
  return { whenOver, expect: () => (isExpected = true) };
}
