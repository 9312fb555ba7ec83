/**
 * Alarms on an incoming model (reliability.md D3): marks of weights that were made to leak. The model was recomputed before,
 * so an alarm here means that the members' own updates were steered; a quiet trap can pass. Pure.
 */
import { COPIED_SHARE_LIMIT, trapMarks } from '#main/learning/attacks/trap-alarm.ts';
import { layerSegments } from '#main/learning/model/layers.ts';
import type { Charter } from '#shared/round/charter.ts';

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
  const { copiedShare, isLadder } = trapMarks({ layers: charter.model.layers, weights: after });
  if (copiedShare > COPIED_SHARE_LIMIT)
    alarms.push(
      `${(100 * copiedShare).toFixed(0)} % of the first layer's pairs of neurons look in one direction`,
    );
  if (isLadder) alarms.push("The first layer's neurons turn on one after another, evenly over all rows");
  return alarms;
}

function norm(values: Float64Array, from: number, until: number): number {
  let squares = 0;
  for (let i = from; i < until; i++) squares += (values[i] ?? 0) ** 2;
  return Math.sqrt(squares);
}
