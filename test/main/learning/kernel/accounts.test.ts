import { createHash } from 'node:crypto';
import path from 'node:path';
import { CLIP_MARGIN, clipLimit, type EngineSetup, type GradientEngine } from '#main/learning/engine.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { initialWeights } from '#main/learning/model/initial-weights.ts';
import { euclideanNorm, referenceAccountSum, referenceClippedSum } from '#main/learning/model/reference.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { describe, expect, it } from 'vitest';
import {
  accountRowsAt,
  accountsOf,
  ghostAccountSet,
  ghostVectors,
  largestDifference,
  rowAt,
  someRows,
  someWeights,
} from '../examples.ts';

const workers = createWorkers({ entryDirectory: path.resolve('main/entry') });

function kernelOf(setup: Omit<EngineSetup, 'unit'>, threads = 1): GradientEngine {
  const startThread = (data: unknown): void => void workers.start('kernel', data);
  return createKernel({ ...setup, unit: 'account', threads, startThread });
}

/** One row, a pair, odd, around a block, none, and more than the cap of 300. */
const SIZES = [1, 2, 7, 0, 63, 64, 65, 300, 1, 317];
const BATCH = accountsOf(SIZES);
const ROWS = BATCH.rows.length;

describe.each(['tanh', 'relu'] as const)(
  'accounts in the kernel against explicit loops, %s',
  (activation) => {
    it.each([[[21, 64, 32, 1]], [[5, 1]], [[7, 17, 15, 3, 1]]])('%j', (layers) => {
      const network = { layers, activation };
      const weights = someWeights(layers, 41);
      const data = someRows(layers[0] ?? 0, ROWS, 42);
      const engine = kernelOf({ network, data });
      for (const clippingNorm of [6, 0.3, null]) {
        const found = engine.gradientSum({ weights, ...BATCH, clippingNorm });
        const expected = referenceAccountSum(network, weights, {
          accounts: accountRowsAt(data, BATCH),
          clippingNorm: clippingNorm === null ? null : clipLimit(clippingNorm),
        });
        expect(largestDifference(found.sum, expected)).toBeLessThan(
          2e-6 * Math.max(1, euclideanNorm(expected)),
        );
        expect(found.nonFiniteRows).toBe(0);
        if (clippingNorm === null) expect(found.clippedUnits).toBe(0);
      }
    });
  },
);

describe('the published vectors', () => {
  const ghost = ghostVectors();
  const engine = kernelOf({ network: ghost.network, data: ghostAccountSet(ghost) });
  const alone = (rows: Uint32Array, clippingNorm: number | null): Float64Array =>
    engine.gradientSum({
      ...{ weights: ghost.weights, rows, clippingNorm },
      accountEnds: Uint32Array.of(rows.length),
    }).sum;

  it.each(ghost.accounts.map((account, n) => ({ n, account })))('account $n has its norm', ({ account }) => {
    const square = euclideanNorm(alone(account.rows, null)) ** 2 + account.embeddingSquare;
    expect(Math.sqrt(square) / account.fullNorm).toBeCloseTo(1, 6);
    expect(account.scale).toBeCloseTo(Math.min(1, ghost.clip / account.fullNorm), 12);
  });

  it('the clipped sum is that of the vectors', () => {
    const total = new Float64Array(ghost.weights.length);
    for (const { rows, scale } of ghost.accounts) {
      // the vectors clip with the embedding's share: the same factor comes from a smaller norm
      const norm = (scale * euclideanNorm(alone(rows, null))) / (1 - CLIP_MARGIN);
      alone(rows, scale < 1 ? norm : null).forEach((g, i) => {
        total[i] = (total[i] ?? 0) + g;
      });
    }
    expect(ghost.accounts.filter(({ scale }) => scale < 1).length).toBeGreaterThan(0);
    expect(largestDifference(total, ghost.accountClippedSum)).toBeLessThan(1e-6);
  });
});

