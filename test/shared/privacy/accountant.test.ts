import { describe, expect, it } from 'vitest';
import { createAccountant } from '#shared/privacy/accountant.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { epsilonByRdp } from '#shared/privacy/rdp.ts';

const ROUND = { samplingRate: 0.05, noiseMultiplier: 1.2, steps: 20 };

describe('accountant', () => {
  it('answers as the formulas do, also from memory and for a ledger in other pieces', () => {
    const accountant = createAccountant();
    const rounds = [ROUND, ROUND, ROUND];
    const expected = epsilonByPld([{ ...ROUND, steps: 60 }], 5e-7);
    expect(accountant.epsilon(rounds, 5e-7)).toBe(expected);
    expect(accountant.epsilon([{ ...ROUND, steps: 60 }], 5e-7)).toBe(expected);
    expect(accountant.crossCheck(rounds, 5e-7)).toBe(epsilonByRdp(rounds, 5e-7));
  });

  it('keeps answers for unlike questions apart', () => {
    const accountant = createAccountant();
    const questions = [
      [[ROUND], 5e-7],
      [[ROUND], 5e-6],
      [[{ ...ROUND, steps: 21 }], 5e-7],
      [[{ ...ROUND, noiseMultiplier: 1.3 }], 5e-7],
      [[{ ...ROUND, samplingRate: 0.06 }], 5e-7],
    ] as const;
    const first = questions.map(([mechanisms, delta]) => accountant.epsilon(mechanisms, delta));
    expect(new Set(first).size).toBe(questions.length);
    expect(questions.map(([mechanisms, delta]) => accountant.epsilon(mechanisms, delta))).toEqual(first);
  });

  it('refuses NaN instead of remembering it', () => {
    expect(() => createAccountant().epsilon([{ ...ROUND, noiseMultiplier: Number.NaN }], 5e-7)).toThrow(
      RangeError,
    );
  });
});
