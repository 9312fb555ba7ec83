/** What a bank can train with under a charter, or why it can't. Pure. */
import { FailureError } from '#shared/failure.ts';
import type { Charter } from '#shared/round/charter.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import type { FeatureSet } from '../features/feature-rows.ts';
import type { TrainingData } from './trainer.ts';

/** @throws FailureError `not-supported-yet`, `data-missing` or `charter-invalid`. */
export function trainingData(charter: Charter, { train }: FeatureSet): TrainingData {
  refuseUnknownTerms(charter);
  const { trainFrom, trainUntil } = charter.split;
  if (train.rows === 0)
    throw new FailureError(
      'data-missing',
      `No transaction lies in the training days ${trainFrom} to ${trainUntil}`,
    );
  const tier = sizeTier(train.rows);
  const { largestTier } = charter.participation;
  if (tier > largestTier)
    throw new FailureError(
      'charter-invalid',
      `This bank's size tier ${String(tier)} is above the charter's largest, ${String(largestTier)}: its grids are too narrow`,
      { tier, largestTier },
    );
  const frauds = train.y.reduce((total, label) => total + label, 0);
  return { units: train.rows, tier, rows: train.rows, frauds };
}

function refuseUnknownTerms({ privacy }: Charter): void {
  if (privacy.unit === 'account')
    throw new FailureError('not-supported-yet', 'Training with accounts as the unit of privacy comes later');
  if (privacy.noise === 'shared')
    throw new FailureError('not-supported-yet', 'Noise shared among the banks comes with secure aggregation');
}
