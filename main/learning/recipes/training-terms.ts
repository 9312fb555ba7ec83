/** What every recipe's bank side takes and gives. */
import type { Charter } from '#shared/round/charter.ts';
import type { StepFigures } from '../dp-sgd/noisy-sums.ts';
import type { GradientEngine } from '../engine.ts';
import type { Chance } from '../kernel/chance.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { IntegerVectors } from './update-codec.ts';

export interface LocalTraining {
  readonly charter: Charter;
  readonly checkpoint: Checkpoint;
  /** Bound to the charter's network and the bank's training rows. */
  readonly engine: GradientEngine;
  /** Rows held by the engine. */
  readonly rows: number;
  /** The bank's declared public size tier. */
  readonly tier: number;
  /** ḡ_b: mean noisy gradient of this bank's last included round (`ownMean`); null before one. */
  readonly lastOwnMean: Float64Array | null;
  readonly chance: Chance;
  /** Called after each step with steps done and steps in all. */
  readonly onStep?: (done: number, steps: number) => void;
}

export interface TrainedUpdate {
  readonly vectors: IntegerVectors;
  /** Raw figures of the whole round, for the analyst only. */
  readonly figures: StepFigures;
}
