/**
 * Marks of a model that was made to leak (Fowl et al. 2022, arXiv:2110.13057; Boenisch et al. 2021, arXiv:2112.02918):
 * first-layer neurons that look in one direction, and turn on one after another. Looks at public values only, the model
 * and made-up rows. A quiet trap can pass: this is an alarm, the noise is the defence.
 */
import { layerSegments } from '../model/layers.ts';
import { publicNormal, publicRandom } from '../model/public-random.ts';

/** |cos| of two neurons' weights above which they count as copies of one direction (privacy.md section 4 A). */
const COPIED_COSINE = 0.99;
/** More copies than this share of all pairs is an alarm: an honest model has none, a simple imprint has all. */
export const COPIED_SHARE_LIMIT = 0.01;
/** Rates of activation that fill 0 … 1 more evenly than this (Kolmogorov's distance from the uniform) are a ladder. */
const LADDER_DISTANCE = 0.15;
const LADDER_ENDS = 0.05;
const PROBE_ROWS = 500;
/** Fewer neurons make no ladder that could be told from chance. */
const LEAST_NEURONS = 8;

export interface TrapMarks {
  /** Share of pairs of first-layer neurons whose weights are parallel. */
  readonly copiedShare: number;
  /** Lowest and highest share of made-up rows that turn a neuron on. */
  readonly lowestRate: number;
  readonly highestRate: number;
  /** The rates climb from 0 to 1 in even steps. */
  readonly isLadder: boolean;
}

interface Model {
  readonly layers: readonly number[];
  readonly weights: Float64Array;
}

export function trapMarks(model: Model): TrapMarks {
  const rates = activationRates(model).sort();
  return {
    copiedShare: copiedShare(model),
    lowestRate: rates[0] ?? 0,
    highestRate: rates.at(-1) ?? 0,
    isLadder: isLadder(rates),
  };
}

export function isTrapped({ copiedShare, isLadder }: TrapMarks): boolean {
  return copiedShare > COPIED_SHARE_LIMIT || isLadder;
}

/** Share of pairs of first-layer neurons whose weights are parallel. */
export function copiedShare(model: Model): number {
  const directions = neurons(model).map(({ direction }) => unitOf(direction));
  const width = directions[0]?.length ?? 0;
  if (directions.length < 2 || width < 2) return 0;
  let copied = 0;
  directions.forEach((a, j) => {
    for (const b of directions.slice(0, j)) if (Math.abs(dot(a, b)) > COPIED_COSINE) copied++;
  });
  return copied / ((directions.length * (directions.length - 1)) / 2);
}

/** Of standard normal rows, the share for which each neuron's sum is positive. */
function activationRates(model: Model): Float64Array {
  const random = publicRandom(1);
  const own = neurons(model);
  const counts = new Float64Array(own.length);
  const row = new Float64Array(model.layers[0] ?? 0);
  for (let n = 0; n < PROBE_ROWS; n++) {
    for (let i = 0; i < row.length; i++) row[i] = publicNormal(random);
    own.forEach(({ direction, bias }, neuron) => {
      if (dot(direction, row) + bias > 0) counts[neuron] = (counts[neuron] ?? 0) + 1;
    });
  }
  return counts.map((count) => count / PROBE_ROWS);
}

function isLadder(sorted: Float64Array): boolean {
  if (sorted.length < LEAST_NEURONS) return false;
  const reachesEnds = (sorted[0] ?? 1) < LADDER_ENDS && (sorted.at(-1) ?? 0) > 1 - LADDER_ENDS;
  const distance = sorted.reduce(
    (most, rate, n) => Math.max(most, Math.abs(rate - (n + 0.5) / sorted.length)),
    0,
  );
  return reachesEnds && distance < LADDER_DISTANCE;
}

interface Neuron {
  readonly direction: Float64Array;
  readonly bias: number;
}

function neurons({ layers, weights }: Model): readonly Neuron[] {
  const [first] = layerSegments(layers);
  if (first === undefined) return [];
  const { inputs, outputs, weights: at, biases } = first;
  return Array.from({ length: outputs }, (_, j) => ({
    direction: Float64Array.from({ length: inputs }, (__, i) => weights[at + i * outputs + j] ?? 0),
    bias: weights[biases + j] ?? 0,
  }));
}

function unitOf(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(dot(vector, vector));
  return norm === 0 ? vector : vector.map((value) => value / norm);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
