/** The two inversions with and without protection, averaged over trials, beside what privacy.md section 4 has measured. */
import { analyticInversion } from '#main/learning/attacks/analytic-inversion.ts';
import { invertGradient, matchRows } from '#main/learning/attacks/optimisation-inversion.ts';
import type { Network } from '#main/learning/model/layers.ts';
import { publicRandom, type PublicRandom } from '#main/learning/model/public-random.ts';
import { type LabelledRow, referenceClippedSum, referenceGradient } from '#main/learning/model/reference.ts';
import {
  asAttacked,
  drawRows,
  freshWeights,
  imprintWeights,
  RELU,
  TANH,
  withNoise,
} from '../../../main/learning/attacks/problems.ts';
import { trainedWeights } from './training.ts';

export interface AnalyticRow {
  readonly update: string;
  readonly rows: number;
  /** Median over the trials. */
  readonly best: number;
  readonly bestByChance: number;
  /** Rows recovered to within 1 %, mean over the trials. */
  readonly recovered: number;
  readonly published: string;
}

interface Case {
  readonly update: string;
  readonly rows: number;
  /** Rectified linear units unless stated, as in the published figures. */
  readonly network?: Network;
  readonly weights?: (trial: number) => Float64Array;
  readonly vector: (made: Made) => Float64Array;
  readonly published: string;
}

interface Made {
  readonly network: Network;
  readonly weights: Float64Array;
  readonly rows: readonly LabelledRow[];
  readonly random: PublicRandom;
}

const raw = ({ network, weights, rows }: Made): Float64Array =>
  referenceClippedSum(network, weights, { rows, clippingNorm: null });
const clipped = ({ network, weights, rows }: Made): Float64Array =>
  referenceClippedSum(network, weights, { rows, clippingNorm: 1 });
const noised =
  (noiseMultiplier: number) =>
  (made: Made): Float64Array =>
    withNoise(clipped(made), noiseMultiplier, made.random);

/** w₀ − w_T of plain gradient descent, one row at a time. */
function localEpochs({ network, weights, rows }: Made): Float64Array {
  const moved = weights.slice();
  for (let epoch = 0; epoch < 5; epoch++)
    for (const row of rows)
      referenceGradient(network, moved, row).forEach((g, i) => (moved[i] = (moved[i] ?? 0) - 0.05 * g));
  return weights.map((w, i) => w - (moved[i] ?? 0));
}

const imprint = { weights: imprintWeights };

const CASES: readonly Case[] = [
  { update: 'bare', rows: 1, vector: raw, published: '7e-17, 1 of 1' },
  { update: 'clipped, no noise', rows: 1, vector: clipped, published: '8e-17, 1 of 1' },
  { update: 'C = 1, σ = .5', rows: 1, vector: noised(0.5), published: '1.08, 0' },
  { update: 'bare', rows: 8, vector: raw, published: '2e-18, 2.6 of 8' },
  { update: 'bare, tanh', rows: 8, network: TANH, vector: raw, published: 'none' },
  { update: 'bare', rows: 32, vector: raw, published: '.46, 0' },
  { update: 'bare', rows: 256, vector: raw, published: '.48, 0' },
  { update: 'bare, trained model', rows: 256, weights: trainedWeights, vector: raw, published: '.074, .05' },
  { update: 'C = 1, σ = .5', rows: 256, vector: noised(0.5), published: '.66 (chance .68), 0' },
  { update: 'C = 1, σ = 1', rows: 256, vector: noised(1), published: '.72 (chance .68), 0' },
  { update: 'model difference, 5 epochs', rows: 1, vector: localEpochs, published: '2e-15, 1 of 1' },
  { update: 'model difference, 5 epochs', rows: 8, vector: localEpochs, published: '2.8 of 8' },
  { update: 'imprint, bare', rows: 32, ...imprint, vector: raw, published: '19.8' },
  { update: 'imprint, bare', rows: 64, ...imprint, vector: raw, published: '23.3' },
  { update: 'imprint, bare', rows: 256, ...imprint, vector: raw, published: '4.8' },
  { update: 'imprint, clipped, no noise', rows: 256, ...imprint, vector: clipped, published: '4.2' },
  { update: 'imprint, C = 1, σ = .5', rows: 256, ...imprint, vector: noised(0.5), published: '0' },
];

