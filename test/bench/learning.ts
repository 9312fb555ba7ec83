/**
 * DP-SGD as the trainer runs it, Poisson sampling, noise and rounding included, in rows a second: the engines against each
 * other, accounts as the unit against rows, and DP against a plain step of the same engine. All variants take turns, so that a slow minute of the machine hits
 * all of them; a ratio is the median over the turns, each taken within one turn.
 */
import path from 'node:path';
import { rowsByAccount } from '#main/learning/dp-sgd/account-rows.ts';
import { noisySums } from '#main/learning/dp-sgd/noisy-sums.ts';
import type { SampledUnits } from '#main/learning/dp-sgd/unit-batch.ts';
import type { EngineSetup, GradientEngine, TrainingSet } from '#main/learning/engine.ts';
import { createChance } from '#main/learning/kernel/chance.ts';
import { initialWeights } from '#main/learning/model/initial-weights.ts';
import { publicNormal, publicPermutation, publicRandom } from '#main/learning/model/public-random.ts';
import { realClock } from '#main/platform/clock.ts';
import { openEngine, type EngineName } from '#main/platform/engine/engines.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { loadBackend } from '#main/platform/engine/tensorflow-backends.ts';
import { systemRandom } from '#main/platform/random.ts';
import type { WorkerHandle } from '#main/platform/ports.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import type { BenchResult } from './result.ts';

const ROWS = 160_000;
/** Rows of each account, as in the reference data. */
const ROWS_OF_ACCOUNT = 160;
const TURNS = 9;
const TURN_MS = 120;
const layers = [32, 64, 32, 1];
const network = { layers, activation: 'tanh' } as const;
const weights = initialWeights({ layers, seed: 1, outputBias: -4.8 });

/** One training step; answers the rows it added up. */
type Step = () => number;

interface Variant {
  readonly name: string;
  readonly step: Step;
}

export async function benchLearning(): Promise<readonly BenchResult[]> {
  const setup: EngineSetup = { network, data: someRows(), unit: 'row' };
  const helpers: WorkerHandle[] = [];
  const engines = await openEngines(setup, helpers);
  const byAccount = await openEngines({ ...setup, unit: 'account' }, helpers);
  const results: BenchResult[] = [];
  for (const batch of [2000, 8000]) {
    const variants = engines.flatMap(({ name, engine }): Variant[] => [
      { name: `${name} DP`, step: privateStep(engine, batch, { kind: 'rows', count: ROWS }) },
      { name: `${name} plain`, step: plainStep(engine, batch) },
    ]);
    const accounts = byAccount.map(({ name, engine }): Variant => ({
      name: `${name} DP by account`,
      step: privateStep(engine, batch, someAccounts()),
    }));
    results.push(...report(batch, takeTurns([...variants, ...accounts])));
  }
  for (const { engine } of [...engines, ...byAccount]) engine.close();
  await Promise.all(helpers.map((helper) => helper.terminate()));
  return results;
}

function someRows(): TrainingSet {
  const random = publicRandom(1);
  return {
    features: Float32Array.from({ length: ROWS * 32 }, () => publicNormal(random)),
    labels: Uint8Array.from({ length: ROWS }, () => (random.next() % 100 === 0 ? 1 : 0)),
  };
}

/** The rows of an account lie apart, as rows in time order do. */
function someAccounts(): SampledUnits {
  const count = ROWS / ROWS_OF_ACCOUNT;
  return {
    kind: 'accounts',
    accounts: rowsByAccount(Uint32Array.from({ length: ROWS }, (_, row) => row % count)),
  };
}

interface NamedEngine {
  readonly name: string;
  readonly engine: GradientEngine;
}

async function openEngines(setup: EngineSetup, helpers: WorkerHandle[]): Promise<readonly NamedEngine[]> {
  const workers = createWorkers({
    entryDirectory: path.join(import.meta.dirname, '..', '..', 'main', 'entry'),
  });
  const open = (name: EngineName, threads: number): Promise<GradientEngine> =>
    openEngine(name, setup, {
      clock: realClock,
      threads,
      startThread: (data) => void helpers.push(workers.start('kernel', data)),
    });
  const engines: NamedEngine[] = [
    { name: 'kernel, 1 thread', engine: await open('kernel', 1) },
    { name: 'kernel, 2 threads', engine: await open('kernel', 2) },
    { name: 'tfjs-wasm', engine: await open('tfjs-wasm', 1) },
  ];
  const native = await loadBackend('tfjs-node');
  if (native.kind === 'unavailable') process.stderr.write(`tfjs-node left out: ${native.reason}\n`);
  else engines.push({ name: 'tfjs-node', engine: await open('tfjs-node', 1) });
  return engines;
}

