/** Worker thread: scores the bank's stored rows into a CSV. */
import { parentPort, workerData } from 'node:worker_threads';
import { runScoring } from '#main/bank/scoring/thread.ts';

const port = parentPort;
if (port === null) throw new Error('scoring-worker runs as a worker thread');
runScoring(workerData, (message) => {
  port.postMessage(message);
});