export function analyticRows(trials: number, seed: number): readonly AnalyticRow[] {
  return CASES.map((one) => {
    const found = Array.from({ length: trials }, (_, trial) => attack(one, seed + trial));
    return {
      ...{ update: one.update, rows: one.rows, published: one.published },
      best: median(found.map(({ best }) => best ?? Infinity)),
      bestByChance: median(found.map(({ bestByChance }) => bestByChance ?? Infinity)),
      recovered: found.reduce((sum, { recovered }) => sum + recovered.length, 0) / trials,
    };
  });
}

function attack({ rows, network = RELU, weights = freshWeights, vector }: Case, seed: number) {
  const random = publicRandom(seed);
  const made = { network, weights: weights(seed), rows: drawRows(rows, random), random };
  const targets = { train: asAttacked(made.rows), heldOut: asAttacked(drawRows(rows, random)) };
  return analyticInversion([vector(made)], { layers: network.layers, weights: made.weights }, targets);
}

export interface SearchRow {
  readonly rows: number;
  readonly noiseMultiplier: number;
  /** Mean over rows and trials. */
  readonly distance: number;
  readonly nearest: number;
  readonly cosine: number;
  readonly objective: number;
  readonly published: string;
}

const SEARCHES = [
  { rows: 1, noiseMultiplier: 0, published: '.000, objective < .01' },
  { rows: 4, noiseMultiplier: 0, published: '.17, cosine .990' },
  { rows: 16, noiseMultiplier: 0, published: '.70, cosine .78' },
  { rows: 1, noiseMultiplier: 0.5, published: '3 to 5, cosine .13 to .21' },
  { rows: 8, noiseMultiplier: 0.5, published: 'objective .65 to .90' },
  { rows: 16, noiseMultiplier: 0.5, published: 'objective .65 to .90' },
] as const;

/** 600 iterations, two starts, labels given. */
export function searchRows(trials: number, seed: number): readonly SearchRow[] {
  return SEARCHES.map(({ rows, noiseMultiplier, published }) => {
    const found = Array.from({ length: trials }, (_, trial) =>
      search({ rows, noiseMultiplier }, publicRandom(seed + trial), freshWeights(seed + trial)),
    );
    const mean = (of: (one: (typeof found)[number]) => number): number =>
      found.reduce((sum, one) => sum + of(one), 0) / trials;
    return {
      ...{ rows, noiseMultiplier, published },
      distance: mean(({ distances }) => distances.reduce((sum, one) => sum + one, 0) / rows),
      nearest: mean(({ distances }) => Math.min(...distances)),
      cosine: mean(({ objective }) => 1 - objective),
      objective: mean(({ objective }) => objective),
    };
  });
}

function search(
  { rows: count, noiseMultiplier }: { readonly rows: number; readonly noiseMultiplier: number },
  random: PublicRandom,
  weights: Float64Array,
) {
  const rows = drawRows(count, random);
  const sum = referenceClippedSum(TANH, weights, { rows, clippingNorm: noiseMultiplier > 0 ? 1 : null });
  const target = noiseMultiplier > 0 ? withNoise(sum, noiseMultiplier, random) : sum;
  const labels = Uint8Array.from(rows, ({ label }) => label);
  const effort = { iterations: 600, restarts: 2 };
  const found = invertGradient({ network: TANH, weights, target, labels }, effort, random);
  const matched = matchRows(found.rows, asAttacked(rows));
  return { objective: found.objective, distances: matched.map((one) => one.relativeDistance) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
