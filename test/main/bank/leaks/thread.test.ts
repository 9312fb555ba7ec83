import path from 'node:path';
import { expect, it } from 'vitest';
import { startLeakThread } from '#main/bank/leaks/leak-thread.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { isFailure } from '#shared/failure.ts';
import { toyCharter } from '../training/toy-bank.ts';
import { toyTask } from './toy-update.ts';

const workers = createWorkers({ entryDirectory: path.resolve('main/entry') });
const task = toyTask(toyCharter({ recipe: 'few-rounds' }), { train: 1000, test: 500 });

it('tests an update in a real thread and tells how far it is', async () => {
  const phases: string[] = [];
  const thread = startLeakThread(workers, task, (phase) => void phases.push(phase));
  const outcome = await thread.outcome;
  expect(outcome.kind === 'tested' && outcome.tests.map(({ id }) => id)).toEqual([
    'analytic-inversion',
    'optimisation-inversion',
    'membership',
    'canary-audit',
    'trap-alarm',
  ]);
  expect(phases.at(-1)).toBe('Looking for a trap');
});

it('ends at once when it is told to', async () => {
  const thread = startLeakThread(workers, task, () => undefined);
  const outcome = thread.outcome.catch((error: unknown) => error);
  await thread.end();
  expect(isFailure(await outcome, 'worker-died')).toBe(true);
});
