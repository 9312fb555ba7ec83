/** What one benchmark measured, as a table row and as JSON (docs/design.md section 9). */

export interface BenchResult {
  /** `learning/kernel-rows-per-second`: the file, then what was measured. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** value ÷ the value of what it is compared with, measured in the same run; absent without such a comparison. */
  readonly ratio?: number;
  /** What the ratio or the value is against, in words. */
  readonly against?: string;
}

/** A benchmark of this folder: every `bench*` function that NAME.ts exports. */
export type Bench = () => Promise<readonly BenchResult[]>;
