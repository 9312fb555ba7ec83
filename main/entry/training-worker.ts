/** Worker thread: trains and evaluates on the bank's rows, with kernel threads of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { TrainingThreadData } from '#main/bank/training/questions.ts';
import { createTrainingSession } from '#main/bank/training/session.ts';
import { serveTraining } from '#main/bank/training/thread.ts';
import { realClock } from '#main/platform/clock.ts';
import { openChosenEngine } from '#main/platform/engine/chosen.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';

if (parentPort === null) throw new Error('the training worker runs as a worker thread only');
const { stop, threads } = TrainingThreadData.parse(workerData);
const workers = createWorkers({ entryDirectory: import.meta.dirname });
const session = createTrainingSession({
  random: systemRandom,
  clock: realClock,
  openEngine: (choice, setup) =>
    openChosenEngine(choice, setup, {
      clock: realClock,
      threads,
      startThread: (data) => void workers.start('kernel', data),
    }),
});
serveTraining({ port: parentPort, session, clock: realClock, stop: new Int32Array(stop) });
