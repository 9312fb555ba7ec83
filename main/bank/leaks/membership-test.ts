/** Membership inference in words. A low figure is never called a proof. Pure. */
import type { LeakTest } from '#shared/privacy/leak-view.ts';
import {
  FALSE_POSITIVE_RATE,
  membershipFigures,
  type MembershipFigures,
  truePositiveCap,
} from '../../learning/attacks/membership.ts';
import { figure } from './figures.ts';

/** Scores drawn equally: as many frauds and genuine units on either side. */
export interface MembershipDraw {
  readonly members: Float64Array;
  readonly nonMembers: Float64Array;
  readonly later: Float64Array;
  readonly earlier: Float64Array;
  readonly unit: 'transaction' | 'account';
  /** null without privacy, and then there is no cap. */
  readonly promise: { readonly epsilon: number; readonly delta: number } | null;
}

const LEAST_UNITS = 30;

export function membershipTest(draw: MembershipDraw): LeakTest {
  const { members, nonMembers, later, earlier } = draw;
  if (Math.min(members.length, nonMembers.length) < LEAST_UNITS) return tooFew(draw);
  const found = membershipFigures(members, nonMembers);
  const ofDays = membershipFigures(later, earlier);
  const cap = draw.promise === null ? 1 : truePositiveCap(draw.promise.epsilon, draw.promise.delta);
  const margin = rateMargin(found, members.length);
  const isAboveCap = found.truePositiveRate !== null && found.truePositiveRate - margin > cap;
  const isLeak = isAboveCap || found.auc - found.margin > 0.5 + Math.abs(ofDays.auc - 0.5) + ofDays.margin;
  return {
    ...head,
    verdict: isLeak ? 'leak-found' : 'nothing-found',
    sentence: sentenceOf(found, { isLeak, isAboveCap, words: unitWords(draw.unit) }),
    chanceSentence: `A coin gives .50; the later and the earlier half of the training days, told apart in the same way, give ${ofDays.auc.toFixed(2)}. ${String(nonMembers.length)} on each side, equally many frauds.`,
    figures: [
      figure('AUC of the fall in loss', found.auc, {
        chance: 0.5,
        low: found.auc - found.margin,
        high: found.auc + found.margin,
      }),
      figure('AUC between the halves of the training days', ofDays.auc, {
        chance: 0.5,
        low: ofDays.auc - ofDays.margin,
        high: ofDays.auc + ofDays.margin,
      }),
      figure('found at 1 % false alarms', found.truePositiveRate, rateOf(found, members.length)),
      figure('most that ε allows at 1 % false alarms', draw.promise === null ? null : cap),
    ],
  };
}

const head = { id: 'membership', title: 'Telling who took part from the loss' } as const;

function unitWords(unit: MembershipDraw['unit']): string {
  return unit === 'account' ? 'accounts' : 'rows';
}

function tooFew({ members, nonMembers, unit }: MembershipDraw): LeakTest {
  const counts = `${String(members.length)} that took part and ${String(nonMembers.length)} that did not`;
  return {
    ...head,
    verdict: 'not-applicable',
    sentence: `There are too few comparable ${unitWords(unit)} to tell apart: ${counts}.`,
    chanceSentence: `At least ${String(LEAST_UNITS)} are needed on either side.`,
    figures: [],
  };
}

function sentenceOf(
  { auc, margin }: MembershipFigures,
  {
    isLeak,
    isAboveCap,
    words,
  }: { readonly isLeak: boolean; readonly isAboveCap: boolean; readonly words: string },
): string {
  const measured = `By the fall in loss, ${words} that took part are told from others with AUC ${auc.toFixed(2)} ± ${margin.toFixed(2)}`;
  if (isAboveCap) return `${measured}, and more of them are found than ε allows: report this.`;
  return isLeak
    ? `${measured}: some of them can be told.`
    : `${measured}. This test is weak: a figure near .50 does not prove that nobody can be told.`;
}

function rateMargin({ truePositiveRate }: MembershipFigures, members: number): number {
  const rate = truePositiveRate ?? 0;
  return 1.96 * Math.sqrt((rate * (1 - rate)) / members);
}

function rateOf(found: MembershipFigures, members: number) {
  const rate = found.truePositiveRate;
  if (rate === null) return { chance: FALSE_POSITIVE_RATE };
  const margin = rateMargin(found, members);
  return { chance: FALSE_POSITIVE_RATE, low: Math.max(0, rate - margin), high: Math.min(1, rate + margin) };
}
