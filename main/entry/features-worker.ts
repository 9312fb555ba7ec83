/** Worker thread: computes the inputs of a feature preset, or opens the rows of a charter. */
import { parentPort, workerData } from 'node:worker_threads';
import { runFeatureWorker } from '#main/bank/features/worker.ts';

const port = parentPort;
if (port === null) throw new Error('features-worker runs as a worker thread');

runFeatureWorker(workerData, (message) => {
  port.postMessage(message);
});
