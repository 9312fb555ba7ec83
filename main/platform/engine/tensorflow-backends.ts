/** Loads the TensorFlow.js backends, once a thread. What can't be loaded is a reason for the screen, not an error. */
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';

export type TensorflowEngine = 'tfjs-node' | 'tfjs-wasm' | 'tfjs-cpu';

export type LoadedBackend =
  | { readonly kind: 'loaded'; readonly backend: string; readonly chunkRows: number }
  | { readonly kind: 'unavailable'; readonly reason: string };

const loaded = new Map<TensorflowEngine, Promise<LoadedBackend>>();

/** Loads and initialises the backend in this thread; further calls give the same answer. */
export function loadBackend(engine: TensorflowEngine): Promise<LoadedBackend> {
  const known = loaded.get(engine);
  if (known) return known;
  const loading = LOADERS[engine]().catch((error: unknown) => ({
    kind: 'unavailable' as const,
    reason: reasonOf(engine, error),
  }));
  loaded.set(engine, loading);
  return loading;
}

const LOADERS: Readonly<Record<TensorflowEngine, () => Promise<LoadedBackend>>> = {
  'tfjs-node': async () => {
    restoreUtilFunctions();
    await import('@tensorflow/tfjs-node');
    return initialised('tensorflow', 16_384);
  },
  'tfjs-wasm': async () => {
    const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(wasmFolder());
    setThreadsCount(1);
    return initialised('wasm', 2048);
  },
  'tfjs-cpu': async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    return initialised('cpu', 2048);
  },
};

async function initialised(backend: string, chunkRows: number): Promise<LoadedBackend> {
  // no advertisement of other backends on standard error
  tf.enableProdMode();
  if (!(await tf.setBackend(backend)))
    return { kind: 'unavailable', reason: 'TensorFlow.js could not start this backend' };
  return { kind: 'loaded', backend, chunkRows };
}

/**
 * tfjs-node 4.22 calls two functions that newer Node dropped (isNullOrUndefined in 23; isArray warns). Its calls look them
 * up when they run, so putting them back on the module in the same thread, before the first operation, is enough.
 */
function restoreUtilFunctions(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}

function wasmFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  return path.join(path.dirname(manifest), 'wasm-out') + path.sep;
}

function reasonOf(engine: TensorflowEngine, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (engine !== 'tfjs-node')
    return `Its files are missing or damaged (${typeof code === 'string' ? code : 'unknown error'})`;
  if (code === 'ERR_MODULE_NOT_FOUND')
    return 'The package @tensorflow/tfjs-node is not installed; `npm run native` builds it';
  return 'The native part of @tensorflow/tfjs-node is missing; `npm run native` builds it';
}
