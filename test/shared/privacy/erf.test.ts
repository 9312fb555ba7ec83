import { describe, expect, it } from 'vitest';
import { erfc, logErfc, logNormalCdf, normalTail } from '#shared/privacy/erf.ts';
import { accounting, relativeError } from './reference.ts';

describe('tails of the normal distribution', () => {
  it.each(accounting.special)('match 20 digits at x = $x', (row) => {
    expect(relativeError(erfc(row.x), row.erfc)).toBeLessThan(1e-13);
    expect(relativeError(logErfc(row.x), row.log_erfc)).toBeLessThan(1e-13);
    expect(relativeError(logNormalCdf(row.x), row.log_ncdf)).toBeLessThan(1e-13);
  });

  it('are the same function on both sides of every border of the approximations', () => {
    for (const border of [-1.25, -0.84375, -0.25, 0.25, 0.84375, 1.25, 1 / 0.35, 6]) {
      expect(relativeError(erfc(border - 1e-12), erfc(border + 1e-12))).toBeLessThan(1e-10);
      expect(Math.abs(logErfc(border - 1e-12) - logErfc(border + 1e-12))).toBeLessThan(1e-10);
    }
    expect(relativeError(logErfc(28 - 1e-12), logErfc(28))).toBeLessThan(1e-12);
  });

  it('sum to one', () => {
    for (const x of [0.1, 0.7, 1.3, 2.9, 5]) expect(normalTail(x) + normalTail(-x)).toBeCloseTo(1, 15);
  });
});
