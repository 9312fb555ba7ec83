import { describe, expect, it } from 'vitest';
import { dayRates } from '../../../renderer/bank/data/day-rates.ts';
import { withColumn } from '../../../renderer/bank/data/mapping-tables.tsx';
import { setUpOf } from '../../../renderer/bank/first-run/identity.ts';
import { firstRunStep } from '../../../renderer/bank/first-run/steps.ts';
import { parseBudget } from '../../../renderer/bank/privacy/budget-form.ts';
import { chargedSteps } from '../../../renderer/bank/privacy/charged-steps.ts';
import { mostRounds, trainingOf, whatIf } from '../../../renderer/bank/privacy/what-if.ts';
import { parameterCount } from '../../../renderer/bank/rounds/charter-facts.ts';
import { offerOf } from '../../../renderer/bank/rounds/round-actions.tsx';
import { scopeFigureRows } from '../../../renderer/bank/rounds/scope-figures.ts';
import { standingOf } from '../../../renderer/bank/rounds/stages.ts';
import { countryOptions } from '../../../renderer/bank/settings/country-field.tsx';
import { parsePolicy, policyText } from '../../../renderer/bank/settings/local-policy.ts';
import { bankContract } from '#shared/contract/bank.ts';
import { createAccountant } from '#shared/privacy/accountant.ts';
import { SCENARIOS } from '../../e2e/fixtures/scenarios.ts';
import { ledgerEntries, privacyState } from '../../e2e/fixtures/ledger.ts';
import { inspection, localPolicy, runView, scopeView } from '../../e2e/fixtures/views.ts';

const typed = { epsilon: '4', delta: '5e-7', unit: 'transaction', reason: '' } as const;

describe('the budget', () => {
  const unset = { ...privacyState(), budget: null, chargedEpsilon: 0 };

  it('is set without a reason, once', () => {
    expect(parseBudget(typed, unset)).toEqual({ kind: 'set', epsilon: 4, delta: 5e-7, errors: {} });
  });

  it('is raised with a reason only', () => {
    expect(parseBudget({ ...typed, epsilon: '5' }, privacyState()).errors).toHaveProperty('reason');
    expect(parseBudget({ ...typed, epsilon: '5', reason: 'new mandate' }, privacyState())).toMatchObject({
      kind: 'raise',
      errors: {},
    });
  });

  it('is lowered freely, but not below what is spent', () => {
    expect(parseBudget({ ...typed, epsilon: '3,5' }, privacyState())).toMatchObject({
      kind: 'lower',
      epsilon: 3.5,
      errors: {},
    });
    expect(parseBudget({ ...typed, epsilon: '2.3' }, privacyState()).errors.epsilon).toContain('2.31');
  });

  it.each(['', '0', '-1', 'four', 'Infinity'])('is not %j', (epsilon) => {
    expect(parseBudget({ ...typed, epsilon }, unset).errors).toHaveProperty('epsilon');
  });
});

describe('what if', () => {
  const state = privacyState();
  const budget = { epsilon: 4, delta: 5e-7 };
  const plan = {
    rounds: 1,
    stepsPerRound: 20,
    samplingRate: 0.05,
    noiseMultiplier: 1.587,
    evaluations: 0,
    evaluationNoise: 20,
  };
  const ask = (change: Partial<typeof plan>, lostEpsilon = 0) =>
    whatIf({ state: { ...state, lostEpsilon }, budget, plan: { ...plan, ...change } }, createAccountant());

  it('adds to what the ledger holds and says how much fits', () => {
    const answer = ask({});
    expect(answer.cost).toBeGreaterThan(0.05);
    expect(answer.cost).toBeLessThan(0.3);
    expect(answer.isOver).toBe(false);
    expect(answer.end + answer.left).toBeCloseTo(4, 9);
  });

  it('counts rounds times steps, and every evaluation', () => {
    expect(trainingOf({ ...plan, rounds: 3 })).toMatchObject({ steps: 60, samplingRate: 0.05 });
    expect(ask({ evaluations: 1 }).cost).toBeGreaterThan(ask({}).cost + 0.01);
    expect(ask({ evaluations: 4 }).cost).toBeGreaterThan(ask({ evaluations: 1 }).cost);
  });

  it('puts what a recovery could not itemise on top', () => {
    expect(ask({}, 0.5).end).toBeCloseTo(ask({}).end + 0.5, 9);
    expect(ask({}, 0.5).cost).toBeCloseTo(ask({}).cost, 9);
    expect(mostRounds({ state: { ...state, lostEpsilon: 4 }, budget, plan })).toBe(0);
  });

  it('allows the most rounds that fit beside the evaluations and not one more', () => {
    const evaluated = { ...plan, evaluations: 2 };
    const most = mostRounds({ state, budget, plan: evaluated });
    expect(most).toBeGreaterThan(2);
    expect(ask({ evaluations: 2, rounds: most }).isOver).toBe(false);
    expect(ask({ evaluations: 2, rounds: most + 1 }).isOver).toBe(true);
  });
});