describe('the clip', () => {
  const network = { layers: [6, 20, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 5);
  const data = someRows(6, 400, 6);
  const engine = kernelOf({ network, data });
  const batch = accountsOf(Array.from({ length: 40 }, () => 10));

  it('binds on the sum: ten rows below the norm, together above it', () => {
    const clippingNorm = 8;
    const rows = [...batch.rows].map((row) => rowAt(data, row));
    const rowNorms = rows.map((row) =>
      euclideanNorm(referenceClippedSum(network, weights, { rows: [row], clippingNorm: null })),
    );
    const found = engine.gradientSum({ weights, ...batch, clippingNorm });
    // no row is clipped on its own, so clipping rows would leave the plain sum
    expect(Math.max(...rowNorms)).toBeLessThan(clippingNorm);
    const plain = engine.gradientSum({ weights, ...batch, clippingNorm: null });
    expect(found.clippedUnits).toBeGreaterThan(5);
    expect(found.clippedUnits).toBeLessThan(40);
    expect(euclideanNorm(plain.sum.map((g, i) => g - (found.sum[i] ?? 0)))).toBeGreaterThan(1);
  });

  it('bounds the change by any one account, and only as a sum', () => {
    const clippingNorm = 0.5;
    const all = engine.gradientSum({ weights, ...batch, clippingNorm }).sum;
    const rowEngine = createKernel({ network, data, unit: 'row', threads: 1, startThread: () => undefined });
    let largestByRows = 0;
    for (let account = 0; account < 40; account += 3) {
      const rows = batch.rows.filter((row) => Math.floor(row / 10) !== account);
      const others = accountsOf(Array.from({ length: 39 }, () => 10)).accountEnds;
      const without = engine.gradientSum({ weights, rows, accountEnds: others, clippingNorm }).sum;
      const change = euclideanNorm(all.map((g, i) => g - (without[i] ?? 0)));
      expect(change).toBeLessThanOrEqual(clippingNorm);
      expect(change).toBeGreaterThan(0.4);
      const own = batch.rows.subarray(10 * account, 10 * account + 10);
      const byRows = rowEngine.gradientSum({ weights, rows: own, clippingNorm }).sum;
      largestByRows = Math.max(largestByRows, euclideanNorm(byRows));
    }
    // the mistake that this test is for: each row clipped at C
    expect(largestByRows).toBeGreaterThan(2 * clippingNorm);
  });
});

describe('accounts that are not finite', () => {
  const network = { layers: [4, 18, 5, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 7);
  const batch = accountsOf([3, 4, 5]);

  it.each([
    ['NaN', Number.NaN, 0.3],
    ['infinite', Number.POSITIVE_INFINITY, 0.3],
    ['NaN, not clipped', Number.NaN, null],
  ])('%s in one row: the whole account adds nothing', (_, value, clippingNorm) => {
    const data = someRows(4, 12, 8);
    data.features[5 * 4 + 2] = value;
    const engine = kernelOf({ network, data });
    const found = engine.gradientSum({ weights, ...batch, clippingNorm });
    expect(found.nonFiniteRows).toBe(4);
    const others = Uint32Array.of(0, 1, 2, 7, 8, 9, 10, 11);
    const good = engine.gradientSum({
      ...{ weights, rows: others, clippingNorm },
      accountEnds: Uint32Array.of(3, 8),
    });
    expect(good.nonFiniteRows).toBe(0);
    expect(largestDifference(found.sum, good.sum)).toBe(0);
    expect(euclideanNorm(found.sum)).toBeGreaterThan(0.1);
  });

  it('NaN weights leave a sum of zeros, never NaN', () => {
    const engine = kernelOf({ network, data: someRows(4, 12, 8) });
    const broken = weights.map((w, i) => (i === 20 ? Number.NaN : w));
    const found = engine.gradientSum({ weights: broken, ...batch, clippingNorm: 0.3 });
    expect(found.nonFiniteRows).toBe(12);
    expect(found.sum.every((value) => value === 0)).toBe(true);
  });
});

describe('what is asked of an engine', () => {
  const network = { layers: [4, 8, 1], activation: 'tanh' } as const;
  const weights = someWeights(network.layers, 7);
  const engine = kernelOf({ network, data: someRows(4, 10, 8) });
  const request = { weights, rows: Uint32Array.of(1, 2, 3), clippingNorm: 0.3 };

  it('an empty batch, or one of empty accounts, has a sum of zeros', () => {
    for (const count of [0, 5]) {
      const accountEnds = new Uint32Array(count);
      const found = engine.gradientSum({ ...request, rows: new Uint32Array(), accountEnds });
      expect(found).toEqual({ sum: new Float64Array(weights.length), clippedUnits: 0, nonFiniteRows: 0 });
    }
  });

  it('single rows of an engine for accounts are refused, and the reverse', () => {
    expect(() => engine.gradientSum(request)).toThrow(TypeError);
    const rowEngine = createKernel({
      ...{ network, data: someRows(4, 10, 8), unit: 'row', threads: 1 },
      startThread: () => undefined,
    });
    expect(() => rowEngine.gradientSum({ ...request, accountEnds: Uint32Array.of(3) })).toThrow(TypeError);
  });

  it.each([[[2]], [[1, 4]], [[2, 1, 3]]])('ends %j of three rows are refused', (ends) => {
    expect(() => engine.gradientSum({ ...request, accountEnds: Uint32Array.from(ends) })).toThrow(RangeError);
  });
});

it('gives these very bits on every machine, on one, two and three threads', () => {
  const network = { layers: [21, 64, 32, 1], activation: 'tanh' } as const;
  const weights = initialWeights({ layers: network.layers, seed: 1, outputBias: -4.8 });
  const data = someRows(21, ROWS, 13);
  for (const threads of [1, 2, 3]) {
    const engine = kernelOf({ network, data }, threads);
    for (let again = 0; again < 3; again++) {
      const { sum } = engine.gradientSum({ weights, ...BATCH, clippingNorm: 6 });
      const hash = createHash('sha256').update(new Uint8Array(sum.buffer)).digest('hex');
      expect(hash.slice(0, 16)).toBe('f1979dcd351a3fbf');
    }
    engine.close();
  }
});
