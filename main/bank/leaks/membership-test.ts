/** Membership inference in words. A low figure is never called a proof. Pure. */
import type { LeakFigure, LeakTest } from '#shared/privacy/leak-view.ts';
import {
  FALSE_POSITIVE_RATE,
  membershipFigures,
  type MembershipFigures,
  truePositiveCap,
} from '../../learning/attacks/membership.ts';
import { countText, figure } from './figures.ts';

/** Scores drawn equally: as many frauds and genuine units on either side. */
export interface MembershipDraw {
  readonly members: Float64Array;
  readonly nonMembers: Float64Array;
  /** Two sides that were both trained on, from days as far apart as those of the sides above. */
  readonly earlier: Float64Array;
  readonly later: Float64Array;
  readonly unit: 'transaction' | 'account';
  /** null without privacy, and then there is no cap. */
  readonly promise: { readonly epsilon: number; readonly delta: number } | null;
}

const LEAST_UNITS = 30;
/** Standard errors: at two, one honest update in forty would be called a leak. */
const CERTAIN = 3;

export function membershipTest(draw: MembershipDraw): LeakTest {
  const { members, nonMembers, later, earlier } = draw;
  if (Math.min(members.length, nonMembers.length, later.length, earlier.length) < LEAST_UNITS)
    return tooFew(draw);
  const found = membershipFigures(members, nonMembers);
  const ofDays = membershipFigures(earlier, later);
  const cap = draw.promise === null ? 1 : truePositiveCap(draw.promise.epsilon, draw.promise.delta);
  const isAboveCap = isRateAbove(found, cap, [ofDays, membershipFigures(later, earlier)]);
  const isTold =
    found.auc - 0.5 - Math.abs(ofDays.auc - 0.5) > certain(Math.hypot(found.margin, ofDays.margin));
  const isLeak = isAboveCap || isTold;
  return {
    ...head,
    verdict: isLeak ? 'leak-found' : 'nothing-found',
    sentence: sentenceOf(found, { isLeak, isAboveCap, words: unitWords(draw.unit) }),
    chanceSentence: `A coin gives 0.50; two spans of training days, told apart in the same way, give ${ofDays.auc.toFixed(2)}. ${countText(nonMembers.length)} on each side, equally many frauds.`,
    figures: [
      figure('AUC of the fall in loss', found.auc, { chance: 0.5, ...within(found.auc, found.margin) }),
      figure('AUC between two spans of training days', ofDays.auc, {
        chance: 0.5,
        ...within(ofDays.auc, ofDays.margin),
      }),
      figure('found at 1 % false alarms', found.truePositiveRate, {
        chance: FALSE_POSITIVE_RATE,
        ...within(found.truePositiveRate, found.rateMargin),
      }),
      figure('most that ε allows at 1 % false alarms', draw.promise === null ? null : cap),
    ],
  };
}

/** ε bounds what membership adds. Other days add something too, so what the days alone give has to be passed as well. */
function isRateAbove(found: MembershipFigures, cap: number, ofDays: readonly MembershipFigures[]): boolean {
  const { truePositiveRate: rate, rateMargin: margin } = found;
  if (rate === null || margin === null || rate - cap <= certain(margin)) return false;
  return ofDays.every(
    (days) => rate - (days.truePositiveRate ?? 1) > certain(Math.hypot(margin, days.rateMargin ?? Infinity)),
  );
}

/** From a margin of 1.96 standard errors. */
function certain(margin: number): number {
  return (CERTAIN / 1.96) * margin;
}

/** A share's interval. */
function within(share: number | null, margin: number | null): Partial<LeakFigure> {
  if (share === null || margin === null) return {};
  return { low: Math.max(0, share - margin), high: Math.min(1, share + margin) };
}

const head = { id: 'membership', title: 'Telling who took part from the loss' } as const;

function unitWords(unit: MembershipDraw['unit']): string {
  return unit === 'account' ? 'accounts' : 'rows';
}

function tooFew({ members, nonMembers, earlier, unit }: MembershipDraw): LeakTest {
  const counts = `${countText(members.length)} that took part, ${countText(nonMembers.length)} that did not, ${countText(earlier.length)} from earlier training days`;
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
  if (isAboveCap)
    return `${measured}, and more of them are found than ε allows or other days explain: report this.`;
  return isLeak
    ? `${measured}: some of them can be told.`
    : `${measured}. This test is weak: a figure near 0.50 does not prove that nobody can be told.`;
}
