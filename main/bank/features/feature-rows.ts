/** Rows for training and scoring as flat arrays, as they pass between threads. */
import { z } from 'zod';

/** In time order; the arrays lie in shared memory, so that threads can read them without copies. */
export const FeatureRows = z.strictObject({
  rows: z.int().min(0),
  width: z.int().min(1),
  /** x[row · width + input] */
  x: z.instanceof(Float32Array),
  /** 1 for fraud, 0 for genuine. */
  y: z.instanceof(Uint8Array),
  /** UTC milliseconds. */
  occurredAt: z.instanceof(Float64Array),
  /** One number an account, the same in training and test rows. */
  accountIndex: z.instanceof(Uint32Array),
  /** Number of the transaction in the store. */
  rowNo: z.instanceof(Uint32Array),
});
export type FeatureRows = z.infer<typeof FeatureRows>;

export interface FeatureSet {
  readonly train: FeatureRows;
  readonly test: FeatureRows;
  /** What the known-cards rule took out of `test`; absent where the charter has no such rule. */
  readonly leftOut?: FeatureRows | undefined;
}
