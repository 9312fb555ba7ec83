/**
 * Accounts as the unit of privacy: an account's rows are added up, unclipped, in the thread's float32 sums, which are then
 * its gradient; that one vector is clipped and goes to float64 at once. So float32 never adds two accounts, and what one
 * account adds is a function of its own rows, of a norm within the limit.
 */
import { accumulate, flush } from './accumulate';
import { count, featuresOf, passPair, zeroRow } from './pair';
import * as T from './table';

/** Adds two rows of one account to its gradient; `paired` is false where the second is only padding. */
function addPair(table: usize, rows: usize, paired: bool): void {
  const first = load<u32>(rows);
  const second = paired ? load<u32>(rows, 4) : first;
  let x1 = featuresOf(table, second);
  passPair(table, first, second);
  if (!paired) {
    zeroRow(table, T.OUTPUT_1, T.DELTA_1);
    x1 = <usize>load<u32>(table, T.ZERO_ROW);
  }
  store<f32>(table, 1, T.SCALE_0);
  store<f32>(table, 1, T.SCALE_1);
  accumulate(table, featuresOf(table, first), x1);
}

/** ‖g‖² of the account in the sums, in float64: exact to 1e-15, and finite wherever every number of g is. */
function squaredSums(table: usize): f64 {
  const sums = <usize>load<u32>(table, T.SUMS);
  const bytes = <usize>load<u32>(table, T.SUMS_BYTES);
  let low = f64x2.splat(0);
  let high = low;
  for (let i: usize = 0; i < bytes; i += 16) {
    const a = f64x2.promote_low_f32x4(v128.load64_zero(sums + i));
    const b = f64x2.promote_low_f32x4(v128.load64_zero(sums + i, 8));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const both = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** Moves the account in the sums to the lane times min(1, limit/‖g‖); one that is not finite adds nothing at all. */
function settle(table: usize, lane: usize, rowCount: u32, limit: f64): void {
  const norm = sqrt(squaredSums(table));
  if (!isFinite(norm)) {
    count(table, T.NON_FINITE, rowCount);
    memory.fill(<usize>load<u32>(table, T.SUMS), 0, <usize>load<u32>(table, T.SUMS_BYTES));
    return;
  }
  if (limit == 0 || norm <= limit) {
    flush(table, lane, 1);
    return;
  }
  count(table, T.CLIPPED, 1);
  flush(table, lane, limit / norm);
}

/**
 * The sum of the clipped gradients of the accounts `from` … `to`−1 of the batch into the float64 vector at `lane`. Account
 * a's row numbers (u32) stand at `rows` from position ends[a−1] (0 for the first) up to ends[a]. limit = 0: no clipping.
 */
export function sumAccounts(
  table: usize,
  rows: usize,
  ends: usize,
  from: u32,
  to: u32,
  limit: f64,
  lane: usize,
): void {
  const bytes = <usize>load<u32>(table, T.SUMS_BYTES);
  memory.fill(lane, 0, 2 * bytes);
  memory.fill(<usize>load<u32>(table, T.SUMS), 0, bytes);
  let start: u32 = from == 0 ? 0 : load<u32>(ends + ((<usize>from - 1) << 2));
  for (let account = from; account < to; account++) {
    const end = load<u32>(ends + (<usize>account << 2));
    for (let i = start; i < end; i += 2) addPair(table, rows + (<usize>i << 2), i + 1 < end);
    settle(table, lane, end - start, limit);
    start = end;
  }
}
