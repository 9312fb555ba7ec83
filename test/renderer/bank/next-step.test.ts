import { expect, it } from 'vitest';
import { suggestNextStep, type Situation } from '../../../renderer/bank/overview/next-step.ts';
import { type ScenarioName, SCENARIOS } from '../../e2e/fixtures/scenarios.ts';

function situation(name: ScenarioName): Situation {
  const { app, data, privacy, runs, review } = SCENARIOS[name]();
  return { app, data, privacy, runs, review };
}

it.each([
  ['full', 'review'],
  ['ledger-broken', 'blocked'],
  ['review-counting-down', 'sending'],
  ['training', 'training'],
  ['stopped', 'stopped'],
  ['review-none', 'train'],
  ['not-joined', 'join'],
  ['obstacle', 'obstacle'],
  ['published', 'wait'],
  ['empty', 'budget'],
] as const)('when %s, the one next step is %s', (scenario, name) => {
  expect(suggestNextStep(situation(scenario))?.name).toBe(name);
});

it('asks for the hub once there is a budget, then for data, then for patience', () => {
  const { privacy } = situation('full');
  const withBudget = { ...situation('empty'), privacy };
  expect(suggestNextStep(withBudget)?.name).toBe('connect');
  const { app } = situation('full');
  expect(suggestNextStep({ ...withBudget, app })?.name).toBe('import');
  if (app.hub.kind === 'none') throw new Error('the fixture has a hub');
  const waiting = { ...app, hub: { ...app.hub, membership: 'waiting-for-approval' as const } };
  const { data } = situation('full');
  expect(suggestNextStep({ ...withBudget, app: waiting, data })?.name).toBe('approval');
});

it('names the price before training, rounded up', () => {
  expect(suggestNextStep(situation('review-none'))?.reason).toContain('ε 0.16');
});

it('suggests nothing while the runs are not known', () => {
  expect(suggestNextStep({ ...situation('full'), runs: null, review: null })).toBeNull();
});

it('waits for the next round only while a run is open', () => {
  const { runs, ...rest } = situation('published');
  const over = (runs ?? []).map((run) => ({ ...run, status: 'completed' as const, round: null }));
  expect(suggestNextStep({ ...rest, runs })?.reason).toContain('The next round opens by itself');
  expect(suggestNextStep({ ...rest, runs: over })?.reason).toContain('No run is open');
});

it('writes an obstacle and its way out as sentences', () => {
  expect(suggestNextStep(situation('obstacle'))?.reason).toContain('at least 1. The local policy');
});
