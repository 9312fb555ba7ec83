/**
 * Alarms on an incoming model (reliability.md D3): marks of weights that were made to leak. The model was recomputed before,
 * so an alarm here means that the members' own updates were steered; a quiet trap can pass. Pure.
 */
import { layerSegments } from '#main/learning/model/layers.ts';
import type { Charter } from '#shared/round/charter.ts';

/** |cos| of two first-layer rows above which they count as copies of one direction (privacy.md section 4 A). */
const COPIED_COSINE = 0.99;
/** More copies than this share of all pairs is an alarm: an honest model has none, a simple imprint has all. */
const COPIED_SHARE = 0.01;
/** A layer's norm may change by at most this factor in one round. */
const NORM_FACTOR = 4;

export function modelAlarms(charter: Charter, before: Float64Array, after: Float64Array): readonly string[] {
  if (!after.every((value) => Number.isFinite(value))) return ['The model has numbers that are not finite'];
  const alarms: string[] = [];
  for (const [number, { weights, biases }] of layerSegments(charter.model.layers).entries()) {
    const ratio = norm(after, weights, biases) / norm(before, weights, biases);
    if (!(ratio <= NORM_FACTOR && ratio >= 1 / NORM_FACTOR))
      alarms.push(
        `The norm of layer ${String(number + 1)} changed by ${ratio.toFixed(1)} times in one round`,
      );
  }
  const share = copiedShare(charter, after);
  if (share > COPIED_SHARE)
    alarms.push(`${(100 * share).toFixed(0)} % of the first layer's pairs of neurons look in one direction`);
  return alarms;
}

/** Share of pairs of first-layer neurons whose weights are parallel. */
export function copiedShare(charter: Charter, weights: Float64Array): number {
  const [first] = layerSegments(charter.model.layers);
  if (first === undefined || first.outputs < 2 || first.inputs < 2) return 0;
  const { inputs, outputs } = first;
  const unit = new Float64Array(inputs * outputs);
  for (let j = 0; j < outputs; j++) {
    let squares = 0;
    for (let i = 0; i < inputs; i++) squares += (weights[first.weights + i * outputs + j] ?? 0) ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let i = 0; i < inputs; i++)
      unit[j * inputs + i] = (weights[first.weights + i * outputs + j] ?? 0) * scale;
  }
  let copied = 0;
  for (let j = 1; j < outputs; j++)
    for (let k = 0; k < j; k++) if (Math.abs(dot(unit, { inputs, j, k })) > COPIED_COSINE) copied++;
  return copied / ((outputs * (outputs - 1)) / 2);
}

function dot(
  unit: Float64Array,
  { inputs, j, k }: { readonly inputs: number; readonly j: number; readonly k: number },
): number {
  let sum = 0;
  for (let i = 0; i < inputs; i++) sum += (unit[j * inputs + i] ?? 0) * (unit[k * inputs + i] ?? 0);
  return sum;
}

function norm(values: Float64Array, from: number, until: number): number {
  let squares = 0;
  for (let i = from; i < until; i++) squares += (values[i] ?? 0) ** 2;
  return Math.sqrt(squares);
}
