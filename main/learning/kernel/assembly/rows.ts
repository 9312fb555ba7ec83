/** Rows as the unit of privacy: each gradient is clipped by its ghost norm, and none is ever formed. */
import { accumulate, flush } from './accumulate';
import { squaredGradientNorm, squaredNorm } from './backward';
import { count, featuresOf, passPair, zeroRow } from './pair';
import * as T from './table';

/** Rows whose sums stay in float32 (privacy.md 2f.4). */
const BLOCK: u32 = 64;

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
  count(table, T.CLIPPED, 1);
  return limit / norm;
}

/** Adds the rows at `x0` and `x1` to the float32 sums; `paired` is false where the second is only padding. */
function addPair(table: usize, rows: usize, paired: bool, limit: f32): void {
  const zeros = <usize>load<u32>(table, T.ZERO_ROW);
  const first = load<u32>(rows);
  const second = paired ? load<u32>(rows, 4) : first;
  let x0 = featuresOf(table, first);
  let x1 = featuresOf(table, second);
  passPair(table, first, second);
  const scale0 = clipFactor(table, x0, T.OUTPUT_0, T.DELTA_0, limit);
  if (scale0 == 0) {
    count(table, T.NON_FINITE, 1);
    zeroRow(table, T.OUTPUT_0, T.DELTA_0);
    x0 = zeros;
  }
  const scale1 = paired ? clipFactor(table, x1, T.OUTPUT_1, T.DELTA_1, limit) : 0;
  if (scale1 == 0) {
    if (paired) count(table, T.NON_FINITE, 1);
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
export function sumRows(table: usize, rows: usize, rowCount: u32, limit: f32, lane: usize): void {
  const bytes = <usize>load<u32>(table, T.SUMS_BYTES);
  memory.fill(lane, 0, 2 * bytes);
  memory.fill(<usize>load<u32>(table, T.SUMS), 0, bytes);
  for (let start: u32 = 0; start < rowCount; start += BLOCK) {
    const end = min(start + BLOCK, rowCount);
    for (let i = start; i < end; i += 2) addPair(table, rows + (<usize>i << 2), i + 1 < end, limit);
    flush(table, lane, 1);
  }
}
