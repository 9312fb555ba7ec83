import type { EngineReport } from '#shared/contract/bank.ts';
import type { EngineSetup, GradientEngine, GradientRequest, GradientSum } from '#main/learning/engine.ts';
import { euclideanNorm, referenceAccountSum, referenceClippedSum } from '#main/learning/model/reference.ts';
import { clipLimit } from '#main/learning/engine.ts';
import {
  chooseEngine,
  ENGINE_NAMES,
  openEngine,
  surveyEngines,
  type EngineName,
  type EnginePorts,
} from '#main/platform/engine/engines.ts';
import { selfTest, testRows } from '#main/platform/engine/self-test.ts';
import { loadBackend } from '#main/platform/engine/tensorflow-backends.ts';
import { realClock } from '#main/platform/clock.ts';
import { describe, expect, it } from 'vitest';
import {
  accountRowsAt,
  accountsOf,
  ghostTrainingSet,
  ghostVectors,
  largestDifference,
  range,
  rowAt,
  someRows,
  someWeights,
} from '../../learning/examples.ts';

const ports: EnginePorts = { clock: realClock, threads: 1, startThread: () => undefined };
const native = await loadBackend('tfjs-node');

function open(name: EngineName, setup: Omit<EngineSetup, 'unit'>): Promise<GradientEngine> {
  return openEngine(name, { ...setup, unit: 'row' }, ports);
}

interface Engines {
  readonly byRow: GradientEngine;
  readonly byAccount: GradientEngine;
}

/** Visits each account of a request as a batch of its own. */
function eachAccount(
  { rows, accountEnds = new Uint32Array() }: GradientRequest,
  visit: (batch: { readonly rows: Uint32Array; readonly accountEnds: Uint32Array }) => void,
): void {
  accountEnds.forEach((end, n) => {
    const own = rows.subarray(accountEnds[n - 1] ?? 0, end);
    visit({ rows: own, accountEnds: Uint32Array.of(own.length) });
  });
}

