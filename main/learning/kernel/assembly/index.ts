/**
 * The DP-SGD step in one pass: forward, error terms, norm, clip factor, accumulate, two rows at a time, with weights
 * and sums in the first-level cache (privacy.md 2d). No allocation, no imports but the memory, no relaxed SIMD.
 */
import { accumulate, flush } from './accumulate';
import { logistic } from './activation';
import { backward, squaredGradientNorm, squaredNorm } from './backward';
import { forward } from './forward';
import * as T from './table';

export { jumps, normals } from './chance';

/** Rows whose sums stay in float32 (privacy.md 2f.4). */
const BLOCK: u32 = 64;

function setOutputError(table: usize, row: u32, output: usize, delta: usize): void {
  const layer = T.layerAt(table, load<u32>(table, T.WEIGHT_LAYERS) - 1);
  const z = load<f32>(<usize>load<u32>(layer + output));
  const label = <f64>load<u8>(<usize>load<u32>(table, T.LABELS) + <usize>row);
  store<f32>(<usize>load<u32>(layer + delta), <f32>(logistic(<f64>z) - label));
}

/** Zeroes what the row left in the hidden layers: a zero clip factor alone would give 0 · NaN = NaN. */
function zeroRow(table: usize, output: usize, delta: usize): void {
  const layers = load<u32>(table, T.WEIGHT_LAYERS);
  for (let l: u32 = 0; l < layers; l++) {
    const layer = T.layerAt(table, l);
    const bytes = <usize>load<u32>(layer, T.STRIDE);
    memory.fill(<usize>load<u32>(layer + output), 0, bytes);
    memory.fill(<usize>load<u32>(layer + delta), 0, bytes);
  }
}

// @ts-ignore: decorator
@inline
function count(table: usize, counter: usize): void {
  store<u32>(table + counter, load<u32>(table + counter) + 1);
}

/** The factor of one row: min(1, limit/‖g‖), 1 where limit is 0 (no clipping), 0 for a row that is not finite. */
function clipFactor(table: usize, x: usize, output: usize, delta: usize, limit: f32): f32 {
  if (limit == 0) {
    const inputs = squaredNorm(x, <usize>load<u32>(T.layerAt(table, 0), T.INPUT_BYTES));
    const layer = T.layerAt(table, load<u32>(table, T.WEIGHT_LAYERS) - 1);
    return isFinite(inputs + load<f32>(<usize>load<u32>(layer + output))) ? 1 : 0;
  }
  const norm = sqrt(squaredGradientNorm(table, x, output, delta));
  if (!isFinite(norm)) return 0;
  if (norm <= limit) return 1;
  count(table, T.CLIPPED);
  return limit / norm;
}

/** Adds the rows at `x0` and `x1` to the float32 sums; `paired` is false where the second is only padding. */
function addPair(table: usize, rows: usize, paired: bool, limit: f32): void {
  const features = <usize>load<u32>(table, T.FEATURES);
  const stride = <usize>load<u32>(table, T.FEATURE_STRIDE);
  const zeros = <usize>load<u32>(table, T.ZERO_ROW);
  const first = load<u32>(rows);
  const second = paired ? load<u32>(rows, 4) : first;
  let x0 = features + <usize>first * stride;
  let x1 = features + <usize>second * stride;
  forward(table, x0, x1);
  setOutputError(table, first, T.OUTPUT_0, T.DELTA_0);
  setOutputError(table, second, T.OUTPUT_1, T.DELTA_1);
  backward(table);
  const scale0 = clipFactor(table, x0, T.OUTPUT_0, T.DELTA_0, limit);
  if (scale0 == 0) {
    count(table, T.NON_FINITE);
    zeroRow(table, T.OUTPUT_0, T.DELTA_0);
    x0 = zeros;
  }
  const scale1 = paired ? clipFactor(table, x1, T.OUTPUT_1, T.DELTA_1, limit) : 0;
  if (scale1 == 0) {
    if (paired) count(table, T.NON_FINITE);
    zeroRow(table, T.OUTPUT_1, T.DELTA_1);
    x1 = zeros;
  }
  store<f32>(table, scale0, T.SCALE_0);
  store<f32>(table, scale1, T.SCALE_1);
  accumulate(table, x0, x1);
}

/**
 * The sum of the clipped gradients of `rowCount` rows, whose numbers stand at `rows` (u32), into the float64 vector at
 * `lane`. limit = 0: the plain sum. A fixed order of operations: the same rows give the same bits.
 */
export function sumLane(table: usize, rows: usize, rowCount: u32, limit: f32, lane: usize): void {
  const bytes = <usize>load<u32>(table, T.SUMS_BYTES);
  memory.fill(lane, 0, 2 * bytes);
  memory.fill(<usize>load<u32>(table, T.SUMS), 0, bytes);
  for (let start: u32 = 0; start < rowCount; start += BLOCK) {
    const end = min(start + BLOCK, rowCount);
    for (let i = start; i < end; i += 2) addPair(table, rows + (<usize>i << 2), i + 1 < end, limit);
    flush(table, lane);
  }
}

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
