/** Worker thread: tries every learning engine once, for Settings. About a second, then it ends. */
import { parentPort } from 'node:worker_threads';
import { realClock } from '#main/platform/clock.ts';
import { surveyEngines } from '#main/platform/engine/engines.ts';
import { REFERENCE_NETWORK } from '#main/bank/settings/engines.ts';

const port = parentPort;
if (port === null) throw new Error('engines-worker runs as a worker thread');
const task = { network: REFERENCE_NETWORK, unit: 'row' } as const;
const reports = await surveyEngines(task, {
  clock: realClock,
  threads: 1,
  startThread: () => undefined,
});
port.postMessage(reports);
port.close();
