/**
 * The DP-SGD step in TensorFlow.js operations: forward, backward and ghost norms written by hand (privacy.md 2d), for any
 * network and backend. The independent check of the kernel, and its stand-in where the kernel can't run.
 */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerSegment, Network } from '../model/layers.ts';
import { layerSegments } from '../model/layers.ts';

export interface LayerWeights {
  readonly segment: LayerSegment;
  readonly weights: Tensor2D;
  /** Made once a request: the WebAssembly backend multiplies by a transposed operand ten times slower. */
  readonly transposed: Tensor2D;
  readonly biases: Tensor2D;
}

export function layerTensors(network: Network, flat: Float64Array): readonly LayerWeights[] {
  return layerSegments(network.layers).map((segment) => {
    const { inputs, outputs, weights, biases } = segment;
    const part = (from: number, until: number): Float32Array => Float32Array.from(flat.subarray(from, until));
    const matrix = tf.tensor2d(part(weights, biases), [inputs, outputs]);
    return {
      segment,
      weights: matrix,
      transposed: tf.transpose(matrix),
      biases: tf.tensor2d(part(biases, biases + outputs), [1, outputs]),
    };
  });
}

/** One padded chunk: a whole number of blocks of rows, whose sums stay in float32; blocks are added up in float64 outside. */
export interface Chunk {
  readonly blockRows: number;
  /** [rows, inputs]; zeros in padding. */
  readonly features: Tensor2D;
  /** [rows, 1] */
  readonly labels: Tensor2D;
  /** [rows, 1]; 1 for a row, 0 for padding. */
  readonly mask: Tensor2D;
}

/** Inputs of every layer and error terms of its outputs, [rows, width] each. */
export interface Pass extends Pick<Chunk, 'blockRows'> {
  readonly inputs: readonly Tensor2D[];
  readonly deltas: readonly Tensor2D[];
  /** ‖g_i‖² of every row, [rows, 1]: Σ_l (‖a‖² + 1)·‖δ‖². */
  readonly squaredNorms: Tensor2D;
}

function hidden(z: Tensor2D, { activation }: Network): Tensor2D {
  return activation === 'tanh' ? tf.tanh(z) : tf.relu(z);
}

function slope(a: Tensor2D, { activation }: Network): Tensor2D {
  return activation === 'tanh' ? tf.sub(1, tf.square(a)) : tf.step(a);
}

/** Forward and backward over a chunk. Call inside `tf.tidy`. */
export function ghostPass(network: Network, layers: readonly LayerWeights[], chunk: Chunk): Pass {
  const inputs: Tensor2D[] = [chunk.features];
  let z = chunk.features;
  layers.forEach(({ weights, biases }, index) => {
    const a = index === 0 ? chunk.features : hidden(z, network);
    if (index > 0) inputs.push(a);
    z = tf.add(tf.matMul(a, weights), biases);
  });
  const deltas: Tensor2D[] = [tf.mul(tf.sub(tf.sigmoid(z), chunk.labels), chunk.mask)];
  for (let index = layers.length - 1; index > 0; index--) {
    const above = layers[index];
    const [delta] = deltas;
    const a = inputs[index];
    if (!above || !delta || !a) throw new RangeError('a layer is missing');
    deltas.unshift(tf.mul(tf.matMul(delta, above.transposed), slope(a, network)));
  }
  return { blockRows: chunk.blockRows, inputs, deltas, squaredNorms: squaredNorms(inputs, deltas) };
}

function squaredNorms(inputs: readonly Tensor2D[], deltas: readonly Tensor2D[]): Tensor2D {
  const parts = inputs.map((a, index): Tensor => {
    const delta = deltas[index];
    if (!delta) throw new RangeError('a layer is missing');
    return tf.mul(tf.add(rowSquares(a), 1), rowSquares(delta));
  });
  return tf.reshape(tf.addN(parts), [-1, 1]);
}

function rowSquares(rows: Tensor2D): Tensor {
  return tf.sum(tf.square(rows), 1, true);
}

/** Σ over each block of factor·gradient: per layer [blocks, inputs, outputs] and [blocks, outputs]. */
export interface BlockSums {
  readonly weights: Tensor3D;
  readonly biases: Tensor2D;
}

export function blockSums({ blockRows, inputs, deltas }: Pass, factors: Tensor2D): readonly BlockSums[] {
  return inputs.map((a, index) => {
    const delta = deltas[index];
    if (!delta) throw new RangeError('a layer is missing');
    const [rows, outputs] = delta.shape;
    const blocks = rows / blockRows;
    const scaled: Tensor3D = tf.reshape(tf.mul(delta, factors), [blocks, blockRows, outputs]);
    const blocked: Tensor3D = tf.reshape(a, [blocks, blockRows, a.shape[1]]);
    return { weights: tf.matMul(blocked, scaled, true, false), biases: tf.sum(scaled, 1) };
  });
}
