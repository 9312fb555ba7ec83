/**
 * The charter: what the members of a consortium agreed for one run, as a document that is hashed and signed.
 * Not here: who takes part (the roster) and what happened (the checkpoint log).
 */
import { z } from 'zod';
import { ConsortiumId } from '../ids.ts';

/** A calendar day in UTC, `2018-05-09`. */
export const UtcDay = z.iso.date();
export type UtcDay = z.infer<typeof UtcDay>;

export const FeaturePresetName = z.enum(['card-v1', 'card-v2']);
export type FeaturePresetName = z.infer<typeof FeaturePresetName>;

/** Half-open spans of days: train [trainFrom, trainUntil), test [testFrom, testUntil). */
export const Split = z
  .strictObject({
    trainFrom: UtcDay,
    trainUntil: UtcDay,
    /** A fraud trains as fraud only when its label was known before this day; else it trains as genuine. */
    labelsKnownBy: UtcDay,
    testFrom: UtcDay,
    testUntil: UtcDay,
  })
  .refine(
    (s) =>
      s.trainFrom < s.trainUntil &&
      s.trainUntil <= s.labelsKnownBy &&
      s.labelsKnownBy <= s.testFrom &&
      s.testFrom < s.testUntil,
    { message: 'the days must run: trainFrom < trainUntil ≤ labelsKnownBy ≤ testFrom < testUntil' },
  );
export type Split = z.infer<typeof Split>;

export const ModelSpec = z.strictObject({
  kind: z.literal('mlp'),
  /** Inputs, hidden widths, 1. */
  layers: z.array(z.int().min(1).max(1024)).min(2).max(8),
  activation: z.enum(['tanh', 'relu']),
  /** Public 32-bit seed of the first weights. */
  seed: z.int().min(0).max(0xffff_ffff),
  /** Log-odds of the agreed base rate. */
  outputBias: z.number(),
});
export type ModelSpec = z.infer<typeof ModelSpec>;

const rate = z.number().gt(0).max(1);
const decay = z.number().min(0).lt(1);

/** data/README.md "few rounds under DP": K_r noisy local steps a round with the hub's shared preconditioner. */
export const FewRoundsRecipe = z.strictObject({
  kind: z.literal('few-rounds'),
  rounds: z.int().min(1).max(1000),
  /** T: noisy steps over all rounds together. */
  steps: z.int().min(1).max(100_000),
  samplingRate: rate,
  learningRate: z.number().gt(0),
  /** Share of the learning rate that is left at the end: lr_t = lr · (1 − (1 − share) · t / T). */
  finalLearningRateShare: z.number().min(0).max(1),
  momentum: decay,
  /** Decay of the preconditioner's second moment, v ← d·v + (1 − d)·K·ḡ². */
  secondMomentDecay: decay,
  /** Each preconditioned coordinate is clamped to ± this before the learning rate. */
  stepClamp: z.number().gt(0),
});
export type FewRoundsRecipe = z.infer<typeof FewRoundsRecipe>;

/** One Poisson batch and one (noisy) sum a round; the hub applies bias-corrected Adam. */
export const OneStepRecipe = z.strictObject({
  kind: z.literal('one-step'),
  rounds: z.int().min(1).max(10_000),
  samplingRate: rate,
  learningRate: z.number().gt(0),
  finalLearningRateShare: z.number().min(0).max(1),
  beta1: decay,
  beta2: decay,
  adamEpsilon: z.number().gt(0),
});
export type OneStepRecipe = z.infer<typeof OneStepRecipe>;

/** The server's rule on the mean model difference. */
export const PlainRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fedavg') }),
  z.strictObject({ kind: z.literal('fedavgm'), beta: decay, serverLearningRate: z.number().gt(0) }),
  z.strictObject({
    kind: z.literal('fedadam'),
    serverLearningRate: z.number().gt(0),
    beta1: decay,
    beta2: decay,
    tau: z.number().gt(0),
  }),
]);
export type PlainRule = z.infer<typeof PlainRule>;

/** Without DP: local momentum SGD at each bank, model differences averaged by public tiers. */
export const PlainRecipe = z.strictObject({
  kind: z.literal('plain'),
  rounds: z.int().min(1).max(10_000),
  rule: PlainRule,
  localEpochs: z.int().min(1).max(100),
  batchSize: z.int().min(1).max(1_000_000),
  localLearningRate: z.number().gt(0),
  finalLearningRateShare: z.number().min(0).max(1),
  localMomentum: decay,
  /** FedProx μ (1812.06127); 0 for none. */
  proximal: z.number().min(0),
});
export type PlainRecipe = z.infer<typeof PlainRecipe>;

