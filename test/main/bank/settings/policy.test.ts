import { describe, expect, it } from 'vitest';
import { charterProblem, cohortProblem, costProblem, DEFAULT_POLICY } from '#main/bank/settings/policy.ts';
import { inUse } from '#main/bank/settings/engines.ts';
import { testCharter } from '../review/gate-fixture.ts';

const charter = testCharter();

describe('the floors of a bank', () => {
  it('let an ordinary charter pass', () => {
    expect(charterProblem(DEFAULT_POLICY, charter)).toBeNull();
    expect(cohortProblem(DEFAULT_POLICY, charter, 3)).toBeNull();
    expect(costProblem(DEFAULT_POLICY, { epsilonOfRound: 0.6, epsilonOfRun: 4 })).toBeNull();
  });

  it('refuse less noise than the floor, exactly below it', () => {
    const policy = { ...DEFAULT_POLICY, minimumNoiseMultiplier: 1.1 };
    expect(charterProblem(policy, charter)).toBeNull();
    expect(charterProblem({ ...policy, minimumNoiseMultiplier: 1.1001 }, charter)?.code).toBe(
      'policy-refused',
    );
  });

  it('refuse a cost above the limit of a round or of a run, with the figure rounded up', () => {
    const round = costProblem(DEFAULT_POLICY, { epsilonOfRound: 2.001, epsilonOfRun: 3 });
    expect(round?.code).toBe('policy-refused');
    expect(round?.message).toContain('2.01');
    expect(costProblem(DEFAULT_POLICY, { epsilonOfRound: 1, epsilonOfRun: 8.1 })?.code).toBe(
      'policy-refused',
    );
  });

  it('take the larger of the own and the charter’s least cohort', () => {
    expect(cohortProblem({ ...DEFAULT_POLICY, minimumCohort: 2 }, charter, 2)?.code).toBe('policy-refused');
    expect(cohortProblem({ ...DEFAULT_POLICY, minimumCohort: 5 }, charter, 4)?.code).toBe('policy-refused');
    expect(cohortProblem({ ...DEFAULT_POLICY, minimumCohort: 5 }, charter, 5)).toBeNull();
  });

  it('say of what comes later that it is not supported yet', () => {
    const { privacy } = charter;
    const account = { ...charter, privacy: { ...privacy, unit: 'account' as const } };
    const shared = { ...charter, privacy: { ...privacy, noise: 'shared' as const } };
    const masked = { ...charter, secureAggregation: { kind: 'on' as const, threshold: 3 } };
    for (const later of [account, shared, masked])
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
