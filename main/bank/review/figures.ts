/**
 * The figures of a review, from the decoded held bytes and public values alone. Pure. They look at `sum` and `difference`;
 * the counts of an evaluation have no direction and no norm that says anything about the noise.
 * Not here: anything that looks at rows (clipped share, local effect); those come from training and never decide a release by rule.
 */
import type { Charter } from '#shared/round/charter.ts';
import type { LayerNorms } from '#shared/round/review-view.ts';
import type { VectorName } from '#shared/round/update-layout.ts';
import { plannedSteps } from './cost.ts';

/** One vector of an update as the hub decodes it: integers k, worth gridStep · k. */
export interface HeldVector {
  readonly name: VectorName;
  readonly gridStep: number;
  readonly integers: Float64Array;
}

export interface FigureInput {
  /** With the noise that the bytes carry. */
  readonly charter: Charter;
  /** Committed rounds before this one. */
  readonly index: number;
  readonly vectors: readonly HeldVector[];
  /** ḡ of the base checkpoint; null in round 0 and in recipes that publish none. */
  readonly lastPublished: Float64Array | null;
  /** The sum (or the difference, in a recipe without sums) of this bank's last included update. */
  readonly ownLast: Float64Array | null;
}

export interface UpdateFigures {
  readonly layers: readonly LayerNorms[];
  /** ‖γG_b‖ / (σC√(P·K)); null without noise. */
  readonly noiseRatio: number | null;
  readonly cosineWithLastPublished: number | null;
  readonly cosineWithOwnLast: number | null;
  readonly differenceNorm: number | null;
}

/** σC√K: standard deviation of the noise in each number of the summed steps; null without noise. */
export function noisePerNumber(charter: Charter, index: number): number | null {
  const { noiseMultiplier, clippingNorm } = charter.privacy;
  if (noiseMultiplier === 0 || clippingNorm === null) return null;
  return noiseMultiplier * clippingNorm * Math.sqrt(plannedSteps(charter, index));
}

export function updateFigures(input: FigureInput): UpdateFigures {
  const difference = input.vectors.find((vector) => vector.name === 'difference');
  const sum = input.vectors.find((vector) => vector.name === 'sum');
  const noise = noisePerNumber(input.charter, input.index);
  const direction = sum ?? difference;
  const against = (other: Float64Array | null): number | null =>
    direction === undefined || other === null ? null : cosine(direction.integers, other);
  return {
    layers: layerNorms(input.charter, { difference, sum, noise }),
    noiseRatio:
      sum === undefined || noise === null ? null : norm(sum) / (noise * Math.sqrt(sum.integers.length)),
    cosineWithLastPublished: against(input.lastPublished),
    cosineWithOwnLast: against(input.ownLast),
    differenceNorm: difference === undefined ? null : norm(difference),
  };
}

interface LayerInput {
  readonly difference: HeldVector | undefined;
  readonly sum: HeldVector | undefined;
  readonly noise: number | null;
}

function layerNorms(charter: Charter, { difference, sum, noise }: LayerInput): readonly LayerNorms[] {
  return layerSpans(charter.model.layers).map(({ layer, from, until }) => ({
    layer,
    numbers: until - from,
    difference: difference === undefined ? null : norm(difference, from, until),
    sum: sum === undefined ? null : norm(sum, from, until),
    noiseOnly: noise === null || sum === undefined ? null : noise * Math.sqrt(until - from),
  }));
}

export interface LayerSpan {
  readonly layer: string;
  readonly from: number;
  readonly until: number;
}

/** Where each layer stands in the flat vector (main/learning/model/layers.ts): weights, then biases. */
export function layerSpans(layers: readonly number[]): readonly LayerSpan[] {
  const spans: LayerSpan[] = [];
  let from = 0;
  let inputs = layers[0] ?? 0;
  for (const [number, outputs] of layers.slice(1).entries()) {
    const bias = from + inputs * outputs;
    spans.push({ layer: `Layer ${String(number + 1)} weights`, from, until: bias });
    spans.push({ layer: `Layer ${String(number + 1)} biases`, from: bias, until: bias + outputs });
    from = bias + outputs;
    inputs = outputs;
  }
  return spans;
}

/** L2 norm in real units of the numbers [from, until). */
export function norm({ integers, gridStep }: HeldVector, from = 0, until = integers.length): number {
  let squares = 0;
  for (let i = from; i < until; i++) squares += (integers[i] ?? 0) ** 2;
  return gridStep * Math.sqrt(squares);
}

/** Cosine of two vectors of one length; null when one is all zeros or the lengths differ. */
export function cosine(a: Float64Array, b: Float64Array): number | null {
  if (a.length !== b.length) return null;
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? null : dot / Math.sqrt(squaresA * squaresB);
}
