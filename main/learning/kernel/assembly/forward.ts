/** The forward pass of two rows at once: each weight is loaded once and used twice. */
import { activate } from './activation';
import * as T from './table';

/** Hidden layer: 16 outputs of two rows stay in eight registers while the inputs pass by. */
function dense(layer: usize, x0: usize, x1: usize, activation: u32): void {
  const stride = <usize>load<u32>(layer, T.STRIDE);
  const inputs = <usize>load<u32>(layer, T.INPUTS) << 2;
  const biases = <usize>load<u32>(layer, T.BIASES);
  const out0 = <usize>load<u32>(layer, T.OUTPUT_0);
  const out1 = <usize>load<u32>(layer, T.OUTPUT_1);
  for (let tile: usize = 0; tile < stride; tile += 64) {
    let a0 = v128.load(biases + tile);
    let a1 = v128.load(biases + tile, 16);
    let a2 = v128.load(biases + tile, 32);
    let a3 = v128.load(biases + tile, 48);
    let b0 = a0;
    let b1 = a1;
    let b2 = a2;
    let b3 = a3;
    let w = <usize>load<u32>(layer, T.WEIGHTS) + tile;
    for (let i: usize = 0; i < inputs; i += 4) {
      const s = v128.load_splat<f32>(x0 + i);
      const t = v128.load_splat<f32>(x1 + i);
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const w2 = v128.load(w, 32);
      const w3 = v128.load(w, 48);
      a0 = f32x4.add(a0, f32x4.mul(s, w0));
      a1 = f32x4.add(a1, f32x4.mul(s, w1));
      a2 = f32x4.add(a2, f32x4.mul(s, w2));
      a3 = f32x4.add(a3, f32x4.mul(s, w3));
      b0 = f32x4.add(b0, f32x4.mul(t, w0));
      b1 = f32x4.add(b1, f32x4.mul(t, w1));
      b2 = f32x4.add(b2, f32x4.mul(t, w2));
      b3 = f32x4.add(b3, f32x4.mul(t, w3));
      w += stride;
    }
    v128.store(out0 + tile, activate(a0, activation));
    v128.store(out0 + tile, activate(a1, activation), 16);
    v128.store(out0 + tile, activate(a2, activation), 32);
    v128.store(out0 + tile, activate(a3, activation), 48);
    v128.store(out1 + tile, activate(b0, activation));
    v128.store(out1 + tile, activate(b1, activation), 16);
    v128.store(out1 + tile, activate(b2, activation), 32);
    v128.store(out1 + tile, activate(b3, activation), 48);
  }
}

/** (lane 0 + lane 1) + (lane 2 + lane 3): one fixed order. */
// @ts-ignore: decorator
@inline
export function sumOfLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** The one output of the last layer. */
function logit(layer: usize, x: usize): f32 {
  const bytes = <usize>load<u32>(layer, T.INPUT_BYTES);
  const weights = <usize>load<u32>(layer, T.WEIGHTS);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(x + i), v128.load(weights + i)));
  }
  return sumOfLanes(sum) + load<f32>(<usize>load<u32>(layer, T.BIASES));
}

/** Logits of two rows, left in the last layer's outputs. */
export function forward(table: usize, x0: usize, x1: usize): void {
  const last = load<u32>(table, T.WEIGHT_LAYERS) - 1;
  const activation = load<u32>(table, T.ACTIVATION);
  for (let l: u32 = 0; l < last; l++) {
    const layer = T.layerAt(table, l);
    dense(layer, x0, x1, activation);
    x0 = <usize>load<u32>(layer, T.OUTPUT_0);
    x1 = <usize>load<u32>(layer, T.OUTPUT_1);
  }
  const layer = T.layerAt(table, last);
  store<f32>(<usize>load<u32>(layer, T.OUTPUT_0), logit(layer, x0));
  store<f32>(<usize>load<u32>(layer, T.OUTPUT_1), logit(layer, x1));
}
