/** What of a held update the attacks look at: its vectors in real units, and the gradient it points along. Pure. */
import { FailureError } from '#shared/failure.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import type { AttackedRows } from '../../learning/attacks/attacked-rows.ts';
import { stepFromSums } from '../../learning/recipes/server-step.ts';
import { addToSums, emptySums } from '../../learning/recipes/sums.ts';
import { decodeUpdate, type IntegerVectors } from '../../learning/recipes/update-codec.ts';
import type { FeatureRows } from '../features/feature-rows.ts';
import type { HeldTask } from './task.ts';

export interface AttackedUpdate {
  /** Each vector that rows can be read from. */
  readonly vectors: readonly Float64Array[];
  /** The noisy gradient, or against the model difference where there is no other. */
  readonly gradient: Float64Array;
  /** The model after the published step taken with this update alone. */
  readonly weightsAfter: Float64Array;
}

/** @throws FailureError `digest-changed` for bytes that do not have the charter's layout. */
export function attackedUpdate({ charter, checkpoint, payload, tier }: HeldTask): AttackedUpdate {
  const layout = updateLayout(charter, checkpoint.weights.length, checkpoint.round);
  const decoded = decodeUpdate(layout, payload);
  if (decoded.kind === 'refused')
    throw new FailureError('digest-changed', 'The held bytes do not have the layout of the charter');
  const real = (name: keyof IntegerVectors): Float64Array | null => {
    const gridStep = layout.find((one) => one.name === name)?.gridStep ?? 1;
    return decoded.vectors[name]?.map((value) => value * gridStep) ?? null;
  };
  const difference = real('difference');
  const sum = real('sum');
  const sums = addToSums(emptySums(layout), { ...decoded.vectors, evaluation: null }, tier);
  const included = [{ bankId: 'own', tier }];
  return {
    vectors: [sum, difference].flatMap((vector) => vector ?? []).filter(isMoved),
    gradient: sum ?? difference?.map((value) => -value) ?? new Float64Array(),
    weightsAfter: stepFromSums({ charter, checkpoint, sums, included }).weights,
  };
}

/** The first round of few-rounds moves nothing: its difference is all zeros. */
function isMoved(vector: Float64Array): boolean {
  return vector.some((value) => value !== 0);
}

export function attackedRows({ x, width }: FeatureRows): AttackedRows {
  return { features: x, width };
}
