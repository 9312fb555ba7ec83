import { describe, expect, it } from 'vitest';
import { calibrateNoiseMultiplier, stepsWithinBudget } from '#shared/privacy/calibrate.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { accounting, relativeError } from './reference.ts';

const DELTA = 1e-6;
const PRIOR = [{ samplingRate: 0.01, noiseMultiplier: 1.1, steps: 300 }];

describe('calibration', () => {
  it.each(accounting.calibration)('finds the noise for ε $target_eps over $steps steps', (row) => {
    const question = { samplingRate: row.q, steps: row.steps, epsilon: row.target_eps, delta: row.delta };
    expect(relativeError(calibrateNoiseMultiplier(question), row.sigma_pld)).toBeLessThan(5e-4);
  });

  it('fits what is left after the ledger, from the safe side and without waste', () => {
    const run = { samplingRate: 0.02, steps: 200 };
    const noiseMultiplier = calibrateNoiseMultiplier({ ...run, epsilon: 2.5, delta: DELTA, prior: PRIOR });
    const spent = (z: number): number => epsilonByPld([...PRIOR, { ...run, noiseMultiplier: z }], DELTA);
    expect(spent(noiseMultiplier)).toBeLessThanOrEqual(2.5);
    expect(spent(noiseMultiplier * 0.999)).toBeGreaterThan(2.5);
  });

  it('says that no noise is enough when the ledger has used the budget up', () => {
    const question = { samplingRate: 0.02, steps: 200, epsilon: 0.5, delta: DELTA, prior: PRIOR };
    expect(epsilonByPld(PRIOR, DELTA)).toBeGreaterThan(0.5);
    expect(calibrateNoiseMultiplier(question)).toBe(Infinity);
    const steps = stepsWithinBudget({ ...question, mechanism: { samplingRate: 0.02, noiseMultiplier: 2 } });
    expect(steps).toBe(0);
  });

  it('asks for no noise where nothing is drawn', () => {
    expect(calibrateNoiseMultiplier({ samplingRate: 0.02, steps: 0, epsilon: 1, delta: DELTA })).toBe(0);
    expect(calibrateNoiseMultiplier({ samplingRate: 0, steps: 10, epsilon: 1, delta: DELTA })).toBe(0);
  });

  it('counts the steps that fit, and one more does not', () => {
    const mechanism = { samplingRate: 0.05, noiseMultiplier: 2 };
    const steps = stepsWithinBudget({ mechanism, epsilon: 3, delta: DELTA, prior: PRIOR });
    const spent = (n: number): number => epsilonByPld([...PRIOR, { ...mechanism, steps: n }], DELTA);
    expect(spent(steps)).toBeLessThanOrEqual(3);
    expect(spent(steps + 1)).toBeGreaterThan(3);
    expect(
      stepsWithinBudget({ mechanism: { ...mechanism, samplingRate: 0 }, epsilon: 3, delta: DELTA }),
    ).toBe(Infinity);
  });
});
