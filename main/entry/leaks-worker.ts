/** Worker thread: runs the leak tests on one held update, or rehearses them. */
import { parentPort, workerData } from 'node:worker_threads';
import { runLeakTests } from '#main/bank/leaks/thread.ts';
import { realClock } from '#main/platform/clock.ts';
import { openChosenEngine } from '#main/platform/engine/chosen.ts';
import { systemRandom } from '#main/platform/random.ts';

const port = parentPort;
if (port === null) throw new Error('leaks-worker runs as a worker thread');
await runLeakTests(workerData, {
  random: systemRandom,
  openEngine: (choice, setup) =>
    // one thread: the bank's own work goes on beside it
    openChosenEngine(choice, setup, { clock: realClock, threads: 1, startThread: () => undefined }),
  post: (message) => {
    port.postMessage(message);
  },
});
