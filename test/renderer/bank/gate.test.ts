import { describe, expect, it } from 'vitest';
import { leakFigureText, leakNumber, sentenceCase } from '../../../renderer/bank/leaks/leak-figure.ts';
import { recoveredText } from '../../../renderer/bank/leaks/recovered-value.ts';
import { shownChecks } from '../../../renderer/bank/review/checks.tsx';
import { isScopeShown } from '../../../renderer/bank/rounds/scope-strip.tsx';
import { whyNothing } from '../../../renderer/bank/review/nothing-to-review.tsx';
import { mayStillSign, signLabel, signObstacles } from '../../../renderer/bank/review/signing.ts';
import { wayOut } from '../../../renderer/bank/review/way-out.ts';
import { stepText } from '../../../renderer/bank/review/wire-tab.tsx';
import { countersignedBy, credentialOf } from '../../../renderer/bank/reviewers/credential.ts';
import { reviewerErrors } from '../../../renderer/bank/reviewers/reviewer-form.ts';
import { textPieces } from '../../../renderer/ui/hash-text.tsx';
import { digest, reviewerId } from '../../e2e/fixtures/ids.ts';
import { reviewView } from '../../e2e/fixtures/review.ts';
import { reviewers } from '../../e2e/fixtures/reviewers.ts';
import { given, SIGNING_SCENARIOS } from '../../e2e/fixtures/scenarios-signing.ts';
import { SCENARIOS } from '../../e2e/fixtures/scenarios.ts';
import { roundView, runView, scopeView } from '../../e2e/fixtures/views.ts';

const nobody = reviewView({ signatures: { needed: 2, given: [], scope: null } });
const once = reviewView({ signatures: { needed: 2, given: [given(1)], scope: { kind: 'this-round' } } });
const thisRound = { kind: 'this-round' } as const;

describe('two signatures', () => {
  it('are asked of active reviewers that have not signed', () => {
    expect(mayStillSign(reviewers, nobody).map(({ name }) => name)).toEqual(['A. Kvist', 'M. Lindqvist']);
    expect(mayStillSign(reviewers, once).map(({ name }) => name)).toEqual(['M. Lindqvist']);
  });

  it('name the destination only on the one that sends', () => {
    expect(signLabel({ view: nobody, choice: thisRound, name: 'A. Kvist' })).toBe('Sign as A. Kvist');
    expect(signLabel({ view: once, choice: thisRound, name: 'M. Lindqvist' })).toBe(
      'Sign as M. Lindqvist and send update to EU fraud consortium · round 14',
    );
  });

  it('wait for a name, then for its passphrase, or for reviewers at all', () => {
    expect(signObstacles(reviewers, { reviewerId: '', passphrase: '' })).toEqual(['a reviewer’s name']);
    expect(signObstacles(reviewers, { reviewerId: reviewerId(1), passphrase: '' })).toEqual([
      'the reviewer’s passphrase',
    ]);
    expect(signObstacles(reviewers, { reviewerId: reviewerId(1), passphrase: 'x' })).toEqual([]);
    expect(signObstacles([], { reviewerId: '', passphrase: '' })).toHaveLength(1);
  });
});

describe('credentials', () => {
  const first = { reviewerId: reviewerId(1), passphrase: 'one' };

  it('need a name and a passphrase', () => {
    expect(credentialOf(first)).toEqual(first);
    expect(credentialOf({ ...first, passphrase: '' })).toBeNull();
    expect(credentialOf({ reviewerId: 'somebody', passphrase: 'one' })).toBeNull();
  });

  it('countersign as two different people or not at all', () => {
    const second = { reviewerId: reviewerId(2), passphrase: 'two' };
    expect(countersignedBy([first, second])).toEqual([first, second]);
    expect(countersignedBy([first, { ...first, passphrase: 'two' }])).toBeNull();
    expect(countersignedBy([first, { reviewerId: '', passphrase: '' }])).toBeNull();
  });
});

it('names every field of a new reviewer that is wrong', () => {
  const right = { name: 'E. Strand', passphrase: 'twelve letters', again: 'twelve letters' };
  expect(reviewerErrors(right, reviewers)).toEqual({});
  expect(Object.keys(reviewerErrors({ ...right, name: 'a. kvist' }, reviewers))).toEqual(['name']);
  // T. Berg was removed: the name is free again.
  expect(reviewerErrors({ ...right, name: 'T. Berg' }, reviewers)).toEqual({});
  expect(Object.keys(reviewerErrors({ ...right, passphrase: 'eleven char' }, reviewers))).toEqual([
    'passphrase',
    'again',
  ]);
});

