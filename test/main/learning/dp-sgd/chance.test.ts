import { createHash } from 'node:crypto';
import { createChance, type Chance } from '#main/learning/kernel/chance.ts';
import { publicPermutation, publicRandom } from '#main/learning/model/public-random.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../fakes/random.ts';
import { correlation, hasDeviation, kolmogorovDistance } from './moments.ts';

function chanceOf(seed: string): Chance {
  return createChance(aesKeystream(seededRandom(seed)));
}

function normals(count: number, seed: string): Float64Array {
  const drawn = new Float64Array(count);
  chanceOf(seed).normals(drawn);
  return drawn;
}

describe('normals', () => {
  const drawn = normals(200_001, 'normals');

  it('follow the normal distribution', () => {
    expect(kolmogorovDistance(drawn)).toBeLessThan(3.3);
    // the test can tell: a tenth more spread, or a uniform of the same variance, fails
    expect(kolmogorovDistance(drawn.map((v) => 1.1 * v))).toBeGreaterThan(3.3);
    expect(kolmogorovDistance(drawn.map((_, i) => ((i / 200_001) * 2 - 1) * Math.sqrt(3)))).toBeGreaterThan(
      1.95,
    );
  });

  it('have tails: 1 in 370 beyond 3, 1 in 15,787 beyond 4', () => {
    const beyond = (z: number): number => drawn.filter((v) => Math.abs(v) > z).length;
    expect(beyond(3)).toBeGreaterThan(440);
    expect(beyond(3)).toBeLessThan(640);
    expect(beyond(4)).toBeGreaterThan(1);
    expect(beyond(4)).toBeLessThan(30);
  });

  it('do not depend on their neighbours, at any distance within the vector code', () => {
    for (const lag of [1, 2, 3, 4, 8, 4096]) {
      const shifted = drawn.subarray(lag);
      const r = correlation(drawn.subarray(0, shifted.length), shifted);
      expect(Math.abs(r)).toBeLessThan(6.1 / Math.sqrt(shifted.length));
    }
  });

  it('have the stated deviation at 0.1, and the test refuses 0.01 (variance taken for deviation) and 0.09', () => {
    const noise = drawn.map((v) => 0.1 * v);
    expect(hasDeviation(noise, 0.1)).toBe(true);
    expect(
      hasDeviation(
        drawn.map((v) => 0.1 * 0.1 * v),
        0.1,
      ),
    ).toBe(false);
    expect(
      hasDeviation(
        drawn.map((v) => Math.sqrt(0.1) * v),
        0.1,
      ),
    ).toBe(false);
    expect(
      hasDeviation(
        noise.map((v) => 0.9 * v),
        0.1,
      ),
    ).toBe(false);
    expect(
      hasDeviation(
        noise.map((v) => 0.99 * v),
        0.1,
      ),
    ).toBe(false);
  });

  it('are the halved sums of four Box–Muller draws of these bytes', () => {
    // the documented use of the bytes, recomputed with the ordinary functions
    const bytes = aesKeystream(seededRandom('normals')).bytes(4 * 32);
    const words = new BigUint64Array(Uint8Array.from(bytes).buffer);
    const uniform = (word: bigint): number => 1 - Number(word >> 12n) * 2 ** -52;
    const expected = [0, 0, 0, 0];
    for (let pair = 0; pair < 4; pair++) {
      for (let lane = 0; lane < 2; lane++) {
        const radius = Math.sqrt(-2 * Math.log(uniform(words[pair * 4 + lane] ?? 0n)));
        const word = words[pair * 4 + 2 + lane] ?? 0n;
        const angle = (uniform(word) * Math.PI) / 4;
        const sine = Math.sin(angle) * ((word & 1n) === 1n ? -1 : 1);
        const cosine = Math.cos(angle) * ((word & 2n) === 2n ? -1 : 1);
        const isSwapped = (word & 4n) === 4n;
        expected[lane] = (expected[lane] ?? 0) + (radius * (isSwapped ? sine : cosine)) / 2;
        expected[lane + 2] = (expected[lane + 2] ?? 0) + (radius * (isSwapped ? cosine : sine)) / 2;
      }
    }
    expected.forEach((value, i) => {
      expect(drawn[i]).toBeCloseTo(value, 13);
    });
  });

  it('are the same bits on every machine for the same key', () => {
    const hash = createHash('sha256')
      .update(new Uint8Array(drawn.buffer, 0, 80_000))
      .digest('hex');
    expect(hash.slice(0, 16)).toBe('abd858d8440df4dc');
  });

  it('differ with the key, and are never drawn twice', () => {
    expect(normals(3, 'other')).not.toEqual(drawn.subarray(0, 3));
    const chance = chanceOf('normals');
    const [first, second] = [new Float64Array(5), new Float64Array(5)];
    chance.normals(first);
    chance.normals(second);
    expect(second).not.toEqual(first);
  });
});

