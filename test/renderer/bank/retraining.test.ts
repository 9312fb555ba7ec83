import { describe, expect, it } from 'vitest';
import { FailureError } from '#shared/failure.ts';
import type { RetrainingView } from '#shared/round/review-view.ts';
import {
  canRetrain,
  factorOf,
  FIRST_CHOICE,
  noiseOf,
  retrainLabel,
  retrainObstacle,
} from '../../../renderer/bank/review/retraining.ts';
import { noiseText } from '../../../renderer/bank/review/summary-tab.tsx';
import { reviewView } from '../../e2e/fixtures/review.ts';

const typed = (text: string) => ({ kind: 'typed', typed: text }) as const;
const told: RetrainingView = {
  agreedNoiseMultiplier: 1.1,
  largestNoiseMultiplier: 4.4,
  trainings: 1,
  mostTrainings: 5,
  cost: { epsilonBefore: 1, epsilonAfter: 1.1, budget: 4 },
  refusal: null,
};

describe('training again with more noise', () => {
  it('takes an offered factor or a typed one, above 1 and at most 4', () => {
    expect(factorOf(FIRST_CHOICE)).toBe(1.5);
    expect(factorOf(typed('1,75'))).toBe(1.75);
    expect(factorOf(typed(' 4 '))).toBe(4);
    for (const bad of ['', '1', '0.5', '4.01', '-2', 'two', 'Infinity'])
      expect(factorOf(typed(bad))).toBeNull();
  });

  it("goes by the charter's noise, whatever the held update carries", () => {
    const { terms } = reviewView();
    expect(noiseOf({ ...terms, noiseMultiplier: 3 }, 2)).toBe(2 * terms.agreedNoiseMultiplier);
  });

  it('is offered where the run has noise', () => {
    const { terms } = reviewView();
    expect(canRetrain({ terms })).toBe(true);
    expect(canRetrain({ terms: { ...terms, agreedNoiseMultiplier: 0 } })).toBe(false);
  });

  it('names itself with the factor, and waits for the price of that very factor', () => {
    expect(retrainLabel(1.5)).toBe('Discard and train again with noise ×1.5');
    expect(retrainLabel(null)).toBe('Discard and train again');
    expect(retrainObstacle(null, told)).toBe('Give a factor above 1, at most 4.');
    expect(retrainObstacle(1.5, null)).toBe('Counting the cost…');
    const refusal = new FailureError('budget-exhausted', 'This round needs ε 0.2').toFailure();
    expect(retrainObstacle(1.5, { ...told, refusal })).toBe('It can’t be done now: see above.');
    expect(retrainObstacle(1.5, told)).toBeNull();
  });

  it('shows the noise of the bytes, beside that of the charter where it is more', () => {
    const { terms } = reviewView();
    expect(noiseText(terms)).toBe('1.587');
    expect(noiseText({ ...terms, noiseMultiplier: 1.5 * 1.587 })).toBe('2.381 (charter: 1.587)');
  });
});