describe('a check', () => {
  it('that passed needs no way out', () => {
    expect(wayOut({ id: 'budget', level: 'pass' })).toBeNull();
  });

  it.each([
    ['budget', 'Open Privacy'],
    ['finite', 'Open Data'],
    ['policy', 'Open the policy'],
    ['noise', 'Compare'],
  ])('%s leads to “%s”', (id, label) => {
    expect(wayOut({ id, level: 'block' })?.label).toBe(label);
  });

  it('that repeats a leak test is told once: in the panel, unless it found something', () => {
    const found = {
      id: 'leak-membership',
      title: 'x',
      detail: 'y',
      nextStep: 'z',
      level: 'warning',
    } as const;
    const clean = { ...found, id: 'leak-canary-audit', level: 'pass' } as const;
    expect(shownChecks([clean, found])).toEqual([found]);
    expect(wayOut(found)?.label).toBe('See the test');
  });

  it('shows every hash at one length, and leaves words and figures alone', () => {
    const hash = digest(5);
    const shown = (sentence: string) => textPieces(sentence).map(({ text }) => text);
    expect(shown(`Model ${hash.slice(0, 16)}…, recomputed`)).toEqual([
      'Model ',
      `${hash.slice(0, 4)} ${hash.slice(4, 8)}…`,
      ', recomputed',
    ]);
    expect(shown(`SHA-256 ${hash}`)).toEqual(['SHA-256 ', `${hash.slice(0, 4)} ${hash.slice(4, 8)}…`]);
    expect(shown('34824 bytes, effaced facade')).toEqual(['34824 bytes, effaced facade']);
  });
});

describe('a leak figure', () => {
  const plain = { name: 'x', chance: null, low: null, high: null, unit: '' };

  it('stands beside its chance level and its interval, with the same decimals', () => {
    const auc = { ...plain, value: 0.512, chance: 0.5, low: 0.494, high: 0.53 };
    expect(leakFigureText(auc)).toEqual({
      value: '0.512',
      rest: 'chance\u00a00.500 · 95\u00a0%:\u00a00.494\u00a0to\u00a00.530',
    });
  });

  it('is whole where it counts, and shows what three decimals would hide', () => {
    expect(leakFigureText({ ...plain, value: 3, chance: 0, unit: 'rows' })).toEqual({
      value: '3\u00a0rows',
      rest: 'chance\u00a00\u00a0rows',
    });
    expect(leakFigureText({ ...plain, value: 1, chance: 0, unit: 'rows' }).value).toBe('1\u00a0row');
    expect(leakNumber(0.00004)).toBe('0.00004');
    expect(leakNumber(7e-17)).toBe('7.0e-17');
    expect(['found at 1 %', 'ε proved at least'].map(sentenceCase)).toEqual([
      'Found at 1 %',
      'ε proved at least',
    ]);
    expect(leakFigureText({ ...plain, value: null }).value).toBe('–');
  });
});

it('writes recovered inputs as a person reads them', () => {
  expect(recoveredText(123.19001, 'amount')).toBe('123.19');
  expect(recoveredText(1.00003, 'rows')).toBe('1\u00a0row');
  expect(recoveredText(-0.00002, 'rows')).toBe('0\u00a0rows');
  expect([0.99998, 0.00003, 0.41].map((value) => recoveredText(value, 'yes/no'))).toEqual([
    'yes',
    'no',
    '0.41',
  ]);
  expect(recoveredText(1.7641, 'amount ratio')).toBe('1.7641\u00a0×');
  expect(recoveredText(49.869, 'hours')).toBe('49.869\u00a0h');
});

it('says which step of the grid a vector has', () => {
  expect(stepText(2 ** -16)).toBe('2^-16');
  expect(stepText(1)).toBe('1: whole counts');
  expect(stepText(0.3)).toBe('3.000e-1');
});

it('shows a scope while it runs or was stopped, not when it has ended', () => {
  const shown = (run: Parameters<typeof isScopeShown>[0]): boolean => isScopeShown(run);
  expect(shown({ scope: scopeView(), status: 'open' })).toBe(true);
  expect(shown({ scope: scopeView(), status: 'completed' })).toBe(false);
  expect(SIGNING_SCENARIOS['scope-ended']().runs.map(shown)).toEqual([false]);
  expect(SCENARIOS['scope-stopped']().runs.map(shown)).toEqual([true, false]);
});

it.each([
  ['nothing runs', null, 'An update appears here'],
  ['the round is open', runView({ round: roundView({ participation: { kind: 'joined' } }) }), 'Train for it'],
  ['between rounds', runView({ round: null }), 'Round 14 opens by itself'],
  ['the round is over', SCENARIOS.published().runs[0] ?? null, 'Round 15 opens by itself'],
] as const)('when %s, the empty review says what brings an update', (_, run, words) => {
  expect(whyNothing(run)).toContain(words);
});
