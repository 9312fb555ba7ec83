import { describe, expect, it } from 'vitest';
import { answerEpsilon, type EpsilonRequest } from '#main/bank/privacy/epsilon-command.ts';
import { isFailure } from '#shared/failure.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { epsilonByRdp } from '#shared/privacy/rdp.ts';

const SINGLE = { samplingRate: '0.01', noiseMultiplier: '1', steps: '1000', delta: '1e-6' };

function failureOf(request: EpsilonRequest): { code: string; message: string } {
  try {
    answerEpsilon(request);
  } catch (error) {
    if (isFailure(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('answered');
}

describe('bank epsilon', () => {
  it('answers one mechanism as an array of one', () => {
    const mechanisms = [{ samplingRate: 0.01, noiseMultiplier: 1, steps: 1000 }];
    expect(answerEpsilon(SINGLE)).toEqual([
      { pld: epsilonByPld(mechanisms, 1e-6), rdp: epsilonByRdp(mechanisms, 1e-6) },
    ]);
  });

  it('answers each row, "Infinity" where a step had no noise and 0 for an empty ledger', () => {
    const rowsText = JSON.stringify([
      {
        ledger: [
          { q: 0.01, sigma: 1, steps: 100 },
          { q: 1, sigma: 20, steps: 5 },
        ],
        delta: 1e-6,
      },
      { ledger: [{ q: 0.01, sigma: 0, steps: 1 }], delta: 1e-6 },
      { ledger: [], delta: 1e-6 },
    ]);
    const [mixed, bare, empty] = answerEpsilon({ rowsText });
    expect(mixed?.pld).toBeGreaterThan(0.5);
    expect(mixed?.rdp).toBeGreaterThan(Number(mixed?.pld));
    expect(bare).toEqual({ pld: 'Infinity', rdp: 'Infinity' });
    expect(empty).toEqual({ pld: 0, rdp: 0 });
  });

  it('refuses all rows for a bad one, naming its index and field', () => {
    const good = { ledger: [{ q: 0.01, sigma: 1, steps: 100 }], delta: 1e-6 };
    const bad = [
      { ...good, delta: 0 },
      { ledger: [{ q: 1.5, sigma: 1, steps: 100 }], delta: 1e-6 },
      { ledger: [{ q: 0.5, sigma: -1, steps: 100 }], delta: 1e-6 },
      { ledger: [{ q: 0.5, sigma: 1, steps: 1.5 }], delta: 1e-6 },
      { ledger: [{ q: 0.5, sigma: 1 }], delta: 1e-6 },
      { delta: 1e-6 },
      null,
    ];
    for (const row of bad) {
      const failure = failureOf({ rowsText: JSON.stringify([good, row]) });
      expect(failure.code).toBe('invalid-input');
      expect(failure.message).toMatch(/^Row 1: /);
    }
    expect(failureOf({ rowsText: JSON.stringify([bad[1]]) }).message).toContain('ledger.0.q');
  });

  it.each(['', '{"ledger":[]}', 'ledger'])('refuses a file that is not an array: %j', (rowsText) => {
    expect(failureOf({ rowsText }).code).toBe('invalid-input');
  });

  it('names the flags that are missing, wrong, or one too many', () => {
    expect(failureOf({ samplingRate: '0.1', steps: '5' })).toMatchObject({
      code: 'wrong-usage',
      message: expect.stringContaining('--noise-multiplier, --delta') as string,
    });
    expect(failureOf({ ...SINGLE, steps: 'many' })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('--steps many') as string,
    });
    expect(failureOf({ ...SINGLE, delta: '' }).code).toBe('invalid-input');
    expect(failureOf({ delta: '1e-6', rowsText: '[]' }).code).toBe('wrong-usage');
  });
});
