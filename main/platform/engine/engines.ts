/**
 * Which learning engines this machine has for a network and a unit of privacy, which one to take, and how to open it.
 * TensorFlow.js is loaded only for its own engines: a thread that trains on the kernel starts half a second sooner.
 */
import type { EngineReport } from '#shared/contract/bank.ts';
import { FailureError } from '#shared/failure.ts';
import type { EngineSetup, GradientEngine } from '../../learning/engine.ts';
import type { KernelThreadData } from '../../learning/kernel/pool.ts';
import { createKernel } from '../../learning/kernel/pool.ts';
import type { Clock } from '../ports.ts';
import type { EngineTask, SelfTest } from './self-test.ts';
import { selfTest, testRows } from './self-test.ts';

export type EngineName = EngineReport['name'];
export type EngineChoice = EngineName | 'automatic';

/** Fastest first where speeds are equal or unknown. */
export const ENGINE_NAMES: readonly EngineName[] = ['kernel', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu'];

export interface EnginePorts {
  readonly clock: Clock;
  /** Threads of the kernel, the caller's included. */
  readonly threads: number;
  readonly startThread: (data: KernelThreadData) => void;
}

/** @throws FailureError `engine-unavailable` with the reason. */
export async function openEngine(
  name: EngineName,
  setup: EngineSetup,
  ports: EnginePorts,
): Promise<GradientEngine> {
  if (name === 'kernel')
    return createKernel({ ...setup, threads: ports.threads, startThread: ports.startThread });
  const { loadBackend } = await import('./tensorflow-backends.ts');
  const backend = await loadBackend(name);
  if (backend.kind === 'unavailable') throw new FailureError('engine-unavailable', backend.reason);
  const { createTensorflowEngine } = await import('../../learning/tensorflow/engine.ts');
  return createTensorflowEngine({ ...setup, backend: backend.backend, chunkRows: backend.chunkRows });
}

/** Tries each engine on the charter's network and unit: about a second in all, so once a charter, and in a worker thread. */
export async function surveyEngines(
  task: EngineTask,
  ports: EnginePorts,
  names: readonly EngineName[] = ENGINE_NAMES,
): Promise<readonly EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const name of names) reports.push(await reportOn(name, task, ports));
  return reports;
}

async function reportOn(name: EngineName, task: EngineTask, ports: EnginePorts): Promise<EngineReport> {
  const outcome = await tried(name, task, ports);
  if (outcome.kind === 'failed')
    return { name, available: false, reason: outcome.reason, rowsPerSecond: null };
  return { name, available: true, reason: 'Passed its self-test', rowsPerSecond: outcome.rowsPerSecond };
}

async function tried(name: EngineName, task: EngineTask, ports: EnginePorts): Promise<SelfTest> {
  try {
    const setup: EngineSetup = { ...task, data: testRows(task.network) };
    const engine = await openEngine(name, setup, ports);
    try {
      const outcome = selfTest(engine, task, ports.clock);
      const broken = name === 'kernel' ? null : await brokenChance();
      return broken === null ? outcome : { kind: 'failed', reason: broken };
    } finally {
      engine.close();
    }
  } catch (error) {
    // whatever an engine throws, the others must still be tried; the reason goes on the screen
    return {
      kind: 'failed',
      reason: error instanceof Error ? error.message : 'It threw something that is no error',
    };
  }
}

async function brokenChance(): Promise<string | null> {
  const { randomOperationFails } = await import('./random-operation.ts');
  return randomOperationFails();
}

/**
 * `automatic`: the fastest engine that passed; a named one: that one.
 * @throws FailureError `engine-unavailable` with the reason.
 */
export function chooseEngine(reports: readonly EngineReport[], choice: EngineChoice): EngineName {
  const passed = reports.filter(({ available }) => available);
  if (choice === 'automatic') {
    const [fastest] = passed.toSorted((a, b) => (b.rowsPerSecond ?? 0) - (a.rowsPerSecond ?? 0));
    if (fastest) return fastest.name;
    throw new FailureError('engine-unavailable', 'No learning engine passed its self-test on this machine');
  }
  if (passed.some(({ name }) => name === choice)) return choice;
  const reason = reports.find(({ name }) => name === choice)?.reason ?? 'It was not tried';
  throw new FailureError('engine-unavailable', `${choice}: ${reason}`);
}
