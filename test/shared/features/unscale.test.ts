import { expect, it } from 'vitest';
import { cardV1 } from '#shared/features/card-v1.ts';
import { FEATURE_PRESETS } from '#shared/features/presets.ts';
import { inverseOf, unscaledInputs } from '#shared/features/unscale.ts';

it('knows the way back from every scaling of every preset', () => {
  for (const { inputs } of Object.values(FEATURE_PRESETS))
    for (const input of inputs) expect(inverseOf(input), input.scaling).toBeDefined();
});

it('gives amounts, counts and shares as a person knows them', () => {
  const row = new Float32Array(cardV1.inputs.length);
  row[0] = Math.log1p(123.45) - 4;
  row[2] = 1;
  row[3] = Math.log1p(7) - 1.3;
  row[10] = 3 * 0.25;
  row[20] = 123.45 / 200;
  const values = unscaledInputs('card-v1', row);
  expect(values[0]).toMatchObject({ feature: 'amount', unit: 'amount' });
  expect(values[0]?.value).toBeCloseTo(123.45, 3);
  expect(values[2]).toMatchObject({ unit: 'yes/no', value: 1 });
  expect(values[3]?.value).toBeCloseTo(7, 4);
  expect(values[10]).toMatchObject({ unit: 'share' });
  expect(values[10]?.value).toBeCloseTo(0.25, 6);
  expect(values[20]?.value).toBeCloseTo(123.45, 3);
});
