/** What the two units of privacy share in the TensorFlow.js engine: the terms of one request and its running sum. */
import type { EngineSetup } from '../engine.ts';
import type { LayerWeights } from './gradient-sum.ts';

export interface TensorflowSetup extends EngineSetup {
  /** Name in TensorFlow.js' registry: `tensorflow` (native), `wasm`, `cpu`. */
  readonly backend: string;
  /** Most rows a chunk: native wants thousands, each operation costs it 50 µs. */
  readonly chunkRows: number;
}

export interface Terms {
  readonly setup: TensorflowSetup;
  readonly layers: readonly LayerWeights[];
  /** C·(1 − 1e-4), or 0 for no clipping. */
  readonly limit: number;
}

/** Float64 sum of one request; mutable and local to it. */
export interface Running {
  readonly sum: Float64Array;
  clippedUnits: number;
  nonFiniteRows: number;
}
