/** Discarding an update and training again: how much noise was chosen, and what the button waits for. Pure. */
import { MORE_NOISE } from '#shared/round/more-noise.ts';
import { type RetrainingView, type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { decimalOf } from './limits-form.ts';

const words = text.review.retrain;

/** As chosen: one of the offered factors, or another as typed. */
export type NoiseChoice =
  { readonly kind: 'offered'; readonly factor: number } | { readonly kind: 'typed'; readonly typed: string };

export const FIRST_CHOICE: NoiseChoice = { kind: 'offered', factor: 1.5 };

/** Times the charter's noise; null for what is no number above 1 and at most the largest. */
export function factorOf(choice: NoiseChoice): number | null {
  const factor = choice.kind === 'offered' ? choice.factor : decimalOf(choice.typed);
  return factor > 1 && factor <= MORE_NOISE.largestFactor ? factor : null;
}

/** What a training with this factor is asked for with. */
export function noiseOf({ agreedNoiseMultiplier }: ReviewView['terms'], factor: number): number {
  return factor * agreedNoiseMultiplier;
}

/** Of a run with noise: without it there is none to add more of. */
export function canRetrain({ terms }: Pick<ReviewView, 'terms'>): boolean {
  return terms.agreedNoiseMultiplier > 0;
}

/** `1.5`, with no more digits than it takes. */
export function factorText(factor: number): string {
  return String(Number(factor.toPrecision(4)));
}

/** Why it can't be done now, in words; null when it can. `told`: the backend's word on this very factor. */
export function retrainObstacle(factor: number | null, told: RetrainingView | null): string | null {
  if (factor === null) return words.factorBad(MORE_NOISE.largestFactor);
  if (told === null) return words.counting;
  return told.refusal === null ? null : words.refused;
}

export function retrainLabel(factor: number | null): string {
  return factor === null ? words.anywayUnknown : words.anyway(factorText(factor));
}
