/** What every recipe's bank side takes and gives. */
import type { Charter } from '#shared/round/charter.ts';
import type { StepFigures } from '../dp-sgd/noisy-sums.ts';
import type { SampledUnits } from '../dp-sgd/unit-batch.ts';
import type { ClippedUnit, GradientEngine } from '../engine.ts';
import type { Chance } from '../kernel/chance.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { IntegerVectors } from './update-codec.ts';

export interface LocalTraining {
  readonly charter: Charter;
  readonly checkpoint: Checkpoint;
  /** Bound to the charter's network and unit and the bank's training rows. */
  readonly engine: GradientEngine;
  /** Over the rows held by the engine; of the kind of `clippedUnit`. */
  readonly units: SampledUnits;
  /** The bank's declared public size tier. */
  readonly tier: number;
  /** ḡ_b: mean noisy gradient of this bank's last included round (`ownMean`); null before one. */
  readonly lastOwnMean: Float64Array | null;
  readonly chance: Chance;
  /** More noise than the charter's, for this training alone; the preconditioner stays the charter's, as at all banks. */
  readonly noiseMultiplier?: number | undefined;
  /** Called after each step with steps done and steps in all. */
  readonly onStep?: (done: number, steps: number) => void;
}

/** What training makes; an evaluation that travels with it is made apart (main/bank/training/evaluation.ts). */
export type TrainedVectors = Pick<IntegerVectors, 'difference' | 'sum'>;

export interface TrainedUpdate {
  readonly vectors: TrainedVectors;
  /** Raw figures of the whole round, for the analyst only. */
  readonly figures: StepFigures;
}

/** What one gradient is of: the plain recipe neither samples nor clips, so for it a row is a row under any charter. */
export function clippedUnit({ recipe, privacy }: Pick<Charter, 'recipe' | 'privacy'>): ClippedUnit {
  return recipe.kind === 'plain' || privacy.unit === 'transaction' ? 'row' : 'account';
}
