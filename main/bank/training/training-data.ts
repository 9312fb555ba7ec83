/** What a bank can train with under a charter, or why it can't. Pure. */
import { FailureError } from '#shared/failure.ts';
import type { Charter } from '#shared/round/charter.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import { countAccounts } from '../../learning/dp-sgd/account-rows.ts';
import type { FeatureRows, FeatureSet } from '../features/feature-rows.ts';
import type { TrainingData } from './trainer.ts';

/** @throws FailureError `not-supported-yet`, `data-missing` or `charter-invalid`. */
export function trainingData(charter: Charter, { train }: FeatureSet): TrainingData {
  refuseUnknownTerms(charter);
  refuseOtherInputs(charter, train);
  const { trainFrom, trainUntil } = charter.split;
  if (train.rows === 0)
    throw new FailureError(
      'data-missing',
      `No transaction lies in the training days ${trainFrom} to ${trainUntil}`,
    );
  const units = unitsHeld(charter, train);
  const tier = sizeTier(units);
  const { largestTier } = charter.participation;
  if (tier > largestTier)
    throw new FailureError(
      'charter-invalid',
      `This bank's size tier ${String(tier)} is above the charter's largest, ${String(largestTier)}: its grids are too narrow`,
      { tier, largestTier },
    );
  const frauds = train.y.reduce((total, label) => total + label, 0);
  return { units, tier, rows: train.rows, frauds };
}

/** Units of privacy among the training rows: the rows, or the accounts that have one. */
export function unitsHeld({ privacy }: Pick<Charter, 'privacy'>, train: FeatureRows): number {
  return privacy.unit === 'transaction' ? train.rows : countAccounts(train.accountIndex);
}

function refuseUnknownTerms({ privacy }: Charter): void {
  if (privacy.noise === 'shared')
    throw new FailureError('not-supported-yet', 'Noise shared among the banks comes with secure aggregation');
}

/**
 * Read with another width, the inputs of one row would be counted in the gradients of many, of other accounts too, and
 * no clip would bound what it adds (I15: no charter may void the guarantee).
 */
function refuseOtherInputs({ features, model }: Charter, { width }: FeatureRows): void {
  const inputs = model.layers[0] ?? 0;
  if (inputs !== width)
    throw new FailureError(
      'charter-invalid',
      `The charter's model has ${String(inputs)} inputs, its features ${features} are ${String(width)}`,
      { inputs, width },
    );
}
