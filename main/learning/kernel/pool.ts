/**
 * The kernel on one or more threads. The caller's thread takes part, so it must be a worker where work is long.
 * The result does not depend on the number of threads: lanes are fixed, and added in order.
 */
import { FailureError } from '#shared/failure.ts';
import { z } from 'zod';
import type { EngineSetup, GradientEngine, GradientRequest, GradientSum } from '../engine.ts';
import { clipLimit, requireUnit, requireWidth, unitCount } from '../engine.ts';
import { parameterCount } from '../model/layers.ts';
import type { Control } from './control.ts';
import { awaitBatch, controlOf, openBatch, serveBatches, stopThreads, workOnBatch } from './control.ts';
import type { KernelThread } from './instance.ts';
import { kernelFits, kernelMemory, kernelThread } from './instance.ts';
import type { KernelLayout } from './layout.ts';
import { kernelLayout, laneCount } from './layout.ts';
import type { KernelViews } from './memory.ts';
import { kernelViews, putRowNumbers, putTrainingSet, putWeights, takeCounts, takeTotal } from './memory.ts';

const Layers = z.array(z.int().min(1).max(1024)).min(2).max(8);

/** What a helper thread is started with. */
export const KernelThreadData = z.object({
  memory: z.instanceof(WebAssembly.Memory),
  network: z.object({ layers: Layers, activation: z.enum(['tanh', 'relu']) }),
  rows: z.int(),
  unit: z.enum(['row', 'account']),
  threads: z.int().min(2),
  /** Which thread this is; 0 is the coordinator. */
  thread: z.int().min(1),
});
export type KernelThreadData = z.infer<typeof KernelThreadData>;

/** The body of a helper thread: returns when the pool is closed. */
export function runKernelThread(data: KernelThreadData): void {
  const layout = kernelLayout(data);
  const region = layout.threads[data.thread];
  if (!region) throw new RangeError(`kernel thread ${String(data.thread)} of ${String(data.threads)}`);
  serveBatches(controlOf(data.memory, layout), kernelThread(data.memory, layout, region));
}

export interface KernelSetup extends EngineSetup {
  /** Threads in all, the caller's included. */
  readonly threads: number;
  /** Starts one helper thread on `runKernelThread`. Not called for one thread. */
  readonly startThread: (data: KernelThreadData) => void;
}

interface Pool {
  readonly layout: KernelLayout;
  readonly views: KernelViews;
  readonly control: Control;
  readonly thread: KernelThread;
  readonly parameters: number;
}

/** @throws FailureError `engine-unavailable` when the rows exceed 4 GiB. */
export function createKernel(setup: KernelSetup): GradientEngine {
  const { network, data, threads, unit } = setup;
  requireWidth(setup);
  const rows = data.labels.length;
  const layout = kernelLayout({ network, rows, threads, unit });
  if (!kernelFits(layout))
    throw new FailureError('engine-unavailable', `${String(rows)} rows exceed the kernel's memory of 4 GiB`);
  const memory = kernelMemory(layout);
  const pool = openPool(memory, layout, setup);
  for (let thread = 1; thread < threads; thread++)
    setup.startThread({
      memory,
      network: { ...network, layers: [...network.layers] },
      ...{ rows, unit, threads, thread },
    });
  return {
    gradientSum: (request) => gradientSum(pool, request),
    close: () => {
      stopThreads(pool.control);
    },
  };
}

function openPool(memory: WebAssembly.Memory, layout: KernelLayout, setup: KernelSetup): Pool {
  const views = kernelViews(memory, layout);
  putTrainingSet(views, layout, setup.data);
  const [first] = layout.threads;
  if (!first) throw new RangeError('the kernel needs a thread');
  return {
    layout,
    views,
    control: controlOf(memory, layout),
    thread: kernelThread(memory, layout, first),
    parameters: parameterCount(setup.network.layers),
  };
}

function gradientSum(pool: Pool, request: GradientRequest): GradientSum {
  const { layout, views, control, thread } = pool;
  const { weights, rows, accountEnds, clippingNorm } = request;
  requireUnit(layout.unit, request);
  const batch = { unit: layout.unit, count: unitCount(request) };
  putWeights(views, layout, weights);
  putRowNumbers(views, rows);
  views.accountEnds.set(accountEnds ?? []); // more accounts than rows held: RangeError
  openBatch(control, batch.count, clipLimit(clippingNorm));
  request.meanwhile?.();
  workOnBatch(control, thread);
  awaitBatch(control);
  thread.addLanes(laneCount(batch));
  return { sum: takeTotal(views, layout, pool.parameters), ...takeCounts(views) };
}
