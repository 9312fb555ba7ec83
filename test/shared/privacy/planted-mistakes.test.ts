/** The reference table has to notice the mistakes that others made: each planted one must fall outside its tolerance. */
import { describe, expect, it } from 'vitest';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { stepLoss } from '#shared/privacy/pld-step.ts';
import { isWithinReference, reference } from './reference.ts';

const ROWS = reference.rows.filter(
  (row) => row.steps === 10 && row.delta === 1e-6 && row.q >= 0.01 && typeof row.eps_pld_fine === 'number',
);

function refusals(wrong: (row: (typeof ROWS)[number]) => number): number {
  return ROWS.filter((row) => !isWithinReference(wrong(row), row.eps_pld_fine ?? Number.NaN)).length;
}

describe('the reference table notices', () => {
  it('nothing wrong in the accountant as it is', () => {
    expect(ROWS.length).toBeGreaterThan(10);
    const right = (row: (typeof ROWS)[number]): number =>
      epsilonByPld([{ samplingRate: row.q, noiseMultiplier: row.sigma, steps: row.steps }], row.delta);
    expect(refusals(right)).toBe(0);
  });

  it('a variance taken for the standard deviation', () => {
    const wrong = (row: (typeof ROWS)[number]): number =>
      epsilonByPld([{ samplingRate: row.q, noiseMultiplier: row.sigma ** 2, steps: row.steps }], row.delta);
    // σ = 1 is where that mistake vanishes.
    expect(refusals(wrong)).toBe(ROWS.filter((row) => row.sigma !== 1).length);
  });

  it('one step of ten that was not counted', () => {
    const wrong = (row: (typeof ROWS)[number]): number =>
      epsilonByPld([{ samplingRate: row.q, noiseMultiplier: row.sigma, steps: row.steps - 1 }], row.delta);
    expect(refusals(wrong)).toBe(ROWS.length);
  });

  it('replace-one taken for add/remove', () => {
    const wrong = (row: (typeof ROWS)[number]): number =>
      epsilonByPld([{ samplingRate: row.q, noiseMultiplier: row.sigma / 2, steps: row.steps }], row.delta);
    expect(refusals(wrong)).toBe(ROWS.length);
  });
});

/** δ(ε) of one step from its grid, in one direction: Σ m(l)·(1 − e^{ε − l}) over l > ε. */
function deltaOf(direction: 'removed' | 'added', epsilon: number): number {
  const grid = { spacing: 2e-3, size: 2 ** 14, lowest: -(2 ** 13), tailMass: 0 };
  const { masses } = stepLoss({ samplingRate: 0.3, noiseMultiplier: 0.7 }, grid);
  const side = direction === 'removed' ? masses.re : masses.im;
  let delta = 0;
  for (let index = grid.lowest; index < grid.lowest + grid.size; index++) {
    const loss = index * grid.spacing;
    if (loss > epsilon) delta += (side[index & (grid.size - 1)] ?? 0) * -Math.expm1(epsilon - loss);
  }
  return delta;
}

/** The same by integration of max(0, p − e^ε·q) over the output, straight from the definition. */
function deltaByIntegration(direction: 'removed' | 'added', epsilon: number): number {
  const density = (x: number): number => Math.exp((-x * x) / (2 * 0.49)) / (0.7 * Math.sqrt(2 * Math.PI));
  let delta = 0;
  for (let x = -9; x < 9; x += 1e-4) {
    const noise = density(x);
    const mixture = 0.7 * noise + 0.3 * density(x - 1);
    const [upper, lower] = direction === 'removed' ? [mixture, noise] : [noise, mixture];
    delta += Math.max(0, upper - Math.exp(epsilon) * lower) * 1e-4;
  }
  return delta;
}

describe('one step', () => {
  it.each([0.05, 0.2, 0.33])(
    'has the hockey-stick curve of its definition in both directions at ε = %d',
    (epsilon) => {
      for (const direction of ['removed', 'added'] as const) {
        const exact = deltaByIntegration(direction, epsilon);
        expect(deltaOf(direction, epsilon)).toBeGreaterThanOrEqual(exact * (1 - 1e-6));
        expect(deltaOf(direction, epsilon)).toBeLessThan(exact + 1e-6);
      }
    },
  );

  it('has a direction that the other does not cover, at small and at large ε', () => {
    expect(deltaOf('removed', 0.4)).toBeGreaterThan(0.03);
    expect(deltaOf('added', 0.4)).toBe(0);
  });
});
