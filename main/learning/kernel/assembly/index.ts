/**
 * The DP-SGD step in one pass: forward, error terms, norm, clip factor, accumulate, two rows at a time, with weights
 * and sums in the first-level cache (privacy.md 2d). No allocation, no imports but the memory, no relaxed SIMD.
 */
import { forward } from './forward';
import * as T from './table';

export { sumAccounts } from './accounts';
export { jumps, normals } from './chance';
export { sumRows } from './rows';

/** Adds `lanes` float64 vectors of `bytes` bytes, which follow one another from `first`, in order into `sum`. */
export function addLanes(first: usize, lanes: u32, bytes: usize, sum: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    let total = v128.load(first + i);
    for (let l: u32 = 1; l < lanes; l++) total = f64x2.add(total, v128.load(first + <usize>l * bytes + i));
    v128.store(sum + i, total);
  }
}

/** Logits (f32) of the first `rowCount` rows of the feature region, to `logits`. */
export function predict(table: usize, rowCount: u32, logits: usize): void {
  const features = <usize>load<u32>(table, T.FEATURES);
  const stride = <usize>load<u32>(table, T.FEATURE_STRIDE);
  const layer = T.layerAt(table, load<u32>(table, T.WEIGHT_LAYERS) - 1);
  const z0 = <usize>load<u32>(layer, T.OUTPUT_0);
  const z1 = <usize>load<u32>(layer, T.OUTPUT_1);
  for (let i: u32 = 0; i < rowCount; i += 2) {
    const second = min(i + 1, rowCount - 1);
    forward(table, features + <usize>i * stride, features + <usize>second * stride);
    store<f32>(logits + (<usize>i << 2), load<f32>(z0));
    store<f32>(logits + (<usize>second << 2), load<f32>(z1));
  }
}
