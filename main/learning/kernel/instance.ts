/** One thread's instance of the compiled kernel, over the memory that all threads share. */
import { KERNEL_BASE64 } from './kernel.generated.ts';
import type { KernelLayout, ThreadRegion, UnitBatch } from './layout.ts';
import { laneRange, tableWords } from './layout.ts';

const PAGE = 65_536;
const LARGEST_MEMORY = 65_536;

export function kernelFits(layout: KernelLayout): boolean {
  return layout.bytes <= PAGE * LARGEST_MEMORY;
}

export function kernelMemory(layout: KernelLayout): WebAssembly.Memory {
  return sharedMemory(layout.bytes);
}

function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

export interface KernelThread {
  /** Adds up one lane of the batch that stands in the memory; `limit` 0 for no clipping. */
  sumLane(lane: number, batch: UnitBatch, limit: number): void;
  /** Adds all lanes in order into the total. */
  addLanes(lanes: number): void;
  /** Logits of the first `count` rows, as float32 where the row numbers stand. */
  predict(count: number): void;
}

type KernelFunction = (...args: number[]) => void;

function exported(instance: WebAssembly.Instance, name: string): KernelFunction {
  const found = instance.exports[name];
  if (typeof found !== 'function') throw new TypeError(`the kernel has no function ${name}`);
  return (...args) => {
    Reflect.apply(found, undefined, args);
  };
}

function instantiate(memory: WebAssembly.Memory): WebAssembly.Instance {
  return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64')), {
    env: { memory },
  });
}

export interface ChanceInstance {
  readonly memory: WebAssembly.Memory;
  /** (bytes, target, count); assembly/chance.ts. */
  readonly normals: KernelFunction;
  /** (bytes, target, count, logOfMiss). */
  readonly jumps: KernelFunction;
}

/** The kernel's generators over `bytes` bytes of their own. */
export function chanceInstance(bytes: number): ChanceInstance {
  const memory = sharedMemory(bytes);
  const instance = instantiate(memory);
  return { memory, normals: exported(instance, 'normals'), jumps: exported(instance, 'jumps') };
}

/** Writes the thread's table and binds the kernel to it. */
export function kernelThread(
  memory: WebAssembly.Memory,
  layout: KernelLayout,
  thread: ThreadRegion,
): KernelThread {
  const instance = instantiate(memory);
  const words = tableWords(layout, thread);
  new Uint32Array(memory.buffer, thread.table, words.length).set(words);
  const sumRows = exported(instance, 'sumRows');
  const sumAccounts = exported(instance, 'sumAccounts');
  const add = exported(instance, 'addLanes');
  const predict = exported(instance, 'predict');
  const laneBytes = 8 * layout.parameters;
  const { table } = thread;
  return {
    sumLane: (lane, batch, limit) => {
      const { from, to } = laneRange(batch, lane);
      const into = layout.lanes + lane * laneBytes;
      if (batch.unit === 'row') sumRows(table, layout.rowNumbers + 4 * from, to - from, limit, into);
      else sumAccounts(table, layout.rowNumbers, layout.accountEnds, from, to, limit, into);
    },
    addLanes: (lanes) => {
      add(layout.lanes, lanes, laneBytes, layout.total);
    },
    predict: (count) => {
      predict(table, count, layout.rowNumbers);
    },
  };
}
