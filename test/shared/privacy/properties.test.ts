import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { epsilonByRdp } from '#shared/privacy/rdp.ts';

const logUniform = (low: number, high: number): fc.Arbitrary<number> =>
  fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map(Math.exp);

const mechanism: fc.Arbitrary<Mechanism> = fc.record({
  samplingRate: fc.oneof(
    { weight: 9, arbitrary: logUniform(1e-4, 0.9) },
    { weight: 1, arbitrary: fc.constant(1) },
  ),
  noiseMultiplier: logUniform(0.5, 20),
  steps: fc.integer({ min: 1, max: 2000 }),
});
const delta = logUniform(1e-8, 1e-4);
/** The grid follows the question, so two close questions may differ by its tolerance. */
const SLACK = 2e-4;
const RUNS = { numRuns: 40, seed: 20_260_801 };

function expectAtLeast(more: number, less: number): void {
  expect(more).toBeGreaterThanOrEqual(less - SLACK * Math.max(less, 0.01));
}

describe('ε of any mechanism', () => {
  it('grows with steps, with the sampling rate and with less noise, for both accountants', () => {
    let grew = 0;
    fc.assert(
      fc.property(mechanism, delta, fc.double({ min: 1.01, max: 3, noNaN: true }), (base, at, factor) => {
        const worse: Mechanism[] = [
          { ...base, steps: Math.ceil(base.steps * factor) },
          { ...base, samplingRate: Math.min(1, base.samplingRate * factor) },
          { ...base, noiseMultiplier: base.noiseMultiplier / factor },
        ];
        const pld = epsilonByPld([base], at);
        const rdp = epsilonByRdp([base], at);
        for (const other of worse) {
          const epsilon = epsilonByPld([other], at);
          expectAtLeast(epsilon, pld);
          expect(epsilonByRdp([other], at)).toBeGreaterThanOrEqual(rdp * (1 - 1e-9));
          if (epsilon > pld * 1.001) grew++;
        }
      }),
      RUNS,
    );
    expect(grew).toBeGreaterThan(RUNS.numRuns);
  });

  it('does not depend on the order of a ledger or on how its steps are split', () => {
    const ledger = fc.array(mechanism, { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(ledger, delta, (mechanisms, at) => {
        const halves = mechanisms.flatMap((m) => [
          { ...m, steps: Math.floor(m.steps / 2) },
          { ...m, steps: Math.ceil(m.steps / 2) },
        ]);
        const epsilon = epsilonByPld(mechanisms, at);
        expect(epsilonByPld(mechanisms.toReversed(), at)).toBe(epsilon);
        expect(epsilonByPld(halves, at)).toBe(epsilon);
      }),
      { ...RUNS, numRuns: 10 },
    );
  });

  it('is at least that of each part of a ledger and at most their sum', () => {
    fc.assert(
      fc.property(mechanism, mechanism, delta, (a, b, at) => {
        const both = epsilonByPld([a, b], 2 * at);
        expectAtLeast(epsilonByPld([a], at) + epsilonByPld([b], at), both);
        expectAtLeast(both, epsilonByPld([a], 2 * at));
      }),
      { ...RUNS, numRuns: 20 },
    );
  });
});
