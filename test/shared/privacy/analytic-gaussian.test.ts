import { describe, expect, it } from 'vitest';
import { gaussianEpsilon, gaussianSigma } from '#shared/privacy/analytic-gaussian.ts';
import { accounting, relativeError } from './reference.ts';

describe('Gaussian mechanism without subsampling', () => {
  it.each(accounting.analytic_gaussian_eps)('costs ε $eps at σ $sigma, δ $delta', ({ sigma, delta, eps }) => {
    expect(relativeError(gaussianEpsilon(sigma, delta), eps)).toBeLessThan(1e-8);
  });

  it.each(accounting.analytic_gaussian_sigma)(
    'needs σ $sigma for ε $eps, δ $delta',
    ({ sigma, delta, eps }) => {
      expect(relativeError(gaussianSigma(eps, delta), sigma)).toBeLessThan(1e-8);
    },
  );

  it('is free where the noise alone meets δ, and unprotected without noise', () => {
    expect(gaussianEpsilon(1e6, 1e-5)).toBe(0);
    expect(gaussianEpsilon(0, 1e-5)).toBe(Infinity);
  });

  it('refuses a δ outside (0, 1)', () => {
    for (const delta of [0, 1, Number.NaN]) expect(() => gaussianEpsilon(1, delta)).toThrow(RangeError);
  });
});
