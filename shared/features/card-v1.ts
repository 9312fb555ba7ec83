/** Preset `card-v1`: 21 inputs for files with an amount, an account and a terminal or counterparty (data/README.md). */
import type { FeatureInput, FeaturePreset } from './preset.ts';

const WINDOWS = ['1 day', '7 days', '30 days'] as const;
const ACCOUNT_LEVELS = ['1.3', '2.7', '4.1'] as const;
const PLACE_LEVELS = ['0.7', '2', '3.4'] as const;

const ofAccount = ['account', 'amount'] as const;
const ofPlace = ['terminal', 'counterparty'] as const;
const ofPlaceLabels = [...ofPlace, 'label'] as const;

const own: readonly FeatureInput[] = [
  { name: 'amount', unit: 'amount', scaling: 'log1p(x) − 4', columns: ['amount'] },
  { name: 'weekend', unit: 'yes/no', scaling: 'x', columns: ['occurredAt'] },
  { name: 'night (0 to 6 h)', unit: 'yes/no', scaling: 'x', columns: ['occurredAt'] },
];

const accountWindows = WINDOWS.flatMap((window, index): readonly FeatureInput[] => [
  {
    name: `payments of the account in ${window}`,
    unit: 'rows',
    scaling: `log1p(x) − ${ACCOUNT_LEVELS[index] ?? ''}`,
    columns: ofAccount,
  },
  {
    name: `mean amount of the account in ${window}`,
    unit: 'amount',
    scaling: 'log1p(x) − 4',
    columns: ofAccount,
  },
]);

const placeWindows = WINDOWS.flatMap((window, index): readonly FeatureInput[] => [
  {
    name: `payments at the terminal in ${window}, a week ago`,
    unit: 'rows',
    scaling: `log1p(x) − ${PLACE_LEVELS[index] ?? ''}`,
    columns: ofPlace,
  },
  {
    name: `known fraud share at the terminal in ${window}, a week ago`,
    unit: 'share',
    scaling: '3 · x, 0 without payments',
    columns: ofPlaceLabels,
  },
]);

const placeFrauds = WINDOWS.slice(1).flatMap((window): readonly FeatureInput[] => [
  {
    name: `known frauds at the terminal in ${window}, a week ago`,
    unit: 'rows',
    scaling: 'log1p(x)',
    columns: ofPlaceLabels,
  },
  {
    name: `known fraud share at the terminal in ${window}, a week ago, cautious`,
    unit: 'share',
    scaling: '3 · frauds / (payments + 2)',
    columns: ofPlaceLabels,
  },
]);

const relative: readonly FeatureInput[] = [
  {
    name: 'amount against the account’s earlier mean of 30 days',
    unit: 'amount ratio',
    scaling: 'log((x + 1) / (mean + 1)) within ±3, 0 without earlier payments',
    columns: ofAccount,
  },
  { name: 'amount, linear', unit: 'amount', scaling: 'x / 200 within [0, 3]', columns: ['amount'] },
];

export const cardV1: FeaturePreset = {
  name: 'card-v1',
  version: 1,
  inputs: [...own, ...accountWindows, ...placeWindows, ...placeFrauds, ...relative],
  requiredColumns: ['externalId', 'occurredAt', 'account', 'amount'],
  horizonDays: 37,
};
