/** Error terms of two rows, from the last layer to the first, and the norm of each row's gradient. */
import { activationError } from './activation';
import { sumOfLanes } from './forward';
import * as T from './table';

/** Sums of the lanes of four vectors, as one vector: a 4×4 transposition and three additions. */
// @ts-ignore: decorator
@inline
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Errors of a layer whose outputs feed a hidden layer: four inputs of it for two rows at a time. */
function hiddenErrors(layer: usize, next: usize, activation: u32): void {
  const stride = <usize>load<u32>(next, T.STRIDE);
  const bytes = <usize>load<u32>(next, T.INPUT_BYTES);
  const from0 = <usize>load<u32>(next, T.DELTA_0);
  const from1 = <usize>load<u32>(next, T.DELTA_1);
  const out0 = <usize>load<u32>(layer, T.OUTPUT_0);
  const out1 = <usize>load<u32>(layer, T.OUTPUT_1);
  const to0 = <usize>load<u32>(layer, T.DELTA_0);
  const to1 = <usize>load<u32>(layer, T.DELTA_1);
  let w = <usize>load<u32>(next, T.WEIGHTS);
  for (let i: usize = 0; i < bytes; i += 16) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    for (let o: usize = 0; o < stride; o += 16) {
      const d = v128.load(from0 + o);
      const e = v128.load(from1 + o);
      const w0 = v128.load(w + o);
      const w1 = v128.load(w + stride + o);
      const w2 = v128.load(w + 2 * stride + o);
      const w3 = v128.load(w + 3 * stride + o);
      a0 = f32x4.add(a0, f32x4.mul(d, w0));
      a1 = f32x4.add(a1, f32x4.mul(d, w1));
      a2 = f32x4.add(a2, f32x4.mul(d, w2));
      a3 = f32x4.add(a3, f32x4.mul(d, w3));
      b0 = f32x4.add(b0, f32x4.mul(e, w0));
      b1 = f32x4.add(b1, f32x4.mul(e, w1));
      b2 = f32x4.add(b2, f32x4.mul(e, w2));
      b3 = f32x4.add(b3, f32x4.mul(e, w3));
    }
    v128.store(to0 + i, activationError(v128.load(out0 + i), laneSums(a0, a1, a2, a3), activation));
    v128.store(to1 + i, activationError(v128.load(out1 + i), laneSums(b0, b1, b2, b3), activation));
    w += 4 * stride;
  }
}

/** Errors of the layer below the last one. */
function outputErrors(layer: usize, next: usize, activation: u32): void {
  const bytes = <usize>load<u32>(next, T.INPUT_BYTES);
  const weights = <usize>load<u32>(next, T.WEIGHTS);
  const d0 = v128.load_splat<f32>(<usize>load<u32>(next, T.DELTA_0));
  const d1 = v128.load_splat<f32>(<usize>load<u32>(next, T.DELTA_1));
  const out0 = <usize>load<u32>(layer, T.OUTPUT_0);
  const out1 = <usize>load<u32>(layer, T.OUTPUT_1);
  const to0 = <usize>load<u32>(layer, T.DELTA_0);
  const to1 = <usize>load<u32>(layer, T.DELTA_1);
  for (let i: usize = 0; i < bytes; i += 16) {
    const w = v128.load(weights + i);
    v128.store(to0 + i, activationError(v128.load(out0 + i), f32x4.mul(d0, w), activation));
    v128.store(to1 + i, activationError(v128.load(out1 + i), f32x4.mul(d1, w), activation));
  }
}

/** All error terms; those of the last layer (probability − label) are in place already. */
export function backward(table: usize): void {
  const last = load<u32>(table, T.WEIGHT_LAYERS) - 1;
  const activation = load<u32>(table, T.ACTIVATION);
  for (let l = last; l > 0; l--) {
    const layer = T.layerAt(table, l - 1);
    const next = T.layerAt(table, l);
    if (l == last) outputErrors(layer, next, activation);
    else hiddenErrors(layer, next, activation);
  }
}

export function squaredNorm(vector: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(vector + i);
    sum = f32x4.add(sum, f32x4.mul(v, v));
  }
  return sumOfLanes(sum);
}

/** Σ_l (‖a‖² + 1)·‖δ‖²: the squared norm of one row's whole gradient, without forming it (1510.01799). */
export function squaredGradientNorm(table: usize, x: usize, output: usize, delta: usize): f32 {
  const last = load<u32>(table, T.WEIGHT_LAYERS) - 1;
  let norm: f32 = 0;
  for (let l: u32 = 0; l <= last; l++) {
    const layer = T.layerAt(table, l);
    const inputs = squaredNorm(x, <usize>load<u32>(layer, T.INPUT_BYTES)) + 1;
    const d = <usize>load<u32>(layer + delta);
    const first = load<f32>(d);
    norm += inputs * (l == last ? first * first : squaredNorm(d, <usize>load<u32>(layer, T.STRIDE)));
    x = <usize>load<u32>(layer + output);
  }
  return norm;
}
