/** The real pipeline of a noisy sum (sampling, kernel, clipping, noise, grid), watched from outside, with one part replaced. */
import { type AccountRows, rowsByAccount } from '#main/learning/dp-sgd/account-rows.ts';
import { noisySums, type NoisySumTerms } from '#main/learning/dp-sgd/noisy-sums.ts';
import type { GradientEngine, TrainingSet } from '#main/learning/engine.ts';
import { type Chance, createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { seededRandom } from '../../../fakes/random.ts';

/** What a build does otherwise than the product; nothing for the right ones. */
export interface Build {
  readonly name: string;
  readonly terms?: (terms: NoisySumTerms) => NoisySumTerms;
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
  readonly terms: Omit<NoisySumTerms, 'units'>;
  readonly steps: number;
  readonly seed: string;
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
  const { terms, rows, rowsPerAccount } = problem;
  const kernel = openKernel(build, problem);
  const steps: WatchedStep[] = [];
  const inner = build.engine?.(kernel) ?? kernel;
  let last: { readonly rows: Uint32Array; readonly clipped: Float64Array } | undefined;
  const engine: GradientEngine = {
    gradientSum: (request) => {
      const answer = inner.gradientSum(request);
      last = { rows: request.rows.slice(), clipped: answer.sum.slice() };
      return answer;
    },
    close: () => {
      inner.close();
    },
  };
  const real = createChance(aesKeystream(seededRandom(problem.seed)));
  const accounts = accountsOf(rows, rowsPerAccount);
  const units =
    rowsPerAccount === 1
      ? ({ kind: 'rows', count: rows } as const)
      : ({ kind: 'accounts', accounts } as const);
  const planned = { ...terms, units };
  const sums = noisySums(engine, build.terms?.(planned) ?? planned, build.chance?.(real) ?? real);
  const weights = someWeights(problem.layers);
  for (let step = 0; step < problem.steps; step++) {
    const noisy = sums.next(weights).integers.map((k) => k * terms.gridStep);
    if (last) steps.push({ ...last, noisy });
  }
  kernel.close();
  return { steps, direction: directionOf(problem, weights) };
}

function directionOf({ layers, rows }: Problem, weights: Float64Array): Float64Array {
  const kernel = kernelOf({ layers, rows, unit: 'row' });
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  const { sum } = kernel.gradientSum({ weights, rows: all, clippingNorm: null });
  kernel.close();
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

function openKernel(build: Build, { layers, rows, rowsPerAccount }: Problem): GradientEngine {
  if (rowsPerAccount === 1) return kernelOf({ layers, rows, unit: 'row' });
  if (build.clips !== 'row') return kernelOf({ layers, rows, unit: 'account' });
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
  readonly unit: 'row' | 'account';
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
