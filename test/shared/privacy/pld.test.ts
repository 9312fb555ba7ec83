import { describe, expect, it } from 'vitest';
import { gaussianEpsilon } from '#shared/privacy/analytic-gaussian.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { epsilonByRdp } from '#shared/privacy/rdp.ts';
import { accounting, isWithinReference, reference, relativeError } from './reference.ts';

const DELTA = 1e-5;

describe('privacy loss distributions', () => {
  it.each([...reference.ledgers, ...accounting.ledgers])(
    'compose unlike segments: $name, δ $delta',
    (ledger) => {
      const epsilon = epsilonByPld(ledger.segments, ledger.delta);
      expect(isWithinReference(epsilon, ledger.eps_pld_fine_2e5)).toBe(true);
      expect(epsilon).toBeLessThanOrEqual(epsilonByRdp(ledger.segments, ledger.delta));
    },
  );

  it.each(accounting.shuffle_vs_poisson)(
    'tell Poisson batches from a fixed partition: $epochs epochs, σ $sigma',
    ({ N, batch, sigma, epochs, delta, eps_poisson, eps_fixed_partition_upper }) => {
      const steps = Math.round((epochs * N) / batch);
      const poisson = { samplingRate: batch / N, noiseMultiplier: sigma, steps };
      const partition = { samplingRate: 1, noiseMultiplier: sigma, steps: epochs };
      expect(relativeError(epsilonByPld([poisson], delta), eps_poisson)).toBeLessThan(5e-3);
      expect(relativeError(epsilonByPld([partition], delta), eps_fixed_partition_upper)).toBeLessThan(1e-8);
    },
  );

  it('charge nothing for nothing', () => {
    const free = [
      [],
      [{ samplingRate: 0, noiseMultiplier: 1, steps: 10_000 }],
      [{ samplingRate: 0, noiseMultiplier: 0, steps: 5 }],
      [{ samplingRate: 0.3, noiseMultiplier: 0, steps: 0 }],
    ];
    for (const mechanisms of free) expect(epsilonByPld(mechanisms, DELTA)).toBe(0);
  });

  it('show no privacy where a single step had no noise', () => {
    const noisy = { samplingRate: 0.01, noiseMultiplier: 8, steps: 1 };
    const bare = { samplingRate: 0.01, noiseMultiplier: 0, steps: 1 };
    expect(epsilonByPld([noisy, bare], DELTA)).toBe(Infinity);
    expect(epsilonByRdp([noisy, bare], DELTA)).toBe(Infinity);
  });

  it('treat full-batch releases exactly: σ 10 and σ 5 are one Gaussian', () => {
    const releases = [
      { samplingRate: 1, noiseMultiplier: 10, steps: 8 },
      { samplingRate: 1, noiseMultiplier: 5, steps: 3 },
    ];
    const sigma = 1 / Math.sqrt(8 / 100 + 3 / 25);
    expect(relativeError(epsilonByPld(releases, DELTA), gaussianEpsilon(sigma, DELTA))).toBeLessThan(1e-12);
  });

  it('meet the exact figure when nearly every unit takes part', () => {
    const almost = { samplingRate: 1 - 1e-9, noiseMultiplier: 2, steps: 10 };
    expect(
      relativeError(epsilonByPld([almost], DELTA), gaussianEpsilon(2 / Math.sqrt(10), DELTA)),
    ).toBeLessThan(1e-4);
  });

  it('answer from above, without hanging, where no privacy is left', () => {
    for (const noiseMultiplier of [0.001, 0.03, 0.09]) {
      const mechanisms = [{ samplingRate: 0.2, noiseMultiplier, steps: 1000 }];
      expect(epsilonByPld(mechanisms, DELTA)).toBeGreaterThan(1000);
      expect(epsilonByRdp(mechanisms, DELTA)).toBeGreaterThan(1000);
    }
  });

  it('refuse what is not a mechanism instead of charging nothing for it', () => {
    const sound = { samplingRate: 0.1, noiseMultiplier: 1, steps: 1 };
    const broken = [
      { ...sound, samplingRate: Number.NaN },
      { ...sound, samplingRate: 1.1 },
      { ...sound, noiseMultiplier: Number.NaN },
      { ...sound, noiseMultiplier: Infinity },
      { ...sound, steps: 0.5 },
      { ...sound, steps: -1 },
    ];
    for (const mechanism of broken) {
      expect(() => epsilonByPld([mechanism], DELTA)).toThrow(RangeError);
      expect(() => epsilonByRdp([mechanism], DELTA)).toThrow(RangeError);
    }
    for (const delta of [0, 1, Number.NaN]) expect(() => epsilonByPld([sound], delta)).toThrow(RangeError);
  });
});
