/** A slice of `prove privacy`: one claim, shown in less than ten minutes on two cores, and run again by its name alone. */
import type { ProofReport } from '../proof.ts';

export interface SliceOptions {
  readonly seed: number;
  /** Share of the full size: 1 for the figures that are asked for, less for a quick look. */
  readonly scale: number;
  /** Progress for a person, on standard error. */
  readonly say: (line: string) => void;
}

export interface PrivacySlice {
  readonly name: string;
  readonly summary: string;
  /** Expected minutes at full size, for the time left. */
  readonly minutes: number;
  run(options: SliceOptions): Promise<ProofReport>;
}

/** So many of `full` at this scale, at least one. */
export function scaled(full: number, { scale }: Pick<SliceOptions, 'scale'>): number {
  return Math.max(1, Math.round(full * scale));
}
