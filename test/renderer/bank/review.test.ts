import { describe, expect, it } from 'vitest';
import { bySeverity } from '../../../renderer/bank/review/checks.tsx';
import {
  mostFollowing,
  obstacles,
  releaseScope,
  type ScopeChoice,
  sendLabel,
} from '../../../renderer/bank/review/decision.ts';
import { historyRows } from '../../../renderer/bank/review/history-tab.tsx';
import { limitsText, parseLimits } from '../../../renderer/bank/review/limits-form.ts';
import { leastNoiseShare } from '../../../renderer/bank/review/summary-tab.tsx';
import { blockingCheck, checks, reviewView } from '../../e2e/fixtures/review.ts';
import { SCENARIOS } from '../../e2e/fixtures/scenarios.ts';

const limits = {
  minimumNoiseRatio: 0.9,
  maximumNoiseRatio: 2.1,
  minimumCosine: -0.2,
  maximumEpsilonPerRound: 0.16,
};
const thisRound: ScopeChoice = { kind: 'this-round' };
const many: ScopeChoice = { kind: 'rounds', following: 10, limits };
const ready = { view: reviewView(), choice: thisRound, sendingBlocked: null, remainingMs: 60_000 };

describe('the send button', () => {
  it('names the act, the destination and the round, counted from 1', () => {
    expect(sendLabel(ready)).toBe('Send update to EU fraud consortium · round 14');
    expect(sendLabel({ ...ready, choice: many })).toBe(
      'Send to EU fraud consortium · rounds 14 to at most 24',
    );
  });

  it('waits for nothing when all is well', () => {
    expect(obstacles(ready)).toEqual([]);
  });

  it('waits for checks that block, not for warnings', () => {
    expect(obstacles({ ...ready, view: reviewView({ checks: [blockingCheck, ...checks] }) })).toEqual([
      'a check that blocks',
    ]);
  });

  it('closes five seconds before the deadline', () => {
    expect(obstacles({ ...ready, remainingMs: 5_001 })).toEqual([]);
    expect(obstacles({ ...ready, remainingMs: 5_000 })).toHaveLength(1);
  });

  it('waits while sending is blocked or the number of rounds is none', () => {
    const { sendingBlocked } = SCENARIOS['ledger-broken']().app;
    const choice = { ...many, following: null };
    expect(obstacles({ ...ready, sendingBlocked, choice })).toHaveLength(2);
    expect(releaseScope(choice)).toBeNull();
  });
});

it('lets no more rounds follow than the plan has left', () => {
  expect(mostFollowing(reviewView())).toBe(11);
  expect(mostFollowing({ scope: null })).toBe(0);
});

describe('limits as typed', () => {
  it('come back exactly when nothing was edited', () => {
    expect(parseLimits(limitsText({ ...limits, maximumNoiseRatio: 2.1360000001 }))).toEqual({
      kind: 'valid',
      limits: { ...limits, maximumNoiseRatio: 2.1360000001 },
    });
  });

  it('take a comma and a typographic minus', () => {
    expect(parseLimits({ ...limitsText(limits), minimumCosine: '−0,25' })).toMatchObject({
      limits: { minimumCosine: -0.25 },
    });
  });

  it.each([
    ['minimumNoiseRatio', '0.5'],
    ['minimumNoiseRatio', ''],
    ['minimumCosine', '1.5'],
    ['maximumEpsilonPerRound', 'much'],
    ['maximumNoiseRatio', '0.8'],
  ] as const)('name the field %s when it is %j', (field, value) => {
    const outcome = parseLimits({ ...limitsText(limits), [field]: value });
    expect(outcome.kind === 'invalid' ? Object.keys(outcome.errors) : []).toEqual([field]);
  });
});

it('shows what blocks first, then warnings', () => {
  expect(
    bySeverity([...checks, blockingCheck])
      .slice(0, 2)
      .map(({ level }) => level),
  ).toEqual(['block', 'warning']);
});

it('puts this round after the earlier ones', () => {
  const rows = historyRows(reviewView());
  expect(rows.map(({ round }) => round)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  expect(rows.at(-1)).toMatchObject({ isThis: true, noiseRatio: 1.068 });
});

it('finds the layer with the least noise, and none where there is no sum', () => {
  const [layer] = reviewView().layers;
  if (layer === undefined) throw new Error('the fixture has layers');
  const half = { ...layer, sum: 1, noiseOnly: 2 };
  expect(leastNoiseShare([{ ...layer, sum: 3, noiseOnly: 2 }, half])).toBe(0.5);
  expect(leastNoiseShare([{ ...layer, sum: null }])).toBeNull();
});
