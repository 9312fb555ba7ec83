/**
 * Limits of automatic releases (design.md section 6): a pure function of held bytes and public values.
 * A limit on a raw figure (clipped share, local effect) can't be written here: whether a bank sends is seen by the hub,
 * and a stop that depended on raw figures would tell it something no noise covers (privacy.md 2g.12).
 */
import type { ScopeLimits } from '#shared/round/round-view.ts';

/** All that an automatic release may look at. */
export interface LimitInput {
  /** What the bank's own floors refuse about this release; null when they allow it. */
  readonly refusedByPolicy: OutsideLimit | null;
  /** Finite, of the layout's length, within its bounds, and on the base model that this bank computed itself. */
  readonly isWellFormed: boolean;
  /** The incoming model follows from the published sums and raises no alarm. */
  readonly isModelHealthy: boolean;
  /** null: the charter has no noise. */
  readonly noiseRatio: number | null;
  /** null: no gradient has been published yet. */
  readonly cosine: number | null;
  /** ε of this round as the plan's own table says; 0 without noise. */
  readonly epsilon: number;
  /** The charge is exactly the planned mechanism. */
  readonly isChargedAsPlanned: boolean;
}

export interface OutsideLimit {
  readonly figure: string;
  readonly value: number | null;
  readonly limit: number | null;
}

/** The first figure outside, or null when every figure is inside. A NaN is outside. */
export function outsideLimits(input: LimitInput, limits: ScopeLimits): OutsideLimit | null {
  if (input.refusedByPolicy !== null) return input.refusedByPolicy;
  if (!input.isWellFormed) return { figure: 'held bytes', value: null, limit: null };
  if (!input.isModelHealthy) return { figure: 'incoming model', value: null, limit: null };
  if (!input.isChargedAsPlanned) return { figure: 'cost as planned', value: null, limit: null };
  return (
    atMost('epsilon of this round', input.epsilon, limits.maximumEpsilonPerRound) ??
    atLeast('noise ratio', input.noiseRatio, limits.minimumNoiseRatio) ??
    atMost('noise ratio', input.noiseRatio, limits.maximumNoiseRatio) ??
    atLeast('cosine with the last published gradient', input.cosine, limits.minimumCosine)
  );
}

function atMost(figure: string, value: number | null, limit: number): OutsideLimit | null {
  return value === null || value <= limit ? null : { figure, value: finite(value), limit };
}

function atLeast(figure: string, value: number | null, limit: number): OutsideLimit | null {
  return value === null || value >= limit ? null : { figure, value: finite(value), limit };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Least noise ratio that any release may have: below it, noise is missing. */
export const LEAST_NOISE_RATIO = 0.9;

/** How far the cosine may fall below the reviewed one, and below 0: noise alone moves it by hundredths. */
const COSINE_FALL = 0.5;

/**
 * The limits offered beside a reviewed update: twice its noise ratio, no turn against what the consortium published, the
 * dearest round to come.
 */
export function defaultLimits(reviewed: {
  readonly noiseRatio: number | null;
  readonly cosine: number | null;
  readonly dearestRound: number;
}): ScopeLimits {
  return {
    minimumNoiseRatio: LEAST_NOISE_RATIO,
    maximumNoiseRatio: largestNoiseRatio(reviewed.noiseRatio ?? 1),
    minimumCosine: Math.max(-1, -roundedUp(COSINE_FALL - Math.min(0, reviewed.cosine ?? 0), 100)),
    // ε is compared with the plan's own table, so the margin covers its rounding only
    maximumEpsilonPerRound: roundedUp(reviewed.dearestRound * 1.001, 10_000),
  };
}

/** Twice the reviewed update's: more in a following round would mean that something else than noise is in it. */
export function largestNoiseRatio(reviewed: number): number {
  return roundedUp(2 * Math.max(reviewed, LEAST_NOISE_RATIO), 100);
}

/** To the next of `steps` to one, so that a person reads and edits it; never 0. */
function roundedUp(value: number, steps: number): number {
  return Math.max(Math.ceil(value * steps), 1) / steps;
}
