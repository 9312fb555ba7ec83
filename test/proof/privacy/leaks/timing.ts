/** The whole suite as the app runs it, in its thread, on a private update of a full-size network. */
import path from 'node:path';
import { startLeakThread } from '#main/bank/leaks/leak-thread.ts';
import { realClock } from '#main/platform/clock.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import type { LeakTest } from '#shared/privacy/leak-view.ts';
import { toyCharter } from '../../../main/bank/training/toy-bank.ts';
import { toyTask } from '../../../main/bank/leaks/toy-update.ts';

export interface SuiteRun {
  readonly parameters: number;
  readonly trainRows: number;
  readonly heldOutRows: number;
  readonly seconds: number;
  /** Processor time: what the seconds are on a machine that does nothing else. */
  readonly processorSeconds: number;
  readonly verdicts: Readonly<Record<string, LeakTest['verdict']>>;
}

const ROWS = { train: 40_000, test: 12_000 };

export async function suiteRun(): Promise<SuiteRun> {
  const charter = toyCharter({ recipe: 'few-rounds', noiseMultiplier: 1.1 });
  const layers = [21, 88, 32, 1];
  const task = toyTask({ ...charter, model: { ...charter.model, layers } }, ROWS);
  const workers = createWorkers({ entryDirectory: path.resolve('main/entry') });
  const started = realClock.monotonic();
  const usedBefore = process.cpuUsage();
  const outcome = await startLeakThread(workers, { ...task, engine: 'automatic' }, () => undefined).outcome;
  const seconds = (realClock.monotonic() - started) / 1000;
  const used = process.cpuUsage(usedBefore);
  const tests = outcome.kind === 'tested' ? outcome.tests : [];
  return {
    ...{ parameters: parameterCount(layers), trainRows: ROWS.train, heldOutRows: ROWS.test, seconds },
    processorSeconds: (used.user + used.system) / 1e6,
    verdicts: Object.fromEntries(tests.map(({ id, verdict }) => [id, verdict])),
  };
}
