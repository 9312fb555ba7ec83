/** Gathers chosen rows of blocks into arrays over shared memory. */
import type { FeatureBlock } from './block-file.ts';
import { FeatureRows } from './feature-rows.ts';

export interface RowCollector {
  take(block: FeatureBlock, row: number, label: number): void;
  finish(): FeatureRows;
}

/** Room for `capacity` rows is reserved; the arrays given out end with the last row taken. */
export function createRowCollector(capacity: number, width: number): RowCollector {
  const x = new Float32Array(new SharedArrayBuffer(4 * capacity * width));
  const y = new Uint8Array(new SharedArrayBuffer(capacity));
  const occurredAt = new Float64Array(new SharedArrayBuffer(8 * capacity));
  const accountIndex = new Uint32Array(new SharedArrayBuffer(4 * capacity));
  const rowNo = new Uint32Array(new SharedArrayBuffer(4 * capacity));
  let rows = 0;
  return {
    take: (block, row, label) => {
      x.set(block.x.subarray(row * width, (row + 1) * width), rows * width);
      y[rows] = label;
      occurredAt[rows] = block.occurredAt[row] ?? 0;
      accountIndex[rows] = block.account[row] ?? 0;
      rowNo[rows] = block.rowNo[row] ?? 0;
      rows += 1;
    },
    finish: () =>
      FeatureRows.parse({
        rows,
        width,
        x: x.subarray(0, rows * width),
        y: y.subarray(0, rows),
        occurredAt: occurredAt.subarray(0, rows),
        accountIndex: accountIndex.subarray(0, rows),
        rowNo: rowNo.subarray(0, rows),
      }),
  };
}
