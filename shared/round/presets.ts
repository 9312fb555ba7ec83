/** Charter presets: the recipes of the reference results, ready to sign. Public, and never fitted on a bank's data. */
import type { ConsortiumId } from '../ids.ts';
import type {
  Charter,
  EvaluationHistogram,
  FeaturePresetName,
  Grid,
  Participation,
  PrivacyUnit,
  Recipe,
  Split,
} from './charter.ts';

export const RECIPE_NAMES = ['few-rounds', 'one-step', 'fedavg', 'fedavgm', 'fedadam'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

/** Rounds of the published results for each recipe. */
export const DEFAULT_ROUNDS: Readonly<Record<RecipeName, number>> = {
  'few-rounds': 25,
  'one-step': 500,
  fedavg: 40,
  fedavgm: 20,
  fedadam: 40,
};

/** Noisy local steps of a few-rounds run over all its rounds. */
export const FEW_ROUNDS_STEPS = 500;
export const SAMPLING_RATE = 0.05;
export const CLIPPING_NORM = 0.3;
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
  readonly delta?: number;
  readonly unit?: PrivacyUnit;
  readonly modelSeed?: number;
  readonly participation?: Partial<Participation>;
  readonly leaveOutKnownCards?: boolean;
  /** Off unless stated; `presetHistogram` has the usual one. */
  readonly histogram?: EvaluationHistogram;
}

/** A whole charter from the few choices that an operator makes; everything else as in the reference results. */
export function presetCharter(choice: CharterChoice): Charter {
  const isPrivate = choice.noiseMultiplier > 0;
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
    recipe: presetRecipe(choice.recipe, choice.rounds ?? DEFAULT_ROUNDS[choice.recipe]),
    privacy: {
      unit: choice.unit ?? 'transaction',
      noise: 'full',
      clippingNorm: isPrivate ? CLIPPING_NORM : null,
      noiseMultiplier: choice.noiseMultiplier,
      delta: choice.delta ?? DEFAULT_DELTA,
    },
    grids: presetGrids(choice.noiseMultiplier, participation.largestTier),
    participation,
    openPayloads: true,
    secureAggregation: { kind: 'off' },
  };
}

/** Test rows of one account that count at most. */
const HISTOGRAM_ROWS_PER_ACCOUNT = 3;
/** s_h ÷ m at the ε below and above; a smaller ε has more noise, so that evaluation stays a small part of the cost. */
const HISTOGRAM_NOISE = 10;
const HISTOGRAM_EPSILON = 4;
const HISTOGRAM_ROUNDS: Readonly<Record<'few-rounds' | 'one-step', number>> = {
  'few-rounds': 8,
  'one-step': 100,
};

/**
 * The usual score histograms of a private run (privacy.md 2g.10): three or four over the run, together about a twentieth
 * of its squared privacy loss. `epsilon`: of the whole run; null for a run without privacy, which has none.
 */
export function presetHistogram(terms: {
  readonly recipe: RecipeName;
  readonly unit: PrivacyUnit;
  readonly epsilon: number | null;
}): EvaluationHistogram {
  const { recipe, unit, epsilon } = terms;
  if (epsilon === null || (recipe !== 'few-rounds' && recipe !== 'one-step')) return { kind: 'off' };
  const rowsPerUnit = unit === 'account' ? HISTOGRAM_ROWS_PER_ACCOUNT : 1;
  const noise = HISTOGRAM_NOISE * Math.max(1, HISTOGRAM_EPSILON / epsilon);
  return {
    kind: 'on',
    everyRounds: HISTOGRAM_ROUNDS[recipe],
    noiseStandardDeviation: Math.ceil(noise * rowsPerUnit),
    rowsPerUnit,
  };
}

function presetRecipe(name: RecipeName, rounds: number): Recipe {
  switch (name) {
    case 'few-rounds':
      return {
        kind: 'few-rounds',
        rounds,
        steps: Math.max(rounds, FEW_ROUNDS_STEPS),
        samplingRate: SAMPLING_RATE,
        learningRate: 0.03,
        finalLearningRateShare: 0.05,
        momentum: 0.9,
        secondMomentDecay: 0.3,
        stepClamp: 3,
      };
    case 'one-step':
      return {
        kind: 'one-step',
        rounds,
        samplingRate: SAMPLING_RATE,
        learningRate: 0.03,
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

/** L2 bound that an unclipped gradient of one row is taken to stay under, for the clamp only. */
const UNCLIPPED_ROW_NORM = 4;

/**
 * design.md §5: differences on 2^-16 within ±4; noisy sums on 2^(⌈log2 zC⌉ − 10) (privacy.md §2f.3); without noise
 * 2^-20. The clamp of a sum is the first power of two above twice what the largest tier adds up to at the sampling rate.
 */
export function presetGrids(noiseMultiplier: number, largestTier: number): { difference: Grid; sum: Grid } {
  const isPrivate = noiseMultiplier > 0;
  const rowNorm = isPrivate ? CLIPPING_NORM : UNCLIPPED_ROW_NORM;
  const largestSum = 2 * SAMPLING_RATE * largestTier * rowNorm + 16 * noiseMultiplier * CLIPPING_NORM;
  return {
    difference: { exponent: isPrivate ? -16 : -20, clamp: 4 },
    sum: {
      exponent: isPrivate ? Math.ceil(Math.log2(noiseMultiplier * CLIPPING_NORM)) - 10 : -20,
      clamp: 2 ** Math.ceil(Math.log2(largestSum)),
    },
  };
}
