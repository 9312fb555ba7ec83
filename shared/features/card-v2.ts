/** Preset `card-v2`: 34 inputs for richer files; what a file lacks stays at a neutral value (data/README.md). */
import type { CanonicalColumn } from './data-view.ts';
import type { FeatureInput, FeaturePreset } from './preset.ts';

type Unit = FeatureInput['unit'];

function input(
  name: string,
  [unit, scaling]: readonly [Unit, string],
  columns: readonly CanonicalColumn[],
): FeatureInput {
  return { name, unit, scaling, columns };
}

function flag(name: string, columns: readonly CanonicalColumn[]): FeatureInput {
  return input(name, ['yes/no', 'x'], columns);
}

const amounts: readonly FeatureInput[] = [
  input('amount', ['amount', 'log1p(x) − 3.5'], ['amount']),
  input(
    'amount against the account’s mean of 30 days',
    ['amount ratio', 'log((x + 1) / (mean + 1)) within ±3'],
    ['account', 'amount'],
  ),
  input('amount, linear', ['amount', 'x / 300 within [0, 4]'], ['amount']),
];

const pace: readonly FeatureInput[] = [
  input('payments of the account in 1 hour', ['rows', 'log1p(x)'], ['account']),
  input('payments of the account in 24 hours', ['rows', 'log1p(x) − 0.7'], ['account']),
  input('payments of the account in 7 days', ['rows', 'log1p(x) − 1.5'], ['account']),
  input('sum of the account in 24 hours', ['amount', '(log1p(x) − 3) / 2'], ['account', 'amount']),
  input(
    'amounts below 5 in 1 hour, of the account and at the counterparty',
    ['rows', 'log1p(account’s) + log1p(counterparty’s)'],
    ['account', 'amount', 'counterparty', 'terminal'],
  ),
  input('online payments of the account in 3 hours', ['rows', 'log1p(x)'], ['account', 'channel']),
  input('hours since the account’s last payment', ['hours', 'log1p(x, at most 720) / 3 − 1'], ['account']),
];

const circumstances: readonly FeatureInput[] = [
  flag('night (0 to 5 h)', ['occurredAt']),
  flag('weekend', ['occurredAt']),
  flag('foreign country', ['country']),
  flag('first foreign payment in 10 days', ['country', 'account']),
  flag('counterparty new to the account', ['counterparty', 'terminal']),
  flag('new device', ['newDevice']),
  flag('online without 3-D Secure', ['channel', 'entryMode']),
  flag('magnetic stripe', ['entryMode']),
];

const channels = ['point of sale', 'online', 'cash machine', 'transfer', 'person to person'].map((name) =>
  flag(`channel: ${name}`, ['channel']),
);

const riskClasses = [0, 1, 2, 3].map((risk) =>
  flag(`merchant category of risk class ${String(risk)}`, ['merchantCategory']),
);

const incoming: readonly FeatureInput[] = [
  input('incoming payments in 24 hours', ['rows', 'log1p(x)'], ['account', 'direction']),
  input(
    'incoming sum in 24 hours against the usual amount',
    ['amount ratio', 'x / (3 · mean + 50) within [0, 4]'],
    ['account', 'direction', 'amount'],
  ),
  input(
    'amount against the incoming sum of 24 hours',
    ['amount ratio', 'x / (sum + 1) within [0, 2], 0 without'],
    ['account', 'direction', 'amount'],
  ),
  flag('incoming', ['direction']),
];

const counterparty: readonly FeatureInput[] = [
  input('payments at the counterparty in 30 days', ['rows', 'log1p(x) − 1'], ['counterparty', 'terminal']),
  input(
    'known frauds at the counterparty in 44 days',
    ['rows', 'log1p(x)'],
    ['counterparty', 'terminal', 'label'],
  ),
  input(
    'known fraud share at the counterparty',
    ['share', '3 · frauds / (payments + 2)'],
    ['counterparty', 'terminal', 'label'],
  ),
];

export const cardV2: FeaturePreset = {
  name: 'card-v2',
  version: 1,
  inputs: [...amounts, ...pace, ...circumstances, ...channels, ...riskClasses, ...incoming, ...counterparty],
  requiredColumns: ['externalId', 'occurredAt', 'account', 'amount'],
  horizonDays: 44,
};
