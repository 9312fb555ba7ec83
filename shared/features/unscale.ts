/** Inputs back from the fixed public scaling to the figures that a person knows. Where a scaling cut a value off, the cut stays. */
import type { FeaturePresetName } from '../round/charter.ts';
import type { FeatureInput } from './preset.ts';
import { FEATURE_PRESETS } from './presets.ts';

type Inverse = (scaled: number) => number;

const third: Inverse = (scaled) => scaled / 3;
const itself: Inverse = (scaled) => scaled;

/** By the text of the scaling, so that one without an inverse is found by the test over all presets. */
const INVERSES: Readonly<Record<string, Inverse>> = {
  x: itself,
  'log1p(x)': Math.expm1,
  '3 · x, 0 without payments': third,
  '3 · frauds / (payments + 2)': third,
  'log((x + 1) / (mean + 1)) within ±3, 0 without earlier payments': Math.exp,
  'log((x + 1) / (mean + 1)) within ±3': Math.exp,
  'x / 200 within [0, 3]': (scaled) => 200 * scaled,
  'x / 300 within [0, 4]': (scaled) => 300 * scaled,
  '(log1p(x) − 3) / 2': (scaled) => Math.expm1(2 * scaled + 3),
  'log1p(account’s) + log1p(counterparty’s)': Math.expm1,
  'log1p(x, at most 720) / 3 − 1': (scaled) => Math.expm1(3 * (scaled + 1)),
  'x / (3 · mean + 50) within [0, 4]': itself,
  'x / (sum + 1) within [0, 2], 0 without': itself,
};

const SHIFTED_LOGARITHM = /^log1p\(x\) − (\d+(?:\.\d+)?)$/;

export function inverseOf({ scaling }: Pick<FeatureInput, 'scaling'>): Inverse | undefined {
  const level = SHIFTED_LOGARITHM.exec(scaling)?.[1];
  return level === undefined ? INVERSES[scaling] : (scaled) => Math.expm1(scaled + Number(level));
}

export interface UnscaledInput {
  readonly feature: string;
  readonly unit: string;
  readonly value: number;
}

/** One row of inputs in the preset's order, in the units of their features. */
export function unscaledInputs(preset: FeaturePresetName, row: ArrayLike<number>): readonly UnscaledInput[] {
  return FEATURE_PRESETS[preset].inputs.map((input, i) => ({
    feature: input.name,
    unit: input.unit,
    value: inverseOf(input)?.(row[i] ?? Number.NaN) ?? Number.NaN,
  }));
}
