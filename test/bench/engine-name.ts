/** The engine that "automatic" takes on this machine for the preset's network. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Network } from '#main/learning/model/layers.ts';
import { realClock } from '#main/platform/clock.ts';
import { openChosenEngine } from '#main/platform/engine/chosen.ts';
import { testRows } from '#main/platform/engine/self-test.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';

const workers = createWorkers({ entryDirectory: path.join(import.meta.dirname, '../../main/entry') });

export async function engineName(): Promise<string> {
  const network: Network = { layers: [21, 64, 32, 1], activation: 'tanh' };
  const { name, engine } = await openChosenEngine(
    'automatic',
    { network, data: testRows(network), unit: 'row' },
    {
      clock: realClock,
      threads: availableParallelism(),
      startThread: (data) => void workers.start('kernel', data),
    },
  );
  engine.close();
  return name;
}
