/** The terms of a demonstration run: the preset's recipe, noise for the wanted ε, and limits for releases without a click. */
import type { StandingPolicy } from '#shared/contract/bank.ts';
import type { ConsortiumId } from '#shared/ids.ts';
import { calibrateNoiseMultiplier } from '#shared/privacy/calibrate.ts';
import { histogramsOfRun } from '#shared/round/evaluation.ts';
import { presetHistogram } from '#shared/round/histogram-preset.ts';
import type {
  Charter,
  EvaluationHistogram,
  FeaturePresetName,
  PrivacyUnit,
  Split,
} from '#shared/round/charter.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';
import { presetCharter } from '#shared/round/presets.ts';

export interface DemoTerms {
  readonly features: FeaturePresetName;
  readonly split: Split;
  readonly recipe: 'few-rounds' | 'one-step';
  /** What ε protects. */
  readonly unit: PrivacyUnit;
  readonly rounds: number;
  /** null: no privacy. */
  readonly epsilon: number | null;
  readonly delta: number;
  readonly seed: number;
  /** All of them take part: a round waits for every bank of the demonstration. */
  readonly banks: number;
  /** Fewest updates that a round goes on with. */
  readonly quorum: number;
  readonly deadlineSeconds: number;
  readonly title: string;
}

export function demoCharter(
  consortium: { readonly id: ConsortiumId; readonly name: string },
  terms: DemoTerms,
): Charter {
  const histogram = presetHistogram(terms);
  return presetCharter({
    consortium,
    title: terms.title,
    features: terms.features,
    split: terms.split,
    recipe: terms.recipe,
    unit: terms.unit,
    rounds: terms.rounds,
    histogram,
    noiseMultiplier: noiseMultiplierFor(terms, histogram),
    delta: terms.delta,
    modelSeed: terms.seed,
    participation: {
      minimumCohort: terms.banks,
      quorum: terms.quorum,
      deadlineSeconds: terms.deadlineSeconds,
      enrolSeconds: 10,
    },
  });
}

/** The least noise with which training and score histograms of the whole plan cost at most ε; 0 without privacy. */
function noiseMultiplierFor(terms: DemoTerms, histogram: EvaluationHistogram): number {
  const { epsilon, delta } = terms;
  if (epsilon === null) return 0;
  const { samplingRate, steps } = noisyPreset(terms);
  const prior = histogramsOfRun(histogram, terms.rounds);
  return calibrateNoiseMultiplier({ samplingRate, steps, epsilon, delta, prior });
}

/**
 * Limits under which the demonstration's banks release without a click. The noise ratio tells missing noise (below .9);
 * its upper end leaves room for the strong signal of the first rounds. The cosine of two noisy gradients may be near 0.
 */
export function demoStandingPolicy(rounds: number, epsilon: number | null): StandingPolicy {
  return {
    kind: 'on',
    rounds,
    limits: {
      minimumNoiseRatio: 0.9,
      maximumNoiseRatio: 50,
      minimumCosine: -0.9,
      maximumEpsilonPerRound: epsilon ?? 1,
    },
  };
}
