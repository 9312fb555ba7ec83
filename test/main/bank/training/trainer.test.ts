import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createTrainer, type TrainerPorts } from '#main/bank/training/create-trainer.ts';
import { measureQuality } from '#main/bank/training/quality.ts';
import type { Trainer, TrainingRequest } from '#main/bank/training/trainer.ts';
import { initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import type { WorkerHandle, Workers } from '#main/platform/ports.ts';
import type { EngineChoice } from '#main/platform/engine/engines.ts';
import { realClock } from '#main/platform/clock.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { RoundId, RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { WorkProgress } from '#shared/round/round-view.ts';
import { updateBytes, updateLayout } from '#shared/round/update-layout.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { ACCOUNTS, toyCharter, toySplit } from './toy-bank.ts';

const entryDirectory = path.join(import.meta.dirname, '../../../../main/entry');
const charter = toyCharter({ recipe: 'few-rounds', rounds: 1 });
/** 500 steps of 1,500 rows: long enough to be stopped in the middle. */
const ROWS = 30_000;

const Question = z.object({ kind: z.string() });
const opened: Trainer[] = [];
afterAll(async () => {
  await Promise.all(opened.map((trainer) => trainer.close()));
});

/** Real threads; `threads[n]` is the n-th that was started. */
function setUp(
  options: { readonly rows?: number; readonly version?: () => string; readonly engine?: EngineChoice } = {},
) {
  const { rows = ROWS, version = () => '1', engine = 'kernel' } = options;
  const real = createWorkers({ entryDirectory });
  const threads: WorkerHandle[] = [];
  let loads = 0;
  const workers: Workers = {
    start: (name, data) => {
      const handle = real.start(name, data);
      threads.push(handle);
      const post: WorkerHandle['post'] = (message, transfer) => {
        if (Question.safeParse(message).data?.kind === 'load') loads++;
        handle.post(message, transfer);
      };
      return { ...handle, post };
    },
  };
  const log = recordingLog();
  const ports: TrainerPorts = {
    workers,
    clock: realClock,
    log,
    threads: 2,
    engine: () => engine,
    features: {
      version,
      open: () => Promise.resolve(toySplit({ train: rows, test: 500 })),
    },
  };
  const trainer = createTrainer(ports);
  opened.push(trainer);
  return { trainer, threads, log, loads: () => loads };
}

function request(of: Charter = charter): TrainingRequest {
  return {
    runId: RunId.parse(`run_${'0'.repeat(26)}`),
    roundId: RoundId.parse(`rnd_${'0'.repeat(26)}`),
    index: 0,
    charter: of,
    tier: 24_576,
    checkpoint: initialCheckpoint(of),
    ownGradient: undefined,
  };
}

function bytesOf(of: Charter): number {
  return updateBytes(updateLayout(of, initialCheckpoint(of).weights.length, 0));
}

/** One thread for the tests that leave it as it was: starting one takes most of a second. */
let shared: ReturnType<typeof setUp>;
beforeAll(() => {
  shared = setUp();
});

test('prepares, trains and answers the bytes with their figures', async () => {
  const { trainer } = shared;
  const shares: WorkProgress[] = [];
  expect(await trainer.prepare(charter)).toMatchObject({ units: ROWS, tier: 24_576, rows: ROWS });
  const outcome = await trainer.start(request(), (progress) => shares.push(progress)).result;
  expect(outcome.payload.length).toBe(bytesOf(charter));
  expect(outcome.statistics.engine).toBe('kernel');
  expect(outcome.statistics.sampledUnits).toBeGreaterThan(0.9 * 500 * 0.05 * ROWS);
  expect(outcome.statistics.sampledUnits).toBeLessThan(1.1 * 500 * 0.05 * ROWS);
  expect(outcome.ownGradient?.length).toBe(initialCheckpoint(charter).weights.length);
  expect(shares.length).toBeGreaterThan(0);
  expect(shares.every(({ share }) => share > 0 && share <= 1)).toBe(true);
});

test('stops in the middle, by name, and the next training runs on the same thread', async () => {
  const { trainer, threads } = shared;
  await trainer.prepare(charter);
  const progress = Promise.withResolvers<undefined>();
  const job = trainer.start(request(), () => {
    progress.resolve(undefined);
  });
  const failed = expect(job.result).rejects.toMatchObject({ code: 'training-stopped' });
  await progress.promise;
  await job.stop();
  await failed;
  const next = await trainer.start(request(), () => undefined).result;
  expect(next.payload.length).toBe(bytesOf(charter));
  expect(threads.length).toBe(1);
});

test('a thread that dies fails its training by name; the next starts another', async () => {
  const { trainer, threads, log } = setUp();
  await trainer.prepare(charter);
  const job = trainer.start(request(), () => undefined);
  threads[0]?.post('a message that no schema knows');
  await expect(job.result).rejects.toMatchObject({ code: 'worker-died' });
  expect(log.events()).toContain('training.thread-died');
  expect((await trainer.start(request(), () => undefined).result).payload.length).toBe(bytesOf(charter));
  expect(threads.length).toBe(2);
});

test('a thread killed in the middle of a training fails it by name', async () => {
  const { trainer, threads } = setUp();
  await trainer.prepare(charter);
  const progress = Promise.withResolvers<undefined>();
  const job = trainer.start(request(), () => {
    progress.resolve(undefined);
  });
  const failed = expect(job.result).rejects.toMatchObject({ code: 'training-stopped' });
  await progress.promise;
  await threads[0]?.terminate();
  await failed;
  expect((await trainer.start(request(), () => undefined).result).payload.length).toBe(bytesOf(charter));
});

test('trains one round at a time', async () => {
  const { trainer } = shared;
  const first = trainer.start(request(), () => undefined);
  await expect(trainer.start(request(), () => undefined).result).rejects.toMatchObject({ code: 'busy' });
  await first.result;
});

test('evaluates as the metric itself does on the same rows', async () => {
  const { trainer } = shared;
  const checkpoint = initialCheckpoint(charter);
  const direct = measureQuality({ charter, ...toySplit({ train: ROWS, test: 500 }) }, checkpoint);
  expect(await trainer.evaluate(charter, checkpoint)).toEqual(direct);
  expect(direct.prAuc).toBeGreaterThan(0);
});

test('hands the rows over again only when they changed', async () => {
  let version = '1';
  const { trainer, loads } = setUp({ rows: 1000, version: () => version });
  const small = toyCharter({ recipe: 'one-step' });
  for (let round = 0; round < 3; round++) await trainer.start(request(small), () => undefined).result;
  expect(loads()).toBe(1);
  version = '2';
  await trainer.prepare(small);
  expect(loads()).toBe(2);
});

test('a bank without rows, or above the charter’s largest tier, is told so', async () => {
  const { trainer } = setUp({ rows: 0 });
  await expect(trainer.prepare(charter)).rejects.toMatchObject({ code: 'data-missing' });
  const narrow = { ...charter, participation: { ...charter.participation, largestTier: 1024 } };
  await expect(setUp({ rows: 2000 }).trainer.prepare(narrow)).rejects.toMatchObject({
    code: 'charter-invalid',
  });
});

test('counts accounts where they are the unit: tier and δ follow from them', async () => {
  const { trainer } = setUp({ rows: 1000 });
  const data = await trainer.prepare(toyCharter({ recipe: 'few-rounds', unit: 'account' }));
  expect(data).toMatchObject({ units: ACCOUNTS, tier: 96, rows: 1000 });
});

test('refuses by name what this version does not train', async () => {
  const { trainer } = setUp({ rows: 1000 });
  const { privacy } = charter;
  const withShares: Charter = { ...charter, privacy: { ...privacy, noise: 'shared' } };
  await expect(trainer.prepare(withShares)).rejects.toMatchObject({ code: 'not-supported-yet' });
  await expect(trainer.start(request(withShares), () => undefined).result).rejects.toMatchObject({
    code: 'not-supported-yet',
  });
});

test('two charters at once each train on rows of their own', async () => {
  const { trainer } = shared;
  const other = toyCharter({ recipe: 'one-step' });
  const [quality, outcome] = await Promise.all([
    trainer.evaluate(other, initialCheckpoint(other)),
    trainer.start(request(), () => undefined).result,
  ]);
  expect(quality.prAuc).toBeGreaterThan(0);
  expect(outcome.payload.length).toBe(bytesOf(charter));
});

test('trains on the engine that was chosen, and says which', async () => {
  const small = toyCharter({ recipe: 'one-step' });
  const engineOf = async (engine: EngineChoice): Promise<string> =>
    (await setUp({ rows: 200, engine }).trainer.start(request(small), () => undefined).result).statistics
      .engine;
  expect(await Promise.all([engineOf('automatic'), engineOf('tfjs-cpu')])).toEqual(['kernel', 'tfjs-cpu']);
});

test('refuses work once it is closed', async () => {
  const { trainer } = setUp({ rows: 1000 });
  await trainer.close();
  await expect(trainer.start(request(), () => undefined).result).rejects.toMatchObject({
    code: 'training-stopped',
  });
});
