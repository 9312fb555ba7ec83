/** Which rounds carry a score histogram, its bins, and what it costs: public, the same at hub and banks. */
import type { Mechanism } from '../privacy/mechanism.ts';
import type { Charter, EvaluationHistogram } from './charter.ts';

/** K: bins of one label. */
export const HISTOGRAM_BINS = 32;
/**
 * Logits between which the bins lie; the first and the last bin are open to their side. Not even around 0: with one
 * fraud in a hundred rows most genuine ones score below −6, and one bin for all of them hides a fifth of the frauds
 * (PR-AUC of the demonstration's model .82: .75 from edges −6 … 6, .82 from these).
 */
export const HISTOGRAM_EDGES = { lowest: -12, highest: 6 } as const;

type Evaluated = Pick<Charter, 'evaluation'>;

/** Whether the update of round `index` carries a score histogram of the model it starts from. Round 0 has only the seed's. */
export function hasEvaluation({ evaluation }: Evaluated, index: number): boolean {
  const { histogram } = evaluation;
  return histogram.kind === 'on' && index > 0 && index % histogram.everyRounds === 0;
}

/**
 * Share of the discrete noise that is accounted for, as continuous. From s_h 5 on, the least that a charter may have, exact
 * ε (Canonne, Kamath and Steinke 2020, theorem 7) is at most .22 % above that of continuous noise, and always below that of
 * continuous noise of this share: no ledger counts less.
 */
export const ACCOUNTED_SHARE = 0.998;

/** One release of a histogram: the Gaussian mechanism over all units, sensitivity m, noise s_h. */
export function histogramMechanism(histogram: EvaluationHistogram): Mechanism | null {
  if (histogram.kind === 'off') return null;
  const { noiseStandardDeviation, rowsPerUnit } = histogram;
  return {
    samplingRate: 1,
    noiseMultiplier: (ACCOUNTED_SHARE * noiseStandardDeviation) / rowsPerUnit,
    steps: 1,
  };
}

/** What round `index` pays for evaluation; null where it carries none. */
export function evaluationMechanism(charter: Evaluated, index: number): Mechanism | null {
  return hasEvaluation(charter, index) ? histogramMechanism(charter.evaluation.histogram) : null;
}

/** All histograms of a run of `rounds` rounds: what a calibration of the training's noise has to leave room for. */
export function histogramsOfRun(histogram: EvaluationHistogram, rounds: number): readonly Mechanism[] {
  const each = histogramMechanism(histogram);
  if (each === null || histogram.kind === 'off') return [];
  const steps = Math.floor((rounds - 1) / histogram.everyRounds);
  return steps < 1 ? [] : [{ ...each, steps }];
}
