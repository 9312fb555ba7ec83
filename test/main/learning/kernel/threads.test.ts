import path from 'node:path';
import type { GradientEngine, TrainingSet } from '#main/learning/engine.ts';
import { controlOf, lanesDone } from '#main/learning/kernel/control.ts';
import { BLOCK_UNITS, laneCount, laneRange, LANES } from '#main/learning/kernel/layout.ts';
import { createKernel, type KernelThreadData } from '#main/learning/kernel/pool.ts';
import type { WorkerHandle } from '#main/platform/ports.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { range, someRows, someWeights } from '../examples.ts';

const network = { layers: [21, 64, 32, 1], activation: 'tanh' } as const;
const weights = someWeights(network.layers, 21);
const data: TrainingSet = someRows(21, 3000, 22);
const workers = createWorkers({ entryDirectory: path.resolve('main/entry') });
const started: WorkerHandle[] = [];
const helpers: KernelThreadData[] = [];

function kernelOf(threads: number): GradientEngine {
  const startThread = (thread: KernelThreadData): void => {
    helpers.push(thread);
    started.push(workers.start('kernel', thread));
  };
  return createKernel({ network, data, unit: 'row', threads, startThread });
}

afterAll(async () => {
  await Promise.all(started.map((worker) => worker.terminate()));
});

describe('lanes', () => {
  it.each([0, 1, 63, 64, 65, 640, 1023, 1025, 8000])(
    '%i rows: every row in one lane, whole blocks',
    (count) => {
      const batch = { unit: 'row', count } as const;
      const lanes = laneCount(batch);
      expect(lanes).toBeLessThanOrEqual(LANES);
      let next = 0;
      for (let lane = 0; lane < lanes; lane++) {
        const { from, to } = laneRange(batch, lane);
        expect(from).toBe(next);
        expect(from % BLOCK_UNITS.row).toBe(0);
        next = to;
      }
      expect(next).toBe(count);
    },
  );
});

describe('the sum', () => {
  const one = kernelOf(1);
  const two = kernelOf(2);
  const three = kernelOf(3);

  it('has the same bits on one, two and three threads, whatever the batch before', () => {
    for (const size of [3000, 1, 200, 2999, 64, 700, 0, 3000, 1500]) {
      const request = { weights, rows: range(0, size), clippingNorm: 0.3 };
      const expected = one.gradientSum(request);
      for (let again = 0; again < 4; again++) {
        expect(two.gradientSum(request)).toEqual(expected);
        expect(three.gradientSum(request)).toEqual(expected);
      }
    }
  });

  it('is shared out: helpers finish every lane while the coordinator does something else', () => {
    let seen = 0;
    const wake = new Int32Array(new SharedArrayBuffer(4));
    const meanwhile = (): void => {
      const memory = helpers.at(-1)?.memory;
      if (!memory) throw new Error('no helper was started');
      for (let tries = 0; tries < 500 && seen < LANES; tries++) {
        Atomics.wait(wake, 0, 0, 10);
        seen = lanesDone(controlOf(memory, { control: 0, unit: 'row' }));
      }
    };
    three.gradientSum({ weights, rows: range(0, 3000), clippingNorm: 0.3, meanwhile });
    expect(seen).toBe(LANES);
  });

  it('is the same again after the noise was drawn in between', () => {
    let drawn = 0;
    const request = { weights, rows: range(5, 905), clippingNorm: 0.3 };
    const found = two.gradientSum({ ...request, meanwhile: () => (drawn += 1) });
    expect(drawn).toBe(1);
    expect(found).toEqual(one.gradientSum(request));
  });

  it('ends its threads when the kernel is closed', async () => {
    const ended = started.map(
      (worker) =>
        new Promise<Error | undefined>((resolve) => {
          worker.onExit(resolve);
        }),
    );
    for (const kernel of [one, two, three]) kernel.close();
    expect(await Promise.all(ended)).toEqual(ended.map(() => undefined));
  });
});
