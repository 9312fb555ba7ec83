/** Worker thread: one import into the bank's store, or the clearing away of a stopped one. */
import { parentPort, workerData } from 'node:worker_threads';
import { runImportWorker } from '#main/bank/data/import/worker.ts';

const port = parentPort;
if (port === null) throw new Error('import-worker runs as a worker thread');

await runImportWorker(workerData, {
  post: (message) => {
    port.postMessage(message);
  },
  onMessage: (listener) => {
    port.on('message', listener);
    // A listener alone would keep the thread alive after its task.
    port.unref();
  },
});