describe.each(ENGINE_NAMES)('%s', (name) => {
  const isAbsent = name === 'tfjs-node' && native.kind === 'unavailable';
  // `npm run native` puts the native engine there; without it vitest counts these tests as skipped
  const there = it.skipIf(isAbsent);

  there.each(['tanh', 'relu'] as const)('agrees with the float64 reference, %s', async (activation) => {
    const network = { layers: [21, 64, 32, 1], activation };
    const data = someRows(21, 200, 31);
    const weights = someWeights(network.layers, 32);
    const rows = range(0, 200).filter((row) => row % 9 !== 4);
    const engine = await open(name, { network, data });
    for (const clippingNorm of [0.3, null]) {
      const found = engine.gradientSum({ weights, rows, clippingNorm });
      const expected = referenceClippedSum(network, weights, {
        rows: [...rows].map((row) => rowAt(data, row)),
        clippingNorm: clippingNorm === null ? null : clipLimit(clippingNorm),
      });
      expect(largestDifference(found.sum, expected)).toBeLessThan(1e-6 * euclideanNorm(expected));
      expect(found.clippedUnits > 0).toBe(clippingNorm !== null);
    }
  });

  there('refuses features that are not the rows of its network', async () => {
    const data = someRows(21, 200, 31);
    for (const layers of [
      [1, 4, 1],
      [20, 4, 1],
      [42, 4, 1],
    ])
      await expect(open(name, { network: { layers, activation: 'tanh' }, data })).rejects.toThrow(
        `4200 features are not 200 rows of ${String(layers[0])}`,
      );
  });

  there('gives the norms of the published vectors', async () => {
    const ghost = ghostVectors();
    const engine = await open(name, { network: ghost.network, data: ghostTrainingSet(ghost) });
    for (const [row, weight] of ghost.lossWeights.entries()) {
      if (weight !== 1) continue;
      const { sum } = engine.gradientSum({
        weights: ghost.weights,
        rows: Uint32Array.of(row),
        clippingNorm: null,
      });
      expect(euclideanNorm(sum) ** 2).toBeCloseTo(ghost.squaredNorms[row] ?? Number.NaN, 5);
    }
  });

  there('pads a batch of any size, and does the caller’s work meanwhile', async () => {
    const network = { layers: [4, 8, 1], activation: 'tanh' } as const;
    const weights = someWeights(network.layers, 1);
    const data = someRows(4, 5000, 2);
    const engine = await open(name, { network, data });
    for (const size of [0, 1, 64, 65, 5000]) {
      let worked = 0;
      const request = { weights, rows: range(0, size), clippingNorm: 0.1, meanwhile: () => (worked += 1) };
      const { sum } = engine.gradientSum(request);
      const expected = referenceClippedSum(network, weights, {
        rows: [...request.rows].map((row) => rowAt(data, row)),
        clippingNorm: clipLimit(0.1),
      });
      expect(largestDifference(sum, expected)).toBeLessThan(1e-6 * Math.max(1, euclideanNorm(expected)));
      expect(worked).toBe(1);
    }
  });

  there('counts rows that are not finite and leaves them out', async () => {
    const network = { layers: [4, 8, 3, 1], activation: 'tanh' } as const;
    const weights = someWeights(network.layers, 1);
    const data = someRows(4, 100, 2);
    data.features[7 * 4] = Number.NaN;
    data.features[70 * 4 + 3] = Number.POSITIVE_INFINITY;
    const engine = await open(name, { network, data });
    const all = engine.gradientSum({ weights, rows: range(0, 100), clippingNorm: 0.1 });
    const good = range(0, 100).filter((row) => row !== 7 && row !== 70);
    expect(all.nonFiniteRows).toBe(2);
    expect(
      largestDifference(all.sum, engine.gradientSum({ weights, rows: good, clippingNorm: 0.1 }).sum),
    ).toBeLessThan(1e-6);
  });

  there.each(['tanh', 'relu'] as const)(
    'agrees with explicit loops over accounts, %s',
    async (activation) => {
      const network = { layers: [9, 24, 7, 1], activation };
      const batch = accountsOf([1, 2, 15, 16, 17, 0, 48, 300, 1, 317]);
      const data = someRows(9, batch.rows.length, 33);
      const weights = someWeights(network.layers, 34);
      const engine = await openEngine(name, { network, data, unit: 'account' }, ports);
      for (const clippingNorm of [4, 0.3, null]) {
        const found = engine.gradientSum({ weights, ...batch, clippingNorm });
        const expected = referenceAccountSum(network, weights, {
          accounts: accountRowsAt(data, batch),
          clippingNorm: clippingNorm === null ? null : clipLimit(clippingNorm),
        });
        expect(largestDifference(found.sum, expected)).toBeLessThan(2e-6 * euclideanNorm(expected));
        if (clippingNorm === 4) {
          expect(found.clippedUnits).toBeGreaterThan(2);
          expect(found.clippedUnits).toBeLessThan(9);
        }
      }
    },
  );

  there('leaves a whole account out for one row that is not finite', async () => {
    const network = { layers: [4, 8, 3, 1], activation: 'tanh' } as const;
    const weights = someWeights(network.layers, 1);
    const data = someRows(4, 30, 2);
    data.features[13 * 4] = Number.NaN;
    const engine = await openEngine(name, { network, data, unit: 'account' }, ports);
    const found = engine.gradientSum({ weights, ...accountsOf([10, 9, 11]), clippingNorm: 2 });
    expect(found.nonFiniteRows).toBe(9);
    const rows = range(0, 30).filter((row) => row < 10 || row >= 19);
    const good = engine.gradientSum({ weights, rows, accountEnds: Uint32Array.of(10, 21), clippingNorm: 2 });
    expect(largestDifference(found.sum, good.sum)).toBeLessThan(1e-6);
    expect(euclideanNorm(good.sum)).toBeGreaterThan(0.5);
  });

  there('refuses single rows where accounts are the unit', async () => {
    const network = { layers: [4, 8, 1], activation: 'tanh' } as const;
    const engine = await openEngine(name, { network, data: someRows(4, 3, 1), unit: 'account' }, ports);
    const request = { weights: someWeights(network.layers, 1), rows: range(0, 3), clippingNorm: 0.3 };
    expect(() => engine.gradientSum(request)).toThrow(TypeError);
  });
});

