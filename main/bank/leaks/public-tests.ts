/** The two tests that look at no row of the bank, in words: the audit of the noise, and the marks of a trapped model. Pure. */
import type { LeakTest } from '#shared/privacy/leak-view.ts';
import type { AuditOutcome } from '../../learning/attacks/canary-audit.ts';
import { COPIED_SHARE_LIMIT, isTrapped, type TrapMarks } from '../../learning/attacks/trap-alarm.ts';
import { countText, figure } from './figures.ts';

export interface AuditRuns {
  /** With the noise of `claimed`. */
  readonly audited: AuditOutcome;
  /** ε of the shadow run's settings, by the ledger's own accounting. */
  readonly claimed: number;
  /** The same without noise: what the audit finds when noise is missing. */
  readonly control: AuditOutcome;
}

const auditHead = { id: 'canary-audit', title: 'Auditing the noise with planted rows' } as const;

export function auditTest({ audited, claimed, control }: AuditRuns): LeakTest {
  const isBroken = audited.lowerBound > claimed;
  const { canaries, guesses, correct } = audited.guesses;
  const guessed = `${countText(correct)} of ${countText(guesses)} guesses at ${countText(canaries)} planted rows were right`;
  const least = `so ε is at least ${audited.lowerBound.toFixed(2)}`;
  return {
    ...auditHead,
    verdict: isBroken ? 'leak-found' : 'nothing-found',
    sentence: isBroken
      ? `${guessed}, ${least} where ${claimed.toFixed(2)} is claimed: sampling, clipping or noise is broken.`
      : `${guessed}, ${least} (95 % confidence) where ${claimed.toFixed(2)} is claimed. It tests this program on made-up rows and proves no more.`,
    chanceSentence: `Without noise the same audit proves ε of at least ${control.lowerBound.toFixed(2)}; coin tossing proves 0.`,
    figures: [
      figure('ε proved at least', audited.lowerBound, { chance: 0 }),
      figure('ε claimed for the same settings', claimed),
      figure('ε proved without noise', control.lowerBound, { chance: 0 }),
    ],
  };
}

/** In a rehearsal: the noise is left out, and the audit has to find that. */
export function controlTest({ lowerBound, guesses: { canaries, guesses, correct } }: AuditOutcome): LeakTest {
  return {
    ...auditHead,
    verdict: lowerBound > 0 ? 'leak-found' : 'nothing-found',
    sentence: `Without noise ${countText(correct)} of ${countText(guesses)} guesses at ${countText(canaries)} planted rows are right, so ε is at least ${lowerBound.toFixed(2)}.`,
    chanceSentence: 'Coin tossing proves 0. The rows of this test are made up.',
    figures: [figure('ε proved at least', lowerBound, { chance: 0 })],
  };
}

export function noAuditTest(): LeakTest {
  return {
    ...auditHead,
    verdict: 'not-applicable',
    sentence:
      'This run adds no noise: there is nothing to audit, and nothing bounds what the update reveals.',
    chanceSentence: 'Without noise ε is infinite.',
    figures: [],
  };
}

export function trapTest(marks: TrapMarks): LeakTest {
  const { copiedShare, lowestRate, highestRate, isLadder } = marks;
  const copied = `${(100 * copiedShare).toFixed(1)} % of the first layer's pairs of neurons look in one direction`;
  const found = isLadder
    ? `${copied}, and they turn on one after another from ${lowestRate.toFixed(2)} to ${highestRate.toFixed(2)} of all rows`
    : copied;
  return {
    id: 'trap-alarm',
    title: 'Looking for a trap in the incoming model',
    verdict: isTrapped(marks) ? 'leak-found' : 'nothing-found',
    sentence: isTrapped(marks)
      ? `${found}: the model looks made to single rows out. The noise covers that; compare it with other members.`
      : `${found}: no mark of a model made to single rows out. A quiet trap can pass this test.`,
    chanceSentence: `An honest model has none (alarm above ${String(100 * COPIED_SHARE_LIMIT)} %), a simple imprint has all.`,
    figures: [
      figure('pairs of neurons in one direction', copiedShare, { chance: 0 }),
      figure('lowest share of rows that turn a neuron on', lowestRate),
      figure('highest share of rows that turn a neuron on', highestRate),
    ],
  };
}
