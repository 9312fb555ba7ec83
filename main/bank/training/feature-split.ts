/** The rows that one charter trains and tests on, in memory that threads share. Which rows those are decides main/bank/features. */
import { z } from 'zod';
import type { Charter } from '#shared/round/charter.ts';

/** Rows in time order, without their features. */
const DatedLabels = z.object({
  rows: z.int().min(0),
  /** 1 for fraud, 0 for genuine. */
  y: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  /** UTC milliseconds. */
  occurredAt: z.custom<Float64Array>((value) => value instanceof Float64Array),
  /** One number an account, the same in all parts of a split. */
  accountIndex: z.custom<Uint32Array>((value) => value instanceof Uint32Array),
});
export type DatedLabels = z.infer<typeof DatedLabels>;

export const FeatureRows = DatedLabels.extend({
  /** Inputs of one row. */
  width: z.int().min(1),
  /** x[row · width + input] */
  x: z.custom<Float32Array>((value) => value instanceof Float32Array),
});
export type FeatureRows = z.infer<typeof FeatureRows>;

export const FeatureSplit = z.object({
  /** Labels as they were known at the cut-off. */
  train: FeatureRows,
  /** Labels as they are known by now. */
  test: FeatureRows,
  /** The rows of the 14 days before the test: they tell which cards are known already. */
  beforeTest: DatedLabels,
});
export type FeatureSplit = z.infer<typeof FeatureSplit>;

export interface FeatureAccess {
  /** Names the state of the data: another text when `open` would answer other rows. Cheap. */
  version(): string;
  /** Computes what is missing first. @throws FailureError `data-missing`, `features-not-ready`. */
  open(charter: Charter): Promise<FeatureSplit>;
}
