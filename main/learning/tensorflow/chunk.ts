/** Rows as padded tensors, and the sums of their blocks back as float64. */
import * as tf from '@tensorflow/tfjs-core';
import type { EngineSetup } from '../engine.ts';
import type { BlockSums, Chunk, LayerWeights, Pass } from './gradient-sum.ts';
import { blockSums } from './gradient-sum.ts';

/** A place of a chunk that holds no row. */
export const NO_ROW = 0xffff_ffff;

/** `places`: a row number each or NO_ROW, a whole number of blocks. Call inside `tf.tidy`. */
export function chunkOf(
  { network, data }: Pick<EngineSetup, 'network' | 'data'>,
  places: Uint32Array,
  blockRows: number,
): Chunk {
  const inputs = network.layers[0] ?? 1;
  const rows = places.length;
  const features = new Float32Array(rows * inputs);
  const labels = new Float32Array(rows);
  const mask = new Float32Array(rows);
  places.forEach((row, place) => {
    if (row === NO_ROW) return;
    features.set(data.features.subarray(row * inputs, (row + 1) * inputs), place * inputs);
    labels[place] = data.labels[row] ?? Number.NaN;
    mask[place] = 1;
  });
  return {
    blockRows,
    features: tf.tensor2d(features, [rows, inputs]),
    labels: tf.tensor2d(labels, [rows, 1]),
    mask: tf.tensor2d(mask, [rows, 1]),
  };
}

/** Rows and as much padding as fills their last block. */
export function padded(rows: Uint32Array, blockRows: number): Uint32Array {
  const places = new Uint32Array(Math.ceil(rows.length / blockRows) * blockRows).fill(NO_ROW);
  places.set(rows);
  return places;
}

/** Adds Σ over the pass's rows of factor·gradient, block by block, to the sums that `sumOf` names for each block. */
export function addBlocks(
  layers: readonly LayerWeights[],
  pass: Pass,
  { factors, sumOf }: { readonly factors: Float32Array; readonly sumOf: (block: number) => Float64Array },
): void {
  const sums = blockSums(pass, tf.tensor2d(factors, [factors.length, 1]));
  sums.forEach((blocks: BlockSums, index) => {
    const segment = layers[index]?.segment;
    if (!segment) throw new RangeError('a layer is missing');
    const { inputs, outputs, weights, biases } = segment;
    addEach(sumOf, weights, { values: blocks.weights.dataSync(), width: inputs * outputs });
    addEach(sumOf, biases, { values: blocks.biases.dataSync(), width: outputs });
  });
}

/** Adds the n-th run of `width` numbers to the n-th block's sum at `at`. */
function addEach(
  sumOf: (block: number) => Float64Array,
  at: number,
  { values, width }: { readonly values: ArrayLike<number>; readonly width: number },
): void {
  for (let from = 0; from < values.length; from += width) {
    const sum = sumOf(from / width);
    for (let i = 0; i < width; i++) sum[at + i] = (sum[at + i] ?? 0) + (values[from + i] ?? Number.NaN);
  }
}