/** σ 1.587 and C .3 of the reference recipe by row; `batch` rows are expected, whatever the unit. */
function privateStep(engine: GradientEngine, batch: number, units: SampledUnits): Step {
  const chance = createChance(aesKeystream(systemRandom));
  const terms = {
    units,
    samplingRate: batch / ROWS,
    clippingNorm: 0.3,
    noiseStandardDeviation: 1.587 * 0.3,
    gridStep: 2 ** -12,
    bound: 2 ** 40,
  };
  const sums = noisySums(engine, terms, chance);
  return () => sums.next(weights).figures.sampledRows;
}

/** What the plain recipe does: the next rows of a shuffled order, summed without clipping and without noise. */
function plainStep(engine: GradientEngine, batch: number): Step {
  const random = publicRandom(2);
  let order = new Uint32Array();
  let at = 0;
  return () => {
    if (at + batch > order.length) {
      order = Uint32Array.from(publicPermutation(random, ROWS));
      at = 0;
    }
    const rows = order.subarray(at, at + batch);
    at += batch;
    engine.gradientSum({ weights, rows, clippingNorm: null });
    return rows.length;
  };
}

/** Rows a second of each variant in each turn. */
function takeTurns(variants: readonly Variant[]): ReadonlyMap<string, readonly number[]> {
  const rates = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (const { step } of variants) for (let i = 0; i < 3; i++) step();
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { name, step } of variants) rates.get(name)?.push(rate(step));
  }
  return rates;
}

function rate(step: Step): number {
  const start = realClock.monotonic();
  let rows = 0;
  for (;;) {
    rows += step();
    const elapsed = realClock.monotonic() - start;
    if (elapsed >= TURN_MS) return (1000 * rows) / elapsed;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Comparisons of the summary: [variant, yardstick]. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['kernel, 1 thread DP', 'tfjs-wasm DP'],
  ['kernel, 2 threads DP', 'kernel, 1 thread DP'],
  ['tfjs-node DP', 'tfjs-wasm DP'],
  ['kernel, 2 threads DP', 'tfjs-node DP'],
  ['kernel, 1 thread DP by account', 'kernel, 1 thread DP'],
  ['kernel, 2 threads DP by account', 'kernel, 2 threads DP'],
  ['tfjs-wasm DP by account', 'tfjs-wasm DP'],
  ['tfjs-node DP by account', 'tfjs-node DP'],
];

function report(batch: number, rates: ReadonlyMap<string, readonly number[]>): readonly BenchResult[] {
  const of = (name: string): readonly number[] => rates.get(name) ?? [];
  const prefix = `learning/batch ${String(batch)}`;
  const speeds = [...rates].map(([name, values]): BenchResult => {
    const against = PAIRS.find(([variant]) => variant === name)?.[1];
    const speed = { name: `${prefix}, ${name}`, value: Math.round(median(values)), unit: 'rows/s' };
    if (against === undefined || of(against).length === 0) return speed;
    return { ...speed, ratio: pairwise(values, of(against)), against: `${against} in the same turns` };
  });
  const kernelAndNative = ['kernel, 1 thread', 'kernel, 2 threads', 'tfjs-wasm', 'tfjs-node'];
  const costs = kernelAndNative.flatMap((name): BenchResult[] => {
    const [dp, plain] = [of(`${name} DP`), of(`${name} plain`)];
    if (dp.length === 0) return [];
    const value = Number(pairwise(plain, dp).toFixed(3));
    return [
      { name: `${prefix}, ${name}, time of DP ÷ plain`, value, unit: '×', against: 'the same engine, plain' },
    ];
  });
  return [...speeds, ...costs];
}

function pairwise(a: readonly number[], b: readonly number[]): number {
  return Number(median(a.map((value, turn) => value / (b[turn] ?? Number.NaN))).toFixed(3));
}
