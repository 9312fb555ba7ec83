import { describe, expect, it } from 'vitest';
import { LocalPolicy } from '#shared/contract/bank.ts';
import { loosensBudget, loosensPolicy, policyChanges } from '#shared/privacy/policy-change.ts';

const POLICY: LocalPolicy = {
  minimumNoiseMultiplier: 0.5,
  maximumEpsilonPerRound: 2,
  maximumEpsilonPerRun: 8,
  maximumEpsilonInTotal: 16,
  maximumWeightShare: 0.75,
  minimumCohort: 3,
  allowRunsWithoutNoise: true,
  undoSeconds: 5,
};

/** One step looser and one step stricter for every floor there is. */
const STEPS = [
  ['minimumNoiseMultiplier', 0.4, 0.6],
  ['maximumEpsilonPerRound', 2.1, 1.9],
  ['maximumEpsilonPerRun', 8.1, 7.9],
  ['maximumEpsilonInTotal', 16.1, 15.9],
  ['maximumWeightShare', 0.8, 0.7],
  ['minimumCohort', 2, 4],
  ['undoSeconds', 4, 6],
] as const;

describe('a change of the local policy', () => {
  it.each(STEPS)('of %s loosens towards %d and tightens towards %d', (field, looser, stricter) => {
    expect(loosensPolicy(POLICY, { ...POLICY, [field]: looser })).toBe(true);
    expect(loosensPolicy(POLICY, { ...POLICY, [field]: stricter })).toBe(false);
    expect(policyChanges(POLICY, { ...POLICY, [field]: stricter })).toEqual([
      { field, from: POLICY[field], to: stricter, loosens: false },
    ]);
  });

  it('that allows runs without noise loosens, that forbids them does not', () => {
    const forbidding = { ...POLICY, allowRunsWithoutNoise: false };
    expect(loosensPolicy(forbidding, POLICY)).toBe(true);
    expect(loosensPolicy(POLICY, forbidding)).toBe(false);
  });

  it('loosens when one floor falls, whatever the others gain', () => {
    const after = { ...POLICY, minimumCohort: 9, maximumEpsilonPerRun: 1, undoSeconds: 0 };
    expect(loosensPolicy(POLICY, after)).toBe(true);
    expect(policyChanges(POLICY, after).map(({ field, loosens }) => [field, loosens])).toEqual([
      ['maximumEpsilonPerRun', false],
      ['minimumCohort', false],
      ['undoSeconds', true],
    ]);
  });

  it('knows every floor of the policy', () => {
    const known = [...STEPS.map(([field]) => field), 'allowRunsWithoutNoise'].sort();
    expect(Object.keys(LocalPolicy.shape).sort()).toEqual(known);
  });
});

describe('a change of the budget', () => {
  it('loosens when ε rises; the first one and a lower one do not', () => {
    expect(loosensBudget(null, 4)).toBe(false);
    expect(loosensBudget({ epsilon: 4 }, 4)).toBe(false);
    expect(loosensBudget({ epsilon: 4 }, 3.9)).toBe(false);
    expect(loosensBudget({ epsilon: 4 }, 4.1)).toBe(true);
  });
});
