/** Charter presets: the recipes of the reference results, ready to sign. Public, and never fitted on a bank's data. */
import type { ConsortiumId } from '../ids.ts';
import type {
  Charter,
  EvaluationHistogram,
  FeaturePresetName,
  Grid,
  NoiseSampler,
  Participation,
  PrivacyUnit,
  Recipe,
  Split,
} from './charter.ts';
import { largestStepSum } from './more-noise.ts';
import { noisyPreset } from './noisy-presets.ts';

export const RECIPE_NAMES = ['few-rounds', 'one-step', 'fedavg', 'fedavgm', 'fedadam'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

/** Rounds of the published results for each recipe; with accounts as the unit see noisy-presets.ts. */
export const DEFAULT_ROUNDS: Readonly<Record<RecipeName, number>> = {
  'few-rounds': 25,
  'one-step': 500,
  fedavg: 40,
  fedavgm: 20,
  fedadam: 40,
};

export const DEFAULT_DELTA = 5e-7;
const OUTPUT_BIAS = -4.8;
const FEATURE_COUNT: Readonly<Record<FeaturePresetName, number>> = { 'card-v1': 21, 'card-v2': 34 };

/** Days 38..121, 122..128 and 129..156 of the reference data (day 0 = 2018-04-01). */
export const REFERENCE_SPLIT: Split = {
  trainFrom: '2018-05-09',
  trainUntil: '2018-08-01',
  labelsKnownBy: '2018-08-08',
  testFrom: '2018-08-08',
  testUntil: '2018-09-05',
};

export interface CharterChoice {
  readonly consortium: { readonly id: ConsortiumId; readonly name: string };
  readonly title: string;
  readonly features: FeaturePresetName;
  readonly split: Split;
  readonly recipe: RecipeName;
  readonly rounds?: number;
  /** 0: no privacy; then nothing is clipped either. */
  readonly noiseMultiplier: number;
  /** δ of the unit's preset unless stated. */
  readonly delta?: number;
  /** One transaction's row unless stated. */
  readonly unit?: PrivacyUnit;
  readonly modelSeed?: number;
  readonly participation?: Partial<Participation>;
  readonly leaveOutKnownCards?: boolean;
  /** `rounded-gaussian` unless stated. */
  readonly sampler?: NoiseSampler;
  /** Off unless stated; histogram-preset.ts has the usual one. */
  readonly histogram?: EvaluationHistogram;
}

/** A whole charter from the few choices that an operator makes; everything else as in the reference results. */
export function presetCharter(choice: CharterChoice): Charter {
  const { recipe, rounds, noiseMultiplier, unit = 'transaction', sampler = 'rounded-gaussian' } = choice;
  const participation: Participation = {
    minimumCohort: 3,
    quorum: 3,
    deadlineSeconds: 3600,
    enrolSeconds: 60,
    largestTier: 262_144,
    ...choice.participation,
  };
  return {
    format: 'parley/charter/1',
    consortium: { id: choice.consortium.id, name: choice.consortium.name },
    title: choice.title,
    features: choice.features,
    split: choice.split,
    labelDelayDays: 7,
    evaluation: {
      alertsPerDay: 100,
      leaveOutKnownCards: choice.leaveOutKnownCards ?? choice.features === 'card-v1',
      histogram: choice.histogram ?? { kind: 'off' },
    },
    model: {
      kind: 'mlp',
      layers: [FEATURE_COUNT[choice.features], 64, 32, 1],
      activation: 'tanh',
      seed: choice.modelSeed ?? 1,
      outputBias: OUTPUT_BIAS,
    },
    recipe: presetRecipe(recipe, unit, rounds),
    privacy: {
      unit,
      noise: 'full',
      clippingNorm: noiseMultiplier > 0 ? presetOf(recipe, unit).clippingNorm : null,
      noiseMultiplier,
      sampler,
      delta: choice.delta ?? presetOf(recipe, unit).delta,
    },
    grids: presetGrids({ recipe, unit, noiseMultiplier, sampler, largestTier: participation.largestTier }),
    participation,
    openPayloads: true,
    secureAggregation: { kind: 'off' },
  };
}

/** The plain recipes neither sample nor clip; what they share with the noisy ones is read from few-rounds. */
function presetOf(recipe: RecipeName, unit: PrivacyUnit, rounds?: number) {
  return noisyPreset({ recipe: recipe === 'one-step' ? recipe : 'few-rounds', unit, rounds });
}

function presetRecipe(name: RecipeName, unit: PrivacyUnit, asked: number | undefined): Recipe {
  const rounds = asked ?? DEFAULT_ROUNDS[name];
  const noisy = presetOf(name, unit, asked);
  switch (name) {
    case 'few-rounds':
      return {
        kind: 'few-rounds',
        rounds: noisy.rounds,
        steps: noisy.steps,
        samplingRate: noisy.samplingRate,
        learningRate: noisy.learningRate,
        finalLearningRateShare: 0.05,
        momentum: 0.9,
        secondMomentDecay: 0.3,
        stepClamp: 3,
      };
    case 'one-step':
      return {
        kind: 'one-step',
        rounds: noisy.rounds,
        samplingRate: noisy.samplingRate,
        learningRate: noisy.learningRate,
        finalLearningRateShare: 0.05,
        beta1: 0.9,
        beta2: 0.99,
        adamEpsilon: 1e-8,
      };
    case 'fedavg':
      return { ...plain(rounds, 0.3), rule: { kind: 'fedavg' } };
    case 'fedavgm':
      return { ...plain(rounds, 0.3), rule: { kind: 'fedavgm', beta: 0.5, serverLearningRate: 1 } };
    case 'fedadam':
      return {
        ...plain(rounds, 0.1),
        rule: { kind: 'fedadam', serverLearningRate: 0.05, beta1: 0.6, beta2: 0.99, tau: 1e-3 },
      };
  }
}

function plain(rounds: number, localLearningRate: number) {
  return {
    kind: 'plain',
    rounds,
    localEpochs: 1,
    batchSize: 256,
    localLearningRate,
    finalLearningRateShare: 0.05,
    localMomentum: 0.9,
    proximal: 0,
  } as const;
}

/** L2 bound that an unclipped gradient of one unit is taken to stay under, for the clamp only: 300 rows an account. */
const UNCLIPPED_NORM: Readonly<Record<PrivacyUnit, number>> = { transaction: 4, account: 1200 };

/** Grid steps in the noise's deviation, as a power of two; exact noise pays for its grid by γ√d, so there it is finer. */
const NOISE_BITS: Readonly<Record<NoiseSampler, number>> = {
  'rounded-gaussian': 10,
  'discrete-gaussian': 12,
};

/**
 * design.md §5: differences on 2^-16 within ±4; noisy sums on 2^(⌈log2 zC⌉ − 10) (privacy.md §2f.3); without noise
 * 2^-20. The clamp of a sum is the first power of two above twice what the largest tier adds up to at the sampling rate.
 */
function presetGrids(terms: {
  readonly recipe: RecipeName;
  readonly unit: PrivacyUnit;
  readonly noiseMultiplier: number;
  readonly sampler: NoiseSampler;
  readonly largestTier: number;
}): { difference: Grid; sum: Grid } {
  const { recipe, unit, noiseMultiplier, sampler, largestTier } = terms;
  const { samplingRate, clippingNorm } = presetOf(recipe, unit);
  const isPrivate = noiseMultiplier > 0;
  const norm = isPrivate ? clippingNorm : UNCLIPPED_NORM[unit];
  const noiseStandardDeviation = noiseMultiplier * clippingNorm;
  const largestSum = largestStepSum({ samplingRate, units: largestTier, norm, noiseStandardDeviation });
  return {
    difference: { exponent: isPrivate ? -16 : -20, clamp: 4 },
    sum: {
      exponent: isPrivate ? Math.ceil(Math.log2(noiseStandardDeviation)) - NOISE_BITS[sampler] : -20,
      clamp: 2 ** Math.ceil(Math.log2(largestSum)),
    },
  };
}
