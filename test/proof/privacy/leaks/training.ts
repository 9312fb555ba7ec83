/** Small trainings for the leak proofs: the real noisy sum on standard normal rows whose labels are half chance. */
import { noiseGridExponent, noisySums } from '#main/learning/dp-sgd/noisy-sums.ts';
import type { TrainingSet } from '#main/learning/engine.ts';
import { createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import type { Network } from '#main/learning/model/layers.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { freshWeights, INPUTS, RELU, TANH } from '../../../main/learning/attacks/problems.ts';

/** A fifth fraud; two inputs tell half of it, the rest can only be learnt by heart. */
export function drawnSet(rows: number, seed: number): TrainingSet {
  const random = publicRandom(seed);
  const features = Float32Array.from({ length: rows * INPUTS }, () => publicNormal(random));
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const told = (features[row * INPUTS] ?? 0) + (features[row * INPUTS + 1] ?? 0);
    return told + 1.4 * publicNormal(random) > 1.7 ? 1 : 0;
  });
  return { features, labels };
}

export interface SmallTraining {
  readonly data: TrainingSet;
  readonly seed: number;
  /** 0: neither clipped nor noised. */
  readonly noiseMultiplier: number;
  readonly samplingRate: number;
  readonly steps: number;
  readonly network?: Network;
}

const LEARNING_RATE = 0.5;

/** Weights before and after. */
export function trainSmall({ data, seed, noiseMultiplier, network = TANH, ...terms }: SmallTraining) {
  const { samplingRate, steps } = terms;
  const isPrivate = noiseMultiplier > 0;
  const setup = { network, data, unit: 'row' as const };
  const engine = createKernel({ ...setup, threads: 1, startThread: () => undefined });
  const gridStep = 2 ** noiseGridExponent(isPrivate ? noiseMultiplier : 1);
  const rows = data.labels.length;
  const sums = noisySums(
    engine,
    {
      units: { kind: 'rows', count: rows },
      ...{ samplingRate, gridStep, clippingNorm: isPrivate ? 1 : null },
      noiseStandardDeviation: noiseMultiplier,
      bound: 2 ** 40,
    },
    createChance(aesKeystream(seededRandom(`small training ${String(seed)}`))),
  );
  const before = freshWeights(seed);
  const after = before.slice();
  const rate = (LEARNING_RATE * gridStep) / (samplingRate * rows);
  for (let step = 0; step < steps; step++)
    sums.next(after).integers.forEach((k, i) => (after[i] = (after[i] ?? 0) - rate * k));
  engine.close();
  return { before, after };
}

/** Of rectified linear units. */
export function trainedWeights(seed: number): Float64Array {
  const data = drawnSet(2000, seed);
  return trainSmall({ data, seed, network: RELU, noiseMultiplier: 0, samplingRate: 0.05, steps: 400 }).after;
}
