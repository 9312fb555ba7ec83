import { describe, expect, it } from 'vitest';
import { charterProblem, cohortProblem, costProblem, DEFAULT_POLICY } from '#main/bank/settings/policy.ts';
import { inUse } from '#main/bank/settings/engines.ts';
import { testCharter } from '../review/gate-fixture.ts';

const charter = testCharter();
const COST = { epsilonOfRound: 0.6, epsilonOfRun: 4, epsilonInTotal: 4 };
const cohort = (banks: number, ownTier = 1000, tiers = banks * 1000) => ({ banks, ownTier, tiers });

describe('the floors of a bank', () => {
  it('let an ordinary charter pass', () => {
    expect(charterProblem(DEFAULT_POLICY, charter)).toBeNull();
    expect(cohortProblem(DEFAULT_POLICY, charter, cohort(3))).toBeNull();
    expect(costProblem(DEFAULT_POLICY, COST)).toBeNull();
  });

  it('refuse less noise than the floor, exactly below it', () => {
    const policy = { ...DEFAULT_POLICY, minimumNoiseMultiplier: 1.1 };
    expect(charterProblem(policy, charter)).toBeNull();
    const problem = charterProblem({ ...policy, minimumNoiseMultiplier: 1.1001 }, charter);
    expect(problem?.code).toBe('policy-refused');
    expect(problem?.details).toEqual({ figure: 'noise multiplier', value: 1.1, limit: 1.1001 });
  });

  it('refuse it also where exact noise or score histograms have less than the charter’s number says', () => {
    const policy = { ...DEFAULT_POLICY, minimumNoiseMultiplier: 1.1 };
    const exact = { ...charter, privacy: { ...charter.privacy, sampler: 'discrete-gaussian' as const } };
    expect(charterProblem(policy, exact)?.details).toMatchObject({ figure: 'noise multiplier', limit: 1.1 });
    const histogram = { kind: 'on', everyRounds: 5, noiseStandardDeviation: 5, rowsPerUnit: 5 } as const;
    const judged = { ...charter, evaluation: { ...charter.evaluation, histogram } };
    expect(charterProblem(policy, judged)?.details).toEqual({
      figure: 'noise multiplier of the score histograms',
      // as it is accounted for: a little less than 5 / 5
      value: 0.998,
      limit: 1.1,
    });
  });

  it.each([
    ['epsilonOfRound', 2, 'epsilon of this round'],
    ['epsilonOfRun', 8, 'epsilon of this run'],
    ['epsilonInTotal', 16, 'epsilon in total'],
  ])('refuse a cost whose %s is above %d, with the figure rounded up', (field, limit, figure) => {
    expect(costProblem(DEFAULT_POLICY, { ...COST, [field]: limit })).toBeNull();
    const problem = costProblem(DEFAULT_POLICY, { ...COST, [field]: limit + 0.001 });
    expect(problem?.code).toBe('policy-refused');
    expect(problem?.details).toEqual({ figure, value: limit + 0.001, limit });
    expect(problem?.message).toContain(`${String(limit)}.01`);
  });

  it('take the larger of the own and the charter’s least cohort', () => {
    const own = (least: number, banks: number) =>
      cohortProblem({ ...DEFAULT_POLICY, minimumCohort: least }, charter, cohort(banks));
    expect(own(2, 2)?.details).toEqual({ figure: 'banks in the cohort', value: 2, limit: 3 });
    expect(own(5, 4)?.details).toEqual({ figure: 'banks in the cohort', value: 4, limit: 5 });
    expect(own(5, 5)).toBeNull();
  });

  it('refuse a cohort in which this bank would be nearly all of the model', () => {
    const policy = { ...DEFAULT_POLICY, maximumWeightShare: 0.6 };
    expect(cohortProblem(policy, charter, cohort(3, 600, 1000))).toBeNull();
    const problem = cohortProblem(policy, charter, cohort(3, 601, 1000));
    expect(problem?.code).toBe('policy-refused');
    expect(problem?.details).toEqual({ figure: 'weight share', value: 0.601, limit: 0.6 });
    // memberships that are not known yet make the share no smaller
    expect(cohortProblem(policy, charter, cohort(3, 600, 0))?.details).toMatchObject({ value: 1 });
  });

  it('say of what comes later that it is not supported yet', () => {
    const { privacy } = charter;
    const shared = { ...charter, privacy: { ...privacy, noise: 'shared' as const } };
    const masked = { ...charter, secureAggregation: { kind: 'on' as const, threshold: 3 } };
    for (const later of [shared, masked])
      expect(charterProblem(DEFAULT_POLICY, later)?.code).toBe('not-supported-yet');
  });
});

describe('the engine in use', () => {
  const report = (name: 'kernel' | 'tfjs-wasm', available: boolean) => ({
    name,
    available,
    reason: '',
    rowsPerSecond: null,
  });

  it('is the first that passed, or the one that was chosen', () => {
    expect(inUse('automatic', [])).toBe('kernel');
    expect(inUse('automatic', [report('kernel', false), report('tfjs-wasm', true)])).toBe('tfjs-wasm');
    expect(inUse('tfjs-cpu', [report('kernel', true)])).toBe('tfjs-cpu');
  });
});