export const Recipe = z.discriminatedUnion('kind', [FewRoundsRecipe, OneStepRecipe, PlainRecipe]);
export type Recipe = z.infer<typeof Recipe>;

export const PrivacyUnit = z.enum(['transaction', 'account']);
export type PrivacyUnit = z.infer<typeof PrivacyUnit>;

/**
 * How the noise of a sum is drawn: float64 normals added and rounded to the grid, or exact discrete Gaussian integers on
 * it (Canonne, Kamath and Steinke 2020), accounted with the sum's own rounding as sensitivity.
 */
export const NoiseSampler = z.enum(['rounded-gaussian', 'discrete-gaussian']);
export type NoiseSampler = z.infer<typeof NoiseSampler>;

export const PrivacyTerms = z.strictObject({
  unit: PrivacyUnit,
  /** `full`: every bank adds the whole noise. `shared` needs secure aggregation. */
  noise: z.enum(['full', 'shared']),
  /** L2 bound C of one unit's gradient over all layers together; null: no clipping (only without noise). */
  clippingNorm: z.number().gt(0).nullable(),
  /** z: noise standard deviation ÷ clippingNorm; 0: no privacy. */
  noiseMultiplier: z.number().min(0),
  sampler: NoiseSampler,
  delta: z.number().gt(0).lt(1),
});
export type PrivacyTerms = z.infer<typeof PrivacyTerms>;

/** Fixed-point grid of one vector: step 2^exponent, values clamped to ± clamp (real units). */
export const Grid = z.strictObject({ exponent: z.int().min(-60).max(30), clamp: z.number().gt(0) });
export type Grid = z.infer<typeof Grid>;

/** Largest deviation of exact noise, in whole steps: 2σ²(σ + 1)² stays below 2^53. */
export const LARGEST_DISCRETE_DEVIATION = 4096;

/** Noisy score histograms of the incoming model on the banks' own test rows (privacy.md 2g.10): the only evaluation that leaves. */
export const EvaluationHistogram = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('off') }),
  z.strictObject({
    kind: z.literal('on'),
    /** Rounds whose index is a positive multiple of this carry it. */
    everyRounds: z.int().min(1).max(10_000),
    /**
     * s_h: standard deviation of the discrete Gaussian noise on each count, in whole rows. From 5 on, ε is that of
     * continuous noise to .3 %.
     */
    noiseStandardDeviation: z.int().min(5).max(LARGEST_DISCRETE_DEVIATION),
    /** m: test rows of one unit that count at most, and so the L2 sensitivity; 1 where a row is the unit. */
    rowsPerUnit: z.int().min(1).max(1000),
  }),
]);
export type EvaluationHistogram = z.infer<typeof EvaluationHistogram>;

export const Participation = z.strictObject({
  minimumCohort: z.int().min(1).max(10_000),
  /** Fewest updates to aggregate. */
  quorum: z.int().min(1).max(10_000),
  /** From the start of training to the close of the round. */
  deadlineSeconds: z
    .number()
    .gt(0)
    .max(30 * 86_400),
  /** How long a round waits for absent members once the minimum cohort is there. */
  enrolSeconds: z.number().min(0).max(86_400),
  /** Largest public size tier that the grids are made for. */
  largestTier: z.int().min(1),
});
export type Participation = z.infer<typeof Participation>;

export const Charter = z
  .strictObject({
    format: z.literal('parley/charter/1'),
    consortium: z.strictObject({ id: ConsortiumId, name: z.string().min(1).max(120) }),
    title: z.string().min(1).max(120),
    features: FeaturePresetName,
    split: Split,
    /** Days after which a row without a label counts as genuine. */
    labelDelayDays: z.int().min(0).max(365),
    evaluation: z.strictObject({
      /** Alerts a day over all banks, shared out by public tier. */
      alertsPerDay: z.int().min(1),
      /** Leave out, on each test day d, accounts with a fraud in days d−14..d−8. */
      leaveOutKnownCards: z.boolean(),
      histogram: EvaluationHistogram,
    }),
    model: ModelSpec,
    recipe: Recipe,
    privacy: PrivacyTerms,
    grids: z.strictObject({ difference: Grid, sum: Grid }),
    participation: Participation,
    /** The hub passes on the signed updates and every bank adds them up itself. */
    openPayloads: z.boolean(),
    secureAggregation: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('off') }),
      z.strictObject({ kind: z.literal('on'), threshold: z.int().min(2) }),
    ]),
  })
  .superRefine((charter, context) => {
    for (const problem of charterProblems(charter))
      context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message });
  });
