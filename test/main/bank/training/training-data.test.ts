/** What a charter must be to the rows a bank holds before anything trains on them. */
import { describe, expect, it } from 'vitest';
import { trainingData } from '#main/bank/training/training-data.ts';
import { Charter, type PrivacyUnit } from '#shared/round/charter.ts';
import { ACCOUNTS, toyCharter, toySplit } from './toy-bank.ts';

const split = toySplit({ train: 500, test: 10 });

function charterWith(inputs: number, unit: PrivacyUnit = 'transaction'): Charter {
  const charter = toyCharter({ recipe: 'one-step', unit });
  return Charter.parse({ ...charter, model: { ...charter.model, layers: [inputs, 4, 1] } });
}

describe('a charter', () => {
  it('has the units of its own kind counted, and their public tier', () => {
    expect(trainingData(charterWith(21), split)).toMatchObject({ units: 500, tier: 384, rows: 500 });
    expect(trainingData(charterWith(21, 'account'), split)).toMatchObject({ units: ACCOUNTS, tier: 96 });
  });

  // with one input the 21 of a row would be 21 rows, of as many accounts, each clipped on its own
  it.each([1, 20, 22, 42])('with %i model inputs for features of 21 is refused', (inputs) => {
    for (const unit of ['transaction', 'account'] as const)
      expect(() => trainingData(charterWith(inputs, unit), split)).toThrow(
        `The charter's model has ${String(inputs)} inputs, its features card-v1 are 21`,
      );
  });
});
