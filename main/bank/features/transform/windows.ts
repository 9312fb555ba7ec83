/**
 * Counts and sums over sliding time windows of many groups (accounts, terminals) at once, a constant time a row.
 *
 * A chain links each group's rows in time order; a window remembers the last row that entered it and the last that left.
 * Sums are exact because their terms are whole numbers: the same window gives the same bits wherever the pass began.
 */

export interface Chain {
  /** First row of a group, -1 for none. */
  readonly first: Int32Array;
  /** Next row of the same group, -1 for none yet. */
  readonly next: Int32Array;
  readonly occurredAt: Float64Array;
  append(group: number, row: number): void;
}

export function createChain(groups: number, occurredAt: Float64Array): Chain {
  const first = new Int32Array(groups).fill(-1);
  const last = new Int32Array(groups).fill(-1);
  const next = new Int32Array(occurredAt.length).fill(-1);
  return {
    first,
    next,
    occurredAt,
    append: (group, row) => {
      const before = last[group] ?? -1;
      if (before < 0) first[group] = row;
      else next[before] = row;
      last[group] = row;
    },
  };
}

export interface WindowShape {
  readonly spanMs: number;
  /** The window (t − lag − span, t − lag] ends this long before the time asked for. */
  readonly lagMs?: number;
  /** What a row adds to the sum; 1 without it. */
  readonly weights?: Float64Array | Uint8Array;
}

export interface Window {
  /** Moves the group's window to `time`, which must not run backwards. */
  advance(group: number, time: number): void;
  count(group: number): number;
  sum(group: number): number;
  /** To be called when the weight of a row of the chain changes: takes the change into the sum where the row is inside. */
  revalue(group: number, row: number, change: number): void;
}

export function createWindow(chain: Chain, { spanMs, lagMs = 0, weights }: WindowShape): Window {
  const { first, next, occurredAt } = chain;
  const entered = new Int32Array(first.length).fill(-1);
  const left = new Int32Array(first.length).fill(-1);
  const counts = new Int32Array(first.length);
  const sums = new Float64Array(first.length);

  return {
    advance: (group, time) => {
      const end = time - lagMs;
      const start = end - spanMs;
      let count = counts[group] ?? 0;
      let sum = sums[group] ?? 0;
      let inside = entered[group] ?? -1;
      for (
        let row = following(inside, group);
        row >= 0 && (occurredAt[row] ?? 0) <= end;
        row = next[row] ?? -1
      ) {
        count += 1;
        sum += weights?.[row] ?? 1;
        inside = row;
      }
      let outside = left[group] ?? -1;
      for (let row = following(outside, group); row >= 0 && row <= inside; row = next[row] ?? -1) {
        if ((occurredAt[row] ?? 0) > start) break;
        count -= 1;
        sum -= weights?.[row] ?? 1;
        outside = row;
      }
      entered[group] = inside;
      left[group] = outside;
      counts[group] = count;
      sums[group] = sum;
    },
    count: (group) => counts[group] ?? 0,
    sum: (group) => sums[group] ?? 0,
    revalue: (group, row, change) => {
      const isInside = row <= (entered[group] ?? -1) && row > (left[group] ?? -1);
      if (isInside) sums[group] = (sums[group] ?? 0) + change;
    },
  };

  function following(row: number, group: number): number {
    return (row < 0 ? first[group] : next[row]) ?? -1;
  }
}