describe('the self-test', () => {
  const network = { layers: [5, 9, 1], activation: 'tanh' } as const;

  it.each(['row', 'account'] as const)('is passed by every engine that is there, unit %s', async (unit) => {
    const reports = await surveyEngines({ network, unit }, ports);
    for (const { name, available, reason, rowsPerSecond } of reports) {
      if (name === 'tfjs-node' && native.kind === 'unavailable') {
        expect(reason).toContain('npm run native');
        continue;
      }
      expect({ name, available, reason }).toEqual({ name, available: true, reason: 'Passed its self-test' });
      expect(rowsPerSecond).toBeGreaterThan(100);
    }
  });

  it.each([
    ['a sum 0.1 % off', (v: number) => 1.001 * v],
    ['a NaN', () => Number.NaN],
    ['no gradient at all', () => 0],
  ])('fails an engine with %s', async (_, change) => {
    const right = await open('kernel', { network, data: testRows(network) });
    const wrong: GradientEngine = {
      gradientSum: (request) => {
        const found = right.gradientSum(request);
        return { ...found, sum: found.sum.map(change) };
      },
      close: () => undefined,
    };
    expect(selfTest(wrong, { network, unit: 'row' }, realClock)).toMatchObject({ kind: 'failed' });
  });

  const mistakes: readonly (readonly [string, (right: Engines, request: GradientRequest) => GradientSum])[] =
    [
      [
        'each row clipped',
        ({ byRow }, { weights, rows, clippingNorm }) => byRow.gradientSum({ weights, rows, clippingNorm }),
      ],
      [
        'means instead of sums',
        ({ byAccount }, request) => {
          const sum = new Float64Array(request.weights.length);
          eachAccount(request, (rows) => {
            const plain = byAccount.gradientSum({ ...request, ...rows, clippingNorm: null }).sum;
            const mean = plain.map((g) => g / Math.max(1, rows.rows.length));
            const factor = Math.min(1, clipLimit(request.clippingNorm ?? 1e9) / euclideanNorm(mean));
            mean.forEach((g, i) => (sum[i] = (sum[i] ?? 0) + (rows.rows.length > 0 ? factor * g : 0)));
          });
          return { sum, clippedUnits: 0, nonFiniteRows: 0 };
        },
      ],
    ];

  it.each(mistakes)('of accounts fails an engine with %s', async (_, mistake) => {
    const setup = { network, data: testRows(network) };
    const right = {
      byRow: await open('kernel', setup),
      byAccount: await openEngine('kernel', { ...setup, unit: 'account' }, ports),
    };
    const task = { network, unit: 'account' } as const;
    expect(selfTest(right.byAccount, task, realClock)).toMatchObject({ kind: 'passed' });
    const wrong: GradientEngine = {
      gradientSum: (request) => mistake(right, request),
      close: () => undefined,
    };
    expect(selfTest(wrong, task, realClock)).toMatchObject({ kind: 'failed' });
  });
});

describe('the choice', () => {
  const report = (name: EngineName, rowsPerSecond: number | null): EngineReport => ({
    name,
    available: rowsPerSecond !== null,
    reason: rowsPerSecond === null ? 'It is missing' : 'Passed its self-test',
    rowsPerSecond,
  });

  it('automatic takes the fastest that passed', () => {
    expect(
      chooseEngine([report('kernel', 900), report('tfjs-node', 1200), report('tfjs-wasm', 100)], 'automatic'),
    ).toBe('tfjs-node');
    expect(chooseEngine([report('kernel', null), report('tfjs-wasm', 100)], 'automatic')).toBe('tfjs-wasm');
  });

  it('a named engine is taken, or refused with its reason', () => {
    const reports = [report('kernel', 900), report('tfjs-node', null)];
    expect(chooseEngine(reports, 'kernel')).toBe('kernel');
    expect(() => chooseEngine(reports, 'tfjs-node')).toThrow('It is missing');
    expect(() => chooseEngine(reports, 'tfjs-cpu')).toThrow(
      expect.objectContaining({ code: 'engine-unavailable' }),
    );
    expect(() => chooseEngine([report('kernel', null)], 'automatic')).toThrow('No learning engine');
  });
});
