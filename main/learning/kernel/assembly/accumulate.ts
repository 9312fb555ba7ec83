/** Adds the gradients of two rows, each times its clip factor, to the float32 sums. */
import * as T from './table';

/** Hidden layer: 16 outputs of two rows stay in registers, every sum is loaded and stored once for both. */
function denseSums(table: usize, layer: usize, x0: usize, x1: usize): void {
  const scale0 = v128.load_splat<f32>(table, T.SCALE_0);
  const scale1 = v128.load_splat<f32>(table, T.SCALE_1);
  const stride = <usize>load<u32>(layer, T.STRIDE);
  const inputs = (<usize>load<u32>(layer, T.INPUTS)) << 2;
  const biases = <usize>load<u32>(layer, T.BIAS_SUMS);
  const delta0 = <usize>load<u32>(layer, T.DELTA_0);
  const delta1 = <usize>load<u32>(layer, T.DELTA_1);
  for (let tile: usize = 0; tile < stride; tile += 64) {
    const d0 = f32x4.mul(scale0, v128.load(delta0 + tile));
    const d1 = f32x4.mul(scale0, v128.load(delta0 + tile, 16));
    const d2 = f32x4.mul(scale0, v128.load(delta0 + tile, 32));
    const d3 = f32x4.mul(scale0, v128.load(delta0 + tile, 48));
    const e0 = f32x4.mul(scale1, v128.load(delta1 + tile));
    const e1 = f32x4.mul(scale1, v128.load(delta1 + tile, 16));
    const e2 = f32x4.mul(scale1, v128.load(delta1 + tile, 32));
    const e3 = f32x4.mul(scale1, v128.load(delta1 + tile, 48));
    const b = biases + tile;
    v128.store(b, f32x4.add(f32x4.add(v128.load(b), d0), e0));
    v128.store(b, f32x4.add(f32x4.add(v128.load(b, 16), d1), e1), 16);
    v128.store(b, f32x4.add(f32x4.add(v128.load(b, 32), d2), e2), 32);
    v128.store(b, f32x4.add(f32x4.add(v128.load(b, 48), d3), e3), 48);
    let w = <usize>load<u32>(layer, T.WEIGHT_SUMS) + tile;
    for (let i: usize = 0; i < inputs; i += 4) {
      const s = v128.load_splat<f32>(x0 + i);
      const t = v128.load_splat<f32>(x1 + i);
      v128.store(w, f32x4.add(f32x4.add(v128.load(w), f32x4.mul(s, d0)), f32x4.mul(t, e0)));
      v128.store(w, f32x4.add(f32x4.add(v128.load(w, 16), f32x4.mul(s, d1)), f32x4.mul(t, e1)), 16);
      v128.store(w, f32x4.add(f32x4.add(v128.load(w, 32), f32x4.mul(s, d2)), f32x4.mul(t, e2)), 32);
      v128.store(w, f32x4.add(f32x4.add(v128.load(w, 48), f32x4.mul(s, d3)), f32x4.mul(t, e3)), 48);
      w += stride;
    }
  }
}

/** The last layer: one output, so its weights are one vector. */
function outputSums(table: usize, x0: usize, x1: usize): void {
  const layer = T.layerAt(table, load<u32>(table, T.WEIGHT_LAYERS) - 1);
  const bytes = <usize>load<u32>(layer, T.INPUT_BYTES);
  const weights = <usize>load<u32>(layer, T.WEIGHT_SUMS);
  const bias = <usize>load<u32>(layer, T.BIAS_SUMS);
  const d = load<f32>(table, T.SCALE_0) * load<f32>(<usize>load<u32>(layer, T.DELTA_0));
  const e = load<f32>(table, T.SCALE_1) * load<f32>(<usize>load<u32>(layer, T.DELTA_1));
  store<f32>(bias, load<f32>(bias) + d + e);
  const d4 = f32x4.splat(d);
  const e4 = f32x4.splat(e);
  for (let i: usize = 0; i < bytes; i += 16) {
    const sum = f32x4.add(v128.load(weights + i), f32x4.mul(v128.load(x0 + i), d4));
    v128.store(weights + i, f32x4.add(sum, f32x4.mul(v128.load(x1 + i), e4)));
  }
}

/** Both rows' outer products, straight into the sums: no row's gradient is ever formed. */
export function accumulate(table: usize, x0: usize, x1: usize): void {
  const last = load<u32>(table, T.WEIGHT_LAYERS) - 1;
  for (let l: u32 = 0; l < last; l++) {
    const layer = T.layerAt(table, l);
    denseSums(table, layer, x0, x1);
    x0 = <usize>load<u32>(layer, T.OUTPUT_0);
    x1 = <usize>load<u32>(layer, T.OUTPUT_1);
  }
  outputSums(table, x0, x1);
}

/** Moves the float32 sums times `factor` into float64 and empties them: float32 never adds up more than one block. */
export function flush(table: usize, lane: usize, factor: f64): void {
  const sums = <usize>load<u32>(table, T.SUMS);
  const bytes = <usize>load<u32>(table, T.SUMS_BYTES);
  const zero = f32x4.splat(0);
  const scale = f64x2.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16) {
    const to = lane + 2 * i;
    const low = f64x2.promote_low_f32x4(v128.load64_zero(sums + i));
    const high = f64x2.promote_low_f32x4(v128.load64_zero(sums + i, 8));
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(low, scale)));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(high, scale)), 16);
    v128.store(sums + i, zero);
  }
}
