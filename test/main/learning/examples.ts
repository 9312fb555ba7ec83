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

/** One account of the vectors; a loss weight of 5 is the same row five times. */
export interface GhostAccount {
  /** Rows of `ghostAccountSet`. */
  readonly rows: Uint32Array;
  /** ‖g_u‖ over all parameters, and the embedding's share of ‖g_u‖², from the error terms of the vectors. */
  readonly fullNorm: number;
  readonly embeddingSquare: number;
  readonly scale: number;
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
  readonly accounts: readonly GhostAccount[];
  /** Clipped by account. */
  readonly accountClippedSum: Float64Array;
}

/** W as rows of outputs (torch) to W[input · outputs + output]. */
function inputMajor(matrix: readonly (readonly number[])[]): number[] {
  return (matrix[0] ?? []).flatMap((_, input) => matrix.map((row) => row[input] ?? Number.NaN));
}

export function ghostVectors(): GhostVectors {
  const { params, per_example: per, per_account: byAccount } = vectors;
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
    accounts: ghostAccounts(),
    accountClippedSum: flat(byAccount.clipped_sum),
  };
}

/** The vectors' rows as a training set (float32). */
export function ghostTrainingSet({ rows }: GhostVectors): TrainingSet {
  return {
    features: Float32Array.from(rows.flatMap(({ features }) => Array.from(features))),
    labels: Uint8Array.from(rows, ({ label }) => label),
  };
}

/** The vectors' rows, each as often as its loss weight says: what `GhostAccount.rows` counts in. */
export function ghostAccountSet(ghost: GhostVectors): TrainingSet {
  const rows = ghost.lossWeights.flatMap((weight, row) => new Array<number>(weight).fill(row));
  return ghostTrainingSet({ ...ghost, rows: rows.flatMap((row) => ghost.rows[row] ?? []) });
}

function ghostAccounts(): readonly GhostAccount[] {
  const { per_account: byAccount, account, w, cat, deltas } = vectors;
  const members = byAccount.ids.map((id) => account.flatMap((of, row) => (of === id ? [row] : [])));
  const startOf = (row: number): number => w.slice(0, row).reduce((sum, weight) => sum + weight, 0);
  return members.map((rows, n) => ({
    rows: Uint32Array.from(rows.flatMap((row) => [...range(startOf(row), startOf(row + 1))])),
    fullNorm: byAccount.norm[n] ?? Number.NaN,
    embeddingSquare: [0, 1, 2, 3].reduce((total, category) => {
      const ofCategory = rows.filter((row) => cat[row] === category);
      const sums = [0, 1].map((i) =>
        ofCategory.reduce((sum, row) => sum + (deltas.d_emb[row]?.[i] ?? Number.NaN), 0),
      );
      return total + sums.reduce((squares, value) => squares + value ** 2, 0);
    }, 0),
    scale: byAccount.scale[n] ?? Number.NaN,
  }));
}

/** Consecutive accounts of these sizes, from row 0: a request's rows and ends. */
export function accountsOf(sizes: readonly number[]): {
  readonly rows: Uint32Array;
  readonly accountEnds: Uint32Array;
} {
  let end = 0;
  const accountEnds = Uint32Array.from(sizes, (size) => (end += size));
  return { rows: range(0, end), accountEnds };
}

/** The rows of each account of a request. */
export function accountRowsAt(
  data: TrainingSet,
  { rows, accountEnds }: { readonly rows: Uint32Array; readonly accountEnds: Uint32Array },
): readonly (readonly LabelledRow[])[] {
  return Array.from(accountEnds, (end, n) =>
    Array.from(rows.subarray(accountEnds[n - 1] ?? 0, end), (row) => rowAt(data, row)),
  );
}
