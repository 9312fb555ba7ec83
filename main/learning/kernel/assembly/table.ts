/**
 * Where the kernel finds things: byte offsets inside the table that kernel/layout.ts writes into the memory,
 * one table a thread. Both files name the same words; test/main/learning/kernel checks results, not offsets.
 */

// head of the table, 32-bit words
export const WEIGHT_LAYERS: usize = 0;
export const ACTIVATION: usize = 4;
export const FEATURES: usize = 8;
export const FEATURE_STRIDE: usize = 12;
export const LABELS: usize = 16;
export const SUMS: usize = 20;
export const SUMS_BYTES: usize = 24;
export const ZERO_ROW: usize = 28;
export const NON_FINITE: usize = 32;
export const CLIPPED: usize = 36;
/** Clip factors of the two rows in hand. */
export const SCALE_0: usize = 40;
export const SCALE_1: usize = 44;

// one record a layer of weights
export const FIRST_LAYER: usize = 64;
export const LAYER_BYTES: usize = 64;
export const INPUTS: usize = 0;
/** Bytes of one input vector, padded: what norms run over. */
export const INPUT_BYTES: usize = 4;
/** Bytes of one row of W: the outputs, padded to 16 floats. */
export const STRIDE: usize = 8;
export const WEIGHTS: usize = 12;
export const BIASES: usize = 16;
export const WEIGHT_SUMS: usize = 20;
export const BIAS_SUMS: usize = 24;
/** Outputs and error terms of the two rows in hand. */
export const OUTPUT_0: usize = 28;
export const OUTPUT_1: usize = 32;
export const DELTA_0: usize = 36;
export const DELTA_1: usize = 40;

export const TANH: u32 = 0;

// @ts-ignore: decorator
@inline
export function layerAt(table: usize, index: u32): usize {
  return table + FIRST_LAYER + <usize>index * LAYER_BYTES;
}
