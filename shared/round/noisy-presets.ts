/** The numbers of the private recipes by unit of privacy, as the reference results have them (docs/data.md "Recipe"). */
import type { PrivacyUnit } from './charter.ts';

export type NoisyRecipeName = 'few-rounds' | 'one-step';

export interface NoisyPreset {
  readonly rounds: number;
  /** T: noisy steps of one bank over all rounds. */
  readonly steps: number;
  /** q: probability of each row, or of each account, in each step. */
  readonly samplingRate: number;
  /** C: of one row's gradient, or of the sum over one account's rows. */
  readonly clippingNorm: number;
  readonly learningRate: number;
  readonly delta: number;
}

const ROW = { samplingRate: 0.05, clippingNorm: 0.3, learningRate: 0.03, delta: 5e-7 } as const;
/** Below 1/(10 × 8,192 accounts). */
const ACCOUNT_DELTA = 1e-5;

const PRESETS: Readonly<Record<NoisyRecipeName, Readonly<Record<PrivacyUnit, NoisyPreset>>>> = {
  'few-rounds': {
    transaction: { rounds: 25, steps: 500, ...ROW },
    account: {
      ...{ rounds: 25, steps: 300, samplingRate: 0.1, clippingNorm: 6 },
      ...{ learningRate: 0.05, delta: ACCOUNT_DELTA },
    },
  },
  'one-step': {
    transaction: { rounds: 500, steps: 500, ...ROW },
    account: {
      ...{ rounds: 150, steps: 150, samplingRate: 0.2, clippingNorm: 3 },
      ...{ learningRate: 0.03, delta: ACCOUNT_DELTA },
    },
  },
};

export interface NoisyChoice {
  readonly recipe: NoisyRecipeName;
  readonly unit: PrivacyUnit;
  /** Another number of rounds than the preset's. */
  readonly rounds?: number | undefined;
}

/** The preset, with the steps of the rounds asked for: a round of few-rounds has at least one, of one-step exactly one. */
export function noisyPreset({ recipe, unit, rounds }: NoisyChoice): NoisyPreset {
  const preset = PRESETS[recipe][unit];
  if (rounds === undefined) return preset;
  return { ...preset, rounds, steps: recipe === 'few-rounds' ? Math.max(rounds, preset.steps) : rounds };
}
