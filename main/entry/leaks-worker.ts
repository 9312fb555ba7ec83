/** Worker thread: runs the leak tests on one held update, or rehearses them. */
import { parentPort, workerData } from 'node:worker_threads';
import { runLeakTests } from '#main/bank/leaks/thread.ts';
import { realClock } from '#main/platform/clock.ts';
import { openChosenEngine } from '#main/platform/engine/chosen.ts';
import { openEngine } from '#main/platform/engine/engines.ts';
import { systemRandom } from '#main/platform/random.ts';

const port = parentPort;
if (port === null) throw new Error('leaks-worker runs as a worker thread');
// one thread: the bank's own work goes on beside it
const engines = { clock: realClock, threads: 1, startThread: () => undefined };
await runLeakTests(workerData, {
  random: systemRandom,
  openChosen: (choice, setup) => openChosenEngine(choice, setup, engines),
  openEngine: (name, setup) => openEngine(name, setup, engines),
  post: (message) => {
    port.postMessage(message);
  },
});
