import path from 'node:path';
import { expect, it } from 'vitest';
import type { WorkerHandle } from '../../../main/platform/ports.ts';
import { createWorkers } from '../../../main/platform/workers/workers.ts';

const workers = createWorkers({ entryDirectory: path.join(import.meta.dirname, 'fixtures') });
const exitOf = (worker: WorkerHandle): Promise<Error | undefined> =>
  new Promise((resolve) => {
    worker.onExit(resolve);
  });

it('carries messages, and hands over what is transferred', async () => {
  const worker = workers.start('training', 'echo');
  const reply = new Promise((resolve) => {
    worker.onMessage(resolve);
  });
  const rows = new Float32Array([1, 2, 3]);
  worker.post(rows, [rows.buffer]);
  expect(rows.length).toBe(0);
  expect(await reply).toEqual({ echo: new Float32Array([1, 2, 3]) });
  await worker.terminate();
});

it('tells the error that ended a worker', async () => {
  const error = await exitOf(workers.start('training', 'throw'));
  expect(error?.message).toContain('out of rows');
});

it('tells an exit code that nothing explains', async () => {
  expect((await exitOf(workers.start('training', 'exit')))?.message).toContain('code 3');
});

it('ends a worker that hangs, and calls that no error', async () => {
  const worker = workers.start('training', 'hang');
  const ended = exitOf(worker);
  await worker.terminate();
  expect(await ended).toBeUndefined();
});

it('tells the end also to a listener that comes late', async () => {
  const worker = workers.start('training', 'exit');
  await exitOf(worker);
  expect((await exitOf(worker))?.message).toContain('code 3');
});
