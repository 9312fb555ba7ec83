/** A gradient engine over one TensorFlow.js backend, which main/platform/engine has loaded and initialised. */
import * as tf from '@tensorflow/tfjs-core';
import { FailureError } from '#shared/failure.ts';
import type { EngineSetup, GradientEngine, GradientRequest, GradientSum } from '../engine.ts';
import { clipLimit } from '../engine.ts';
import { parameterCount } from '../model/layers.ts';
import type { BlockSums, Chunk, LayerWeights, Pass } from './gradient-sum.ts';
import { BLOCK_ROWS, blockSums, ghostPass, layerTensors } from './gradient-sum.ts';

export interface TensorflowSetup extends EngineSetup {
  /** Name in TensorFlow.js' registry: `tensorflow` (native), `wasm`, `cpu`. */
  readonly backend: string;
  /** Most rows a chunk: native wants thousands, each operation costs it 50 µs. */
  readonly chunkRows: number;
}

/** @throws FailureError `not-supported-yet` for the account unit. */
export function createTensorflowEngine(setup: TensorflowSetup): GradientEngine {
  if (setup.unit === 'account')
    throw new FailureError(
      'not-supported-yet',
      'TensorFlow.js clips single rows here; accounts as the unit come later',
    );
  return {
    gradientSum: (request) => gradientSum(setup, request),
    close: () => undefined,
  };
}

/** Float64 sum of one request; mutable and local to it. */
interface Running {
  readonly sum: Float64Array;
  clippedRows: number;
  nonFiniteRows: number;
}

function gradientSum(setup: TensorflowSetup, request: GradientRequest): GradientSum {
  // at once for a backend that was initialised before
  if (tf.getBackend() !== setup.backend) void tf.setBackend(setup.backend);
  const running: Running = {
    sum: new Float64Array(parameterCount(setup.network.layers)),
    clippedRows: 0,
    nonFiniteRows: 0,
  };
  tf.tidy(() => {
    const layers = layerTensors(setup.network, request.weights);
    for (let from = 0; from < request.rows.length; from += setup.chunkRows) {
      const rows = request.rows.subarray(from, from + setup.chunkRows);
      tf.tidy(() => {
        addChunk({ setup, layers, limit: clipLimit(request.clippingNorm) }, rows, running);
      });
    }
  });
  request.meanwhile?.();
  return running;
}

interface ChunkTerms {
  readonly setup: TensorflowSetup;
  readonly layers: readonly LayerWeights[];
  /** C·(1 − 1e-4), or 0 for no clipping. */
  readonly limit: number;
}

function addChunk(terms: ChunkTerms, rows: Uint32Array, running: Running): void {
  const { setup, layers, limit } = terms;
  const pass = ghostPass(setup.network, layers, chunkOf(setup, rows));
  const squared = pass.squaredNorms.dataSync();
  const finite = rows.filter((_, i) => Number.isFinite(squared[i]));
  if (finite.length < rows.length) {
    // 0 · NaN = NaN: a bad row must leave the chunk, a factor of zero would not do
    running.nonFiniteRows += rows.length - finite.length;
    if (finite.length > 0) addChunk(terms, finite, running);
    return;
  }
  const factors = clipFactors(squared, limit);
  running.clippedRows += factors.reduce((count, factor) => count + (factor < 1 ? 1 : 0), 0);
  addBlocks(terms, pass, { factors, running });
}

/** min(1, limit/‖g‖) of every row; padding has norm 0 and its error terms are 0. */
function clipFactors(squared: ArrayLike<number>, limit: number): Float32Array {
  return Float32Array.from(squared, (square) => {
    const norm = Math.sqrt(square);
    return limit === 0 || norm <= limit ? 1 : limit / norm;
  });
}

function addBlocks(
  { layers }: ChunkTerms,
  pass: Pass,
  { factors, running }: { readonly factors: Float32Array; readonly running: Running },
): void {
  const sums = blockSums(pass, tf.tensor2d(factors, [factors.length, 1]));
  sums.forEach((blocks: BlockSums, index) => {
    const segment = layers[index]?.segment;
    if (!segment) throw new RangeError('a layer is missing');
    addFrom(running.sum, segment.weights, {
      values: blocks.weights.dataSync(),
      width: segment.inputs * segment.outputs,
    });
    addFrom(running.sum, segment.biases, { values: blocks.biases.dataSync(), width: segment.outputs });
  });
}

/** Adds blocks of `width` numbers, one after another, to the sum at `at`. */
function addFrom(
  sum: Float64Array,
  at: number,
  { values, width }: { readonly values: ArrayLike<number>; readonly width: number },
): void {
  for (let block = 0; block < values.length; block += width)
    for (let i = 0; i < width; i++) sum[at + i] = (sum[at + i] ?? 0) + (values[block + i] ?? Number.NaN);
}

function chunkOf({ network, data }: TensorflowSetup, rows: Uint32Array): Chunk {
  const inputs = network.layers[0] ?? 1;
  const padded = Math.ceil(rows.length / BLOCK_ROWS) * BLOCK_ROWS;
  const features = new Float32Array(padded * inputs);
  const labels = new Float32Array(padded);
  rows.forEach((row, i) => {
    features.set(data.features.subarray(row * inputs, (row + 1) * inputs), i * inputs);
    labels[i] = data.labels[row] ?? Number.NaN;
  });
  const mask = new Float32Array(padded).fill(1, 0, rows.length);
  return {
    features: tf.tensor2d(features, [padded, inputs]),
    labels: tf.tensor2d(labels, [padded, 1]),
    mask: tf.tensor2d(mask, [padded, 1]),
  };
}