/** What a batch sampler must show: sizes as binomial, every unit as often as any other, members independent. */
interface SamplerEvidence {
  readonly sizeVariance: number;
  readonly chiSquareOfUnits: number;
  readonly pairsTogether: number;
}

const UNITS = 400;
const RATE = 0.1;
const BATCHES = 4000;

function evidence(nextBatch: () => Uint32Array): SamplerEvidence {
  const perUnit = new Float64Array(UNITS);
  const sizes: number[] = [];
  let pairsTogether = 0;
  for (let b = 0; b < BATCHES; b++) {
    const batch = nextBatch();
    sizes.push(batch.length);
    for (const unit of batch) perUnit[unit] = (perUnit[unit] ?? 0) + 1;
    for (let i = 1; i < batch.length; i++) if ((batch[i] ?? 0) === (batch[i - 1] ?? 0) + 1) pairsTogether++;
  }
  const mean = BATCHES * RATE;
  return {
    sizeVariance: sizes.reduce((sum, size) => sum + (size - UNITS * RATE) ** 2, 0) / BATCHES,
    chiSquareOfUnits: perUnit.reduce((sum, count) => sum + (count - mean) ** 2 / (mean * (1 - RATE)), 0),
    pairsTogether,
  };
}

function looksLikePoisson({ sizeVariance, chiSquareOfUnits, pairsTogether }: SamplerEvidence): boolean {
  const binomial = UNITS * RATE * (1 - RATE);
  const pairs = BATCHES * (UNITS - 1) * RATE * RATE;
  return (
    Math.abs(sizeVariance / binomial - 1) < 6.1 * Math.sqrt(2 / BATCHES) &&
    Math.abs(chiSquareOfUnits - UNITS) < 6.1 * Math.sqrt(2 * UNITS) &&
    Math.abs(pairsTogether - pairs) < 6.1 * Math.sqrt(pairs)
  );
}

describe('Poisson sampling', () => {
  it('takes every unit independently with the stated probability', () => {
    const chance = chanceOf('sampling');
    const units = new Uint32Array(UNITS);
    expect(looksLikePoisson(evidence(() => chance.poissonBatch({ rate: RATE, units })))).toBe(true);
  });

  it('is told from shuffled batches of the same expected size', () => {
    const random = publicRandom(3);
    let order = new Uint32Array();
    let at = UNITS;
    const shuffled = (): Uint32Array => {
      if (at >= UNITS) {
        order = Uint32Array.from(publicPermutation(random, UNITS));
        at = 0;
      }
      at += UNITS * RATE;
      return order.slice(at - UNITS * RATE, at).sort();
    };
    expect(looksLikePoisson(evidence(shuffled))).toBe(false);
  });

  it('is told from a rate that is a tenth off', () => {
    const chance = chanceOf('sampling');
    const units = new Uint32Array(UNITS);
    expect(looksLikePoisson(evidence(() => chance.poissonBatch({ rate: 0.9 * RATE, units })))).toBe(false);
  });

  it('takes every unit at rate 1, and gives rising numbers without repetition', () => {
    expect([...chanceOf('a').poissonBatch({ rate: 1, units: new Uint32Array(5000) })]).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
    const batch = chanceOf('b').poissonBatch({ rate: 0.5, units: new Uint32Array(30_000) });
    expect(batch.length).toBeGreaterThan(14_000);
    expect(batch.every((unit, i) => i === 0 || unit > (batch[i - 1] ?? unit))).toBe(true);
  });

  it('may give an empty batch', () => {
    const chance = chanceOf('c');
    const sizes = Array.from(
      { length: 50 },
      () => chance.poissonBatch({ rate: 0.01, units: new Uint32Array(10) }).length,
    );
    expect(sizes).toContain(0);
  });
});
