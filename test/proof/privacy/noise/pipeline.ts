/**
 * The real pipeline of a noisy sum, from the charter to the integers that would leave (sampling, kernel, clipping, noise,
 * grid), watched from outside, with one part replaced.
 */
import { type AccountRows, rowsByAccount } from '#main/learning/dp-sgd/account-rows.ts';
import type { SampledUnits } from '#main/learning/dp-sgd/unit-batch.ts';
import type { ClippedUnit, GradientEngine, TrainingSet } from '#main/learning/engine.ts';
import { type Chance, createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { trainUpdate } from '#main/learning/recipes/local-training.ts';
import { clippedUnit } from '#main/learning/recipes/training-terms.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { ConsortiumId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { seededRandom } from '../../../fakes/random.ts';

/** What a build does otherwise than the product; nothing for the right ones. */
export interface Build {
  readonly name: string;
  readonly charter?: (charter: Charter) => Charter;
  readonly engine?: (engine: GradientEngine) => GradientEngine;
  readonly chance?: (chance: Chance) => Chance;
  /** The engine clips single rows, whatever the charter's unit. */
  readonly clips?: 'row';
}

export interface Problem {
  readonly layers: readonly number[];
  readonly rows: number;
  /** Rows of each account; 1 where single rows are the unit. */
  readonly rowsPerAccount: number;
  readonly samplingRate: number;
  readonly steps: number;
  readonly seed: string;
}

/** C and z of the charter: at 1 and 0.1 a variance or a norm in the wrong place shows. */
const CLIPPING_NORM = 1;
const NOISE_MULTIPLIER = 0.1;
const GRID_EXPONENT = -15;

/** Deviation of the noise on every number that the charter promises. */
export const NOISE_DEVIATION = CLIPPING_NORM * NOISE_MULTIPLIER;

/** One noisy sum a round. */
function charterOf({ layers, rowsPerAccount, samplingRate }: Problem): Charter {
  const preset = presetCharter({
    consortium: { id: ConsortiumId.parse(`con_${'0'.repeat(26)}`), name: 'Noise' },
    title: 'Noise',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe: 'one-step',
    noiseMultiplier: NOISE_MULTIPLIER,
    unit: rowsPerAccount === 1 ? 'transaction' : 'account',
  });
  if (preset.recipe.kind !== 'one-step') throw new TypeError('one step a round was asked for');
  return {
    ...preset,
    model: { ...preset.model, layers: [...layers] },
    recipe: { ...preset.recipe, samplingRate },
    privacy: { ...preset.privacy, clippingNorm: CLIPPING_NORM },
    grids: { ...preset.grids, sum: { exponent: GRID_EXPONENT, clamp: 2 ** 25 } },
  };
}

export interface WatchedStep {
  readonly rows: Uint32Array;
  /** What the engine answered, before any noise. */
  readonly clipped: Float64Array;
  /** What would leave, in real units. */
  readonly noisy: Float64Array;
}

export interface Watched {
  readonly steps: readonly WatchedStep[];
  /** Direction of the whole data's gradient, of length 1. */
  readonly direction: Float64Array;
}

export function watch(build: Build, problem: Problem): Watched {
  const agreed = charterOf(problem);
  const kernel = openKernel(build, problem, clippedUnit(agreed));
  const inner = build.engine?.(kernel) ?? kernel;
  const real = createChance(aesKeystream(seededRandom(problem.seed)));
  const weights = someWeights(problem.layers);
  const charter = build.charter?.(agreed) ?? agreed;
  const training = {
    ...{ charter, checkpoint: { ...initialCheckpoint(agreed), weights }, units: unitsOf(problem, agreed) },
    ...{ tier: problem.rows, lastOwnMean: null, chance: build.chance?.(real) ?? real },
  };
  const steps: WatchedStep[] = [];
  for (let step = 0; step < problem.steps; step++) {
    let seen: Omit<WatchedStep, 'noisy'> | undefined;
    const engine: GradientEngine = {
      gradientSum: (request) => {
        const answer = inner.gradientSum(request);
        seen = { rows: request.rows.slice(), clipped: answer.sum.slice() };
        return answer;
      },
      close: () => undefined,
    };
    const { sum } = trainUpdate({ ...training, engine }).vectors;
    if (!seen || !sum) throw new TypeError('a round of one step made no sum');
    steps.push({ ...seen, noisy: sum.map((k) => k * 2 ** GRID_EXPONENT) });
  }
  kernel.close();
  return { steps, direction: directionOf(problem, weights) };
}

function unitsOf({ rows, rowsPerAccount }: Problem, charter: Charter): SampledUnits {
  return clippedUnit(charter) === 'row'
    ? { kind: 'rows', count: rows }
    : { kind: 'accounts', accounts: accountsOf(rows, rowsPerAccount) };
}

function directionOf({ layers, rows }: Problem, weights: Float64Array): Float64Array {
  const kernel = kernelOf({ layers, rows, unit: 'row' });
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  const { sum } = kernel.gradientSum({ weights, rows: all, clippingNorm: null });
  kernel.close();
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

function openKernel(build: Build, { layers, rows }: Problem, unit: ClippedUnit): GradientEngine {
  if (build.clips !== 'row') return kernelOf({ layers, rows, unit });
  const byRow = kernelOf({ layers, rows, unit: 'row' });
  return {
    ...byRow,
    gradientSum: ({ weights, rows: some, clippingNorm }) =>
      byRow.gradientSum({ weights, rows: some, clippingNorm }),
  };
}

function kernelOf(of: {
  readonly layers: readonly number[];
  readonly rows: number;
  readonly unit: ClippedUnit;
}): GradientEngine {
  return createKernel({
    network: { layers: of.layers, activation: 'tanh' },
    data: someRows(of.rows, of.layers[0] ?? 1),
    unit: of.unit,
    threads: 1,
    startThread: () => undefined,
  });
}

function accountsOf(rows: number, rowsPerAccount: number): AccountRows {
  return rowsByAccount(Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / rowsPerAccount)));
}

/** Frauds that a model with these weights does not see: every gradient is long and points the same way, so all are clipped. */
function someRows(rows: number, inputs: number): TrainingSet {
  const random = publicRandom(11);
  const features = Float32Array.from({ length: rows * inputs }, () => 2 + publicNormal(random) / 10);
  return { features, labels: new Uint8Array(rows).fill(1) };
}

function someWeights(layers: readonly number[]): Float64Array {
  const random = publicRandom(12);
  let count = 0;
  for (const [i, outputs] of layers.slice(1).entries()) count += ((layers[i] ?? 0) + 1) * outputs;
  return Float64Array.from({ length: count }, () => publicNormal(random) / 4);
}
