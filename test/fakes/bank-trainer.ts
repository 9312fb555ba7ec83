/** A trainer that draws "noise" from a seed: payloads of the charter's layout whose noise ratio a test sets. */
import { createHash } from 'node:crypto';
import { FailureError } from '#shared/failure.ts';
import { stepsOfRound } from '#shared/round/schedule.ts';
import { updateLayout, type VectorName } from '#shared/round/update-layout.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { encodeUpdate } from '#main/learning/recipes/update-codec.ts';
import type { Trainer, TrainingJob, TrainingOutcome, TrainingRequest } from '#main/bank/training/trainer.ts';

export interface FakeTrainer extends Trainer {
  /** ‖γG‖ / (σC√(P·K)) of the next updates, σ the noise that was asked for. */
  noiseRatio: number;
  /** Raw figure that must never decide an automatic release. */
  clippedShare: number;
  units: number;
  /** When set, trainings wait until `release` is called. */
  isHeldBack: boolean;
  release(): void;
  readonly started: readonly TrainingRequest[];
  /** Called when noise is drawn. */
  onNoise: () => void;
}

export function fakeTrainer(seed: string): FakeTrainer {
  const started: TrainingRequest[] = [];
  let waiting: (() => void)[] = [];
  const trainer: FakeTrainer = {
    noiseRatio: 1,
    clippedShare: 0.5,
    units: 20_000,
    isHeldBack: false,
    started,
    onNoise: () => undefined,
    release: () => {
      const all = waiting;
      waiting = [];
      for (const resolve of all) resolve();
    },
    prepare: async () => ({ units: trainer.units, tier: 16_384, rows: trainer.units, frauds: 100 }),
    start: (request): TrainingJob => {
      started.push(request);
      trainer.onNoise();
      let fail: (error: Error) => void = () => undefined;
      const stopped = new Promise<never>((_, reject) => {
        fail = reject;
      });
      const gate = trainer.isHeldBack
        ? new Promise<void>((resolve) => waiting.push(resolve))
        : Promise.resolve();
      const work = gate.then(() => outcomeOf(request, trainer, `${seed}/${String(started.length)}`));
      return {
        result: Promise.race([work, stopped]),
        stop: async () => {
          fail(new FailureError('training-stopped', 'The training was stopped'));
        },
      };
    },
    evaluate: async () => ({ prAuc: 0.5, rocAuc: 0.5, cardPrecisionAt100: null, recallAtCapacity: null }),
    close: async () => undefined,
  };
  return trainer;
}

function outcomeOf(request: TrainingRequest, trainer: FakeTrainer, seed: string): TrainingOutcome {
  const { charter, index } = request;
  const parameters = parameterCount(charter.model.layers);
  const layout = updateLayout(charter, parameters, index);
  const steps = charter.recipe.kind === 'few-rounds' ? stepsOfRound(charter.recipe, index) : 1;
  const noiseMultiplier = request.noiseMultiplier ?? charter.privacy.noiseMultiplier;
  const deviation = noiseMultiplier * (charter.privacy.clippingNorm ?? 1);
  const direction = unitVector(parameters, seed);
  const vectors: Partial<Record<VectorName, Float64Array>> = {};
  for (const { name, gridStep, length: numbers } of layout) {
    if (name === 'evaluation') {
      vectors[name] = Float64Array.from({ length: numbers }, (_, i) => i - 3);
      continue;
    }
    const length = name === 'sum' ? trainer.noiseRatio * deviation * Math.sqrt(steps * parameters) : 0.01;
    vectors[name] = direction.map((value) => Math.round((value * length) / gridStep) + 0);
  }
  const ownGradient = direction.map((value) => value * deviation);
  return {
    payload: encodeUpdate(layout, vectors),
    statistics: {
      sampledUnits: 1000,
      clippedShare: trainer.clippedShare,
      nonFiniteRows: 0,
      seconds: 0.1,
      rowsPerSecond: 10_000,
      engine: 'fake',
    },
    ownGradient,
    localEffect: null,
  };
}

/** A direction that depends on the seed alone (numerical recipes' linear congruential generator). */
function unitVector(length: number, seed: string): Float64Array {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  const values = Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}
