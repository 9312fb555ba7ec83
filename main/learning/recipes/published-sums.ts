/** What a round publishes, in real units. */
import type { Charter } from '#shared/round/charter.ts';
import type { VectorLayout, VectorName } from '#shared/round/update-layout.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import type { Checkpoint, IncludedBank } from './checkpoint.ts';
import type { TrainedVectors } from './training-terms.ts';

export interface ServerStep {
  readonly charter: Charter;
  readonly checkpoint: Checkpoint;
  /** Σ tier·Δ and ΣG over the included banks, as integers of the charter's grids. */
  readonly sums: TrainedVectors;
  /** In the order of the signed list; not empty. */
  readonly included: readonly IncludedBank[];
}

/** W: the tiers of the banks included. */
export function totalTier(included: readonly IncludedBank[]): number {
  return included.reduce((total, { tier }) => total + tier, 0);
}

/** The layout of one vector in the round after this checkpoint. */
export function vectorLayout(charter: Charter, checkpoint: Checkpoint, name: VectorName): VectorLayout {
  const found = updateLayout(charter, checkpoint.weights.length, checkpoint.round).find(
    (one) => one.name === name,
  );
  if (!found) throw new RangeError(`a ${charter.recipe.kind} update has no ${name}`);
  return found;
}

/** γ·k for each published integer. @throws RangeError where the sums lack the vector. */
export function realSum({ charter, checkpoint, sums }: ServerStep, name: keyof TrainedVectors): Float64Array {
  const { gridStep, length } = vectorLayout(charter, checkpoint, name);
  const integers = sums[name];
  if (integers?.length !== length) throw new RangeError(`the sums lack ${name}`);
  return integers.map((k) => gridStep * k);
}