export type Charter = z.infer<typeof Charter>;

interface CharterProblem {
  readonly path: readonly string[];
  readonly message: string;
}

interface CharterLike {
  readonly recipe: Recipe;
  readonly privacy: PrivacyTerms;
  readonly participation: Participation;
  readonly secureAggregation: { readonly kind: 'on' | 'off' };
  readonly model: ModelSpec;
  readonly evaluation: { readonly histogram: EvaluationHistogram };
  readonly grids: { readonly sum: Grid };
}

function charterProblems(charter: CharterLike): readonly CharterProblem[] {
  const { recipe, privacy, participation } = charter;
  const problems: CharterProblem[] = [];
  const say = (path: readonly string[], message: string): void => void problems.push({ path, message });
  if (privacy.noiseMultiplier > 0 && privacy.clippingNorm === null)
    say(['privacy', 'clippingNorm'], 'noise without a clipping norm protects nothing');
  if (recipe.kind === 'few-rounds' && privacy.noiseMultiplier === 0)
    say(
      ['privacy', 'noiseMultiplier'],
      'the few-rounds recipe needs noise; use one-step or plain without privacy',
    );
  if (recipe.kind === 'few-rounds' && recipe.steps < recipe.rounds)
    say(['recipe', 'steps'], 'fewer steps than rounds');
  if (recipe.kind === 'plain' && privacy.noiseMultiplier !== 0)
    say(
      ['privacy', 'noiseMultiplier'],
      'the plain recipe has no noise; use few-rounds or one-step for privacy',
    );
  if (privacy.noise === 'shared' && charter.secureAggregation.kind === 'off')
    say(['privacy', 'noise'], 'shared noise needs secure aggregation: the hub would see each share bare');
  if (participation.quorum > participation.minimumCohort && participation.minimumCohort < 1)
    say(['participation', 'quorum'], 'the quorum exceeds the cohort');
  if (charter.model.layers.at(-1) !== 1) say(['model', 'layers'], 'the last layer has one output');
  return [...problems, ...histogramProblems(charter), ...samplerProblems(charter)];
}

function samplerProblems({ privacy, grids }: CharterLike): readonly CharterProblem[] {
  if (privacy.sampler === 'rounded-gaussian' || privacy.noiseMultiplier === 0) return [];
  const problems: CharterProblem[] = [];
  const deviation = gridDeviation({ privacy, grids });
  if (deviation > LARGEST_DISCRETE_DEVIATION)
    problems.push({
      path: ['grids', 'sum', 'exponent'],
      message: `exact noise of ${String(deviation)} grid steps is too wide; at most ${String(LARGEST_DISCRETE_DEVIATION)}`,
    });
  // a sum of discrete Gaussians is not quite one
  if (privacy.noise === 'shared')
    problems.push({ path: ['privacy', 'sampler'], message: 'exact noise cannot be shared among banks' });
  return problems;
}

function histogramProblems({ evaluation, privacy }: CharterLike): readonly CharterProblem[] {
  const { histogram } = evaluation;
  if (histogram.kind === 'off') return [];
  const problems: CharterProblem[] = [];
  const say = (field: string, message: string): void =>
    void problems.push({ path: ['evaluation', 'histogram', field], message });
  if (privacy.noiseMultiplier === 0)
    say('kind', 'a run without noise is not accounted for, so its banks cannot pay for score histograms');
  if (privacy.unit === 'transaction' && histogram.rowsPerUnit !== 1)
    say('rowsPerUnit', 'with single transactions protected one unit is one row');
  return problems;
}

/** Deviation of exact noise in whole grid steps, ⌈zC/γ⌉: never less than the charter says. */
export function gridDeviation({ privacy, grids }: Pick<CharterLike, 'privacy' | 'grids'>): number {
  return Math.ceil((privacy.noiseMultiplier * (privacy.clippingNorm ?? 0)) / 2 ** grids.sum.exponent);
}

/** Rounds of a run that end in a published model. */
export function plannedRounds(charter: Pick<Charter, 'recipe'>): number {
  return charter.recipe.rounds;
}
