/**
 * How the kernel's threads share a batch: a few words at the start of their shared memory.
 * A thread claims lanes until none is left. One atomic word decides a claim, the job is read only after it, and the
 * coordinator opens the lanes only when the whole job stands in the memory: a thread that was late for one batch finds
 * either nothing left or the next batch, whole.
 */
import { FailureError } from '#shared/failure.ts';
import type { KernelThread } from './instance.ts';
import type { KernelLayout } from './layout.ts';
import { laneCount } from './layout.ts';

const GENERATION = 0;
const LANES_LEFT = 1;
const LANES_DONE = 2;
const UNIT_COUNT = 3;
const STOPPED = 4;
const WORDS = 5;
/** Byte of the control region with the clip limit, a float64. */
const LIMIT_BYTE = 64;

/** Looks before sleeping: a wake-up costs about 50 µs, a batch may take a millisecond. */
const SPINS = 3000;
/** A lane takes milliseconds; a thread that is silent for this long is gone. */
const SILENCE_MS = 60_000;

export interface Control {
  readonly unit: KernelLayout['unit'];
  readonly words: Int32Array;
  readonly limit: Float64Array;
}

export function controlOf(
  memory: WebAssembly.Memory,
  { control: at, unit }: Pick<KernelLayout, 'control' | 'unit'>,
): Control {
  return {
    unit,
    words: new Int32Array(memory.buffer, at, WORDS),
    limit: new Float64Array(memory.buffer, at + LIMIT_BYTE, 1),
  };
}

/** Coordinator: opens a batch of `count` units, whose rows and weights stand in the memory. */
export function openBatch({ unit, words, limit }: Control, count: number, clipLimit: number): void {
  limit[0] = clipLimit;
  Atomics.store(words, UNIT_COUNT, count);
  Atomics.store(words, LANES_DONE, 0);
  Atomics.store(words, LANES_LEFT, laneCount({ unit, count }));
  Atomics.add(words, GENERATION, 1);
  Atomics.notify(words, GENERATION);
}

/** Any thread: adds up lanes until none is left. */
export function workOnBatch({ unit, words, limit }: Control, thread: KernelThread): void {
  for (;;) {
    const lane = Atomics.sub(words, LANES_LEFT, 1) - 1;
    if (lane < 0) return;
    const batch = { unit, count: Atomics.load(words, UNIT_COUNT) };
    thread.sumLane(lane, batch, limit[0] ?? Number.NaN);
    if (Atomics.add(words, LANES_DONE, 1) === laneCount(batch) - 1) Atomics.notify(words, LANES_DONE);
  }
}

/** Lanes of the open batch that some thread has added up. */
export function lanesDone({ words }: Control): number {
  return Atomics.load(words, LANES_DONE);
}

/** Coordinator: returns when every lane is done. */
export function awaitBatch(control: Control): void {
  const { unit, words } = control;
  const lanes = laneCount({ unit, count: Atomics.load(words, UNIT_COUNT) });
  for (let spin = 0; spin < SPINS; spin++) if (lanesDone(control) === lanes) return;
  for (;;) {
    const done = lanesDone(control);
    if (done === lanes) return;
    if (Atomics.wait(words, LANES_DONE, done, SILENCE_MS) === 'timed-out')
      throw new FailureError(
        'worker-died',
        `A kernel thread stopped with ${String(lanes - done)} parts left`,
      );
  }
}

/** Helper thread: works on batch after batch, and returns when the coordinator closes. */
export function serveBatches(control: Control, thread: KernelThread): void {
  const { words } = control;
  let seen = 0;
  for (;;) {
    for (let spin = 0; spin < SPINS && Atomics.load(words, GENERATION) === seen; spin++);
    Atomics.wait(words, GENERATION, seen);
    if (Atomics.load(words, STOPPED) === 1) return;
    seen = Atomics.load(words, GENERATION);
    workOnBatch(control, thread);
  }
}

export function stopThreads({ words }: Control): void {
  Atomics.store(words, STOPPED, 1);
  Atomics.add(words, GENERATION, 1);
  Atomics.notify(words, GENERATION);
}
