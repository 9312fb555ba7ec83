/** Networks, rows and traps that the attacks are tried on: privacy.md section 4's network, and its simple imprint. */
import type { AttackedRows } from '#main/learning/attacks/attacked-rows.ts';
import { initialWeights } from '#main/learning/model/initial-weights.ts';
import { layerSegments, type Network } from '#main/learning/model/layers.ts';
import {
  publicNormal,
  type PublicRandom,
  publicRandom,
  uniformInteger,
} from '#main/learning/model/public-random.ts';
import type { LabelledRow } from '#main/learning/model/reference.ts';
import { normalTail } from '#shared/privacy/erf.ts';

export const INPUTS = 30;
/** 4,097 parameters. */
export const TANH: Network = { layers: [INPUTS, 64, 32, 1], activation: 'tanh' };
export const RELU: Network = { ...TANH, activation: 'relu' };

export function freshWeights(seed: number): Float64Array {
  return initialWeights({ layers: TANH.layers, seed, outputBias: -1 });
}

/** Standard normal rows, a fifth of them fraud. */
export function drawRows(count: number, random: PublicRandom): readonly LabelledRow[] {
  return Array.from({ length: count }, () => ({
    features: Float32Array.from({ length: INPUTS }, () => publicNormal(random)),
    label: uniformInteger(random, 5) === 0 ? 1 : 0,
  }));
}

export function asAttacked(rows: readonly LabelledRow[]): AttackedRows {
  return { features: Float32Array.from(rows.flatMap(({ features }) => Array.from(features))), width: INPUTS };
}

export function withNoise(
  vector: Float64Array,
  standardDeviation: number,
  random: PublicRandom,
): Float64Array {
  return vector.map((value) => value + standardDeviation * publicNormal(random));
}

/**
 * The imprint of Fowl et al. (2110.13057) for standard normal rows: all first-layer neurons look along one direction, the
 * j-th turns on for a share 1 − j/64 of the rows, and the layers above pass every neuron's error on alike.
 */
export function imprintWeights(seed: number): Float64Array {
  const weights = freshWeights(seed);
  const random = publicRandom(seed);
  const direction = Float64Array.from({ length: INPUTS }, () => publicNormal(random));
  const norm = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  const [first, ...above] = layerSegments(RELU.layers);
  if (first === undefined) return weights;
  for (let j = 0; j < first.outputs; j++) {
    direction.forEach((value, i) => (weights[first.weights + i * first.outputs + j] = value / norm));
    weights[first.biases + j] = -normalQuantile(j / first.outputs);
  }
  for (const { weights: at, biases, outputs } of above) {
    weights.fill(0.01, at, biases);
    weights.fill(0.1, biases, biases + outputs);
  }
  return weights;
}

/** By bisection; 0 stands for a threshold below every row. */
function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (1 - normalTail(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}
