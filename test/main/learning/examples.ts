/** Networks, rows and the published vectors that the learning tests share. */
import type { TrainingSet } from '#main/learning/engine.ts';
import type { Network } from '#main/learning/model/layers.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { publicNormal, publicRandom, uniformInteger } from '#main/learning/model/public-random.ts';
import type { LabelledRow } from '#main/learning/model/reference.ts';
import vectors from '../../vectors/dpsgd-ghost-clipping.json' with { type: 'json' };

/** Parameters with no zeros, so that a lost term shows. */
export function someWeights(layers: readonly number[], seed: number): Float64Array {
  const random = publicRandom(seed);
  return Float64Array.from({ length: parameterCount(layers) }, () => 0.4 * publicNormal(random));
}

export function someRows(inputs: number, rows: number, seed: number): TrainingSet {
  const random = publicRandom(seed);
  return {
    features: Float32Array.from({ length: rows * inputs }, () => publicNormal(random)),
    labels: Uint8Array.from({ length: rows }, () => (uniformInteger(random, 5) === 0 ? 1 : 0)),
  };
}

export function rowAt({ features, labels }: TrainingSet, row: number): LabelledRow {
  const inputs = features.length / labels.length;
  return { features: features.subarray(row * inputs, (row + 1) * inputs), label: labels[row] ?? 0 };
}

export function range(from: number, until: number): Uint32Array {
  return Uint32Array.from({ length: until - from }, (_, i) => from + i);
}

export function largestDifference(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new RangeError('vectors of different length');
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

export interface GhostVectors {
  readonly network: Network;
  readonly weights: Float64Array;
  /** Input of the first layer, [x, emb[cat]]: the embedding's own gradient is not the network's. */
  readonly rows: readonly LabelledRow[];
  readonly lossWeights: readonly number[];
  /** ‖g_i‖² of the network's own parameters (the embedding's share left out), and over all parameters. */
  readonly squaredNorms: readonly number[];
  readonly fullNorms: readonly number[];
  readonly scales: readonly number[];
  readonly clip: number;
  /** Clipped sum of the network's own parameters, in the order of the flat vector. */
  readonly clippedSum: Float64Array;
}

/** W as rows of outputs (torch) to W[input · outputs + output]. */
function inputMajor(matrix: readonly (readonly number[])[]): number[] {
  return (matrix[0] ?? []).flatMap((_, input) => matrix.map((row) => row[input] ?? Number.NaN));
}

export function ghostVectors(): GhostVectors {
  const { params, per_example: per } = vectors;
  const { l1, l2, l3 } = per.norm2_by_block;
  const sum = per.clipped_sum;
  const flat = (p: Pick<typeof params, 'W1' | 'W2' | 'W3' | 'b1' | 'b2' | 'b3'>): Float64Array =>
    Float64Array.from([
      ...inputMajor(p.W1),
      ...p.b1,
      ...inputMajor(p.W2),
      ...p.b2,
      ...inputMajor(p.W3),
      ...p.b3,
    ]);
  return {
    network: { layers: [6, 5, 3, 1], activation: 'relu' },
    weights: flat(params),
    rows: vectors.x.map((x, i) => ({
      features: [...x, ...(params.emb[vectors.cat[i] ?? 0] ?? [])],
      label: vectors.y[i] ?? 0,
    })),
    lossWeights: vectors.w,
    squaredNorms: l1.map((norm, i) => norm + (l2[i] ?? 0) + (l3[i] ?? 0)),
    fullNorms: per.norm,
    scales: per.scale,
    clip: vectors.clip,
    clippedSum: flat(sum),
  };
}

/** The vectors' rows as a training set (float32). */
export function ghostTrainingSet({ rows }: GhostVectors): TrainingSet {
  return {
    features: Float32Array.from(rows.flatMap(({ features }) => Array.from(features))),
    labels: Uint8Array.from(rows, ({ label }) => label),
  };
}