describe('the charged line', () => {
  it('starts at nothing and never falls', () => {
    const steps = chargedSteps(ledgerEntries());
    expect(steps[0]).toEqual({ sequence: 1, epsilon: 0 });
    expect(steps.map(({ epsilon }) => epsilon)).toEqual(
      steps.map(({ epsilon }) => epsilon).toSorted((a, b) => a - b),
    );
    expect(steps).toHaveLength(16);
  });

  it('keeps its last point when it is thinned', () => {
    const [, charge] = ledgerEntries();
    if (charge === undefined) throw new Error('the fixture has a charge');
    const many = Array.from({ length: 1999 }, (_, n) => ({
      ...charge,
      sequence: n + 2,
      chargedEpsilonAfter: n / 1000,
    }));
    const steps = chargedSteps(many);
    expect(steps.length).toBeLessThanOrEqual(502);
    expect(steps.at(-1)?.sequence).toBe(2000);
  });
});

it('asks in the first run only for what is not there yet', () => {
  const { app, privacy } = SCENARIOS.empty();
  expect(firstRunStep({ ...app, bank: null }, null)).toBe('identity');
  expect(firstRunStep(app, privacy)).toBe('budget');
  expect(firstRunStep(app, privacyState())).toBe('connect');
  expect(firstRunStep(SCENARIOS.full().app, privacy)).toBeNull();
});

it('maps a column, and unmaps it', () => {
  const { mapping } = inspection();
  expect(withColumn(mapping, 'country', 'cur').columns.country).toBe('cur');
  expect(withColumn(mapping, 'label', '').columns).not.toHaveProperty('label');
});

it('weighs days by their rows', () => {
  const rates = dayRates({
    byDay: [
      { from: '2026-07-01', rows: 100, frauds: 1 },
      { from: '2026-07-02', rows: 300, frauds: 9 },
      { from: '2026-07-03', rows: 0, frauds: 0 },
    ],
  });
  expect(rates).toMatchObject({ overall: 0.025, lowest: 0.01, highest: 0.03 });
  expect(rates?.days).toHaveLength(2);
  expect(dayRates({ byDay: [] })).toBeNull();
});

it('counts the numbers of a model with its biases', () => {
  expect(parameterCount([21, 64, 32, 1])).toBe(21 * 64 + 64 + 64 * 32 + 32 + 33);
});

it.each([
  ['not-joined', 'join'],
  ['review-none', 'train'],
  ['stopped', 'train'],
  ['full', 'review'],
  ['training', undefined],
  ['obstacle', undefined],
  ['published', undefined],
] as const)('when %s, the round offers %s', (scenario, kind) => {
  const [run] = SCENARIOS[scenario]().runs;
  expect(offerOf(run ?? runView())?.kind).toBe(kind);
});

it('marks a figure of a scope that left its limit', () => {
  const stopped = SCENARIOS['scope-stopped']().runs[0]?.scope ?? scopeView();
  expect(scopeFigureRows(stopped).map(({ isOutside }) => isOutside)).toEqual([false, true, false]);
  expect(scopeFigureRows(scopeView()).some(({ isOutside }) => isOutside)).toBe(false);
});

it('shows a named end as an end', () => {
  expect(standingOf({ kind: 'missed' }).isEnd).toBe(true);
  expect(standingOf({ kind: 'joined' }).isEnd).toBe(false);
});

describe('the local policy', () => {
  it('comes back as it was', () => {
    expect(parsePolicy(policyText(localPolicy))).toEqual({ kind: 'valid', policy: localPolicy });
  });

  it('names every field that is wrong', () => {
    const text = policyText(localPolicy);
    const wrong = { ...text, numbers: { ...text.numbers, minimumCohort: '2.5', undoSeconds: '' } };
    expect(parsePolicy(wrong)).toEqual({ kind: 'invalid', fields: ['minimumCohort', 'undoSeconds'] });
  });
});

describe('the home country', () => {
  const typed = { bankName: ' Bank Nord ', analyst: 'A. Kvist', homeCountry: null };

  it('is stated at the first run only where it was chosen', () => {
    expect(setUpOf(typed)).toEqual({ bankName: 'Bank Nord', analyst: 'A. Kvist' });
    expect(setUpOf({ ...typed, homeCountry: 'SE' })).toEqual({
      bankName: 'Bank Nord',
      analyst: 'A. Kvist',
      homeCountry: 'SE',
    });
    expect(setUpOf({ ...typed, analyst: ' ', homeCountry: 'SE' })).toBeNull();
  });

  it('is chosen by name, and every choice is one that the bank takes', () => {
    const { input } = bankContract['app.setHomeCountry'];
    const [unstated, ...countries] = countryOptions();
    expect(unstated).toEqual({ value: '', label: 'not stated' });
    expect(countries).toHaveLength(250);
    expect(countries).toContainEqual({ value: 'SE', label: 'Sweden (SE)' });
    for (const { value } of countries) expect(input.safeParse({ homeCountry: value }).success).toBe(true);
    const labels = countries.map(({ label }) => label);
    expect(labels).toEqual(labels.toSorted((a, b) => a.localeCompare(b, 'en')));
  });
});
