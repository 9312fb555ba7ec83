/** What the training thread can be asked, parsed on its side, and what it answers, parsed on the trainer's. */
import { z } from 'zod';
import { Charter } from '#shared/round/charter.ts';
import { Quality } from '#shared/round/round-view.ts';
import { FeatureRows } from '../features/feature-rows.ts';

/** As in Settings. */
export const EngineChoice = z.enum(['automatic', 'kernel', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu']);

const vector = z.custom<Float64Array>((value) => value instanceof Float64Array);

export const Checkpoint = z.object({
  round: z.int().min(0),
  step: z.int().min(0),
  roundSteps: z.int().min(0),
  included: z.array(z.object({ bankId: z.string(), tier: z.int().min(1) })).readonly(),
  weights: vector,
  momentum: vector,
  secondMoment: vector,
  lastMean: vector,
});

/** What a charter trains and tests on. */
export const TrainingSetup = z.object({
  charter: Charter,
  engine: EngineChoice,
  train: FeatureRows,
  test: FeatureRows,
  leftOut: FeatureRows.optional(),
});
export type TrainingSetup = z.infer<typeof TrainingSetup>;

/** One round under the charter that is loaded. */
export const TrainingOrder = z.object({
  /** Number of this order; written into the stop word it ends the training. */
  order: z.int().min(0),
  tier: z.int().min(1),
  checkpoint: Checkpoint,
  ownGradient: vector.optional(),
  withLocalEffect: z.boolean(),
  /** More noise than the charter's; without it the charter's own. */
  noiseMultiplier: z.number().gt(0).optional(),
});
export type TrainingOrder = z.infer<typeof TrainingOrder>;

const call = z.int();
export const TrainingQuestion = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('load'), call, setup: TrainingSetup }),
  z.object({ kind: z.literal('train'), call, order: TrainingOrder }),
  z.object({ kind: z.literal('evaluate'), call, checkpoint: Checkpoint }),
]);
export type TrainingQuestion = z.infer<typeof TrainingQuestion>;

/** What the training thread is started with. */
export const TrainingThreadData = z.object({
  /** One Int32: the number of the order that shall stop, NO_ORDER for none. */
  stop: z.instanceof(SharedArrayBuffer),
  /** Threads that add up gradients, the training thread included. */
  threads: z.int().min(1),
});
export type TrainingThreadData = z.infer<typeof TrainingThreadData>;

/** In the stop word: nothing shall stop. */
export const NO_ORDER = -1;

export const TrainingAnswer = z.object({
  payload: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  statistics: z.object({
    sampledUnits: z.number(),
    clippedShare: z.number().nullable(),
    nonFiniteRows: z.number(),
    seconds: z.number(),
    rowsPerSecond: z.number(),
    engine: z.string(),
  }),
  ownGradient: vector.optional(),
  localEffect: z.object({ before: Quality, after: Quality }).nullable(),
});
export type TrainingAnswer = z.infer<typeof TrainingAnswer>;
