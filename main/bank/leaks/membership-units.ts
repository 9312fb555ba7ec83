/** How much the loss of each unit of privacy fell from the model before an update to the one after it. Pure. */
import type { PrivacyUnit } from '#shared/round/charter.ts';
import { drawEqually, lossOf, type ScoredUnits } from '../../learning/attacks/membership.ts';
import { createPredictor } from '../../learning/kernel/predictor.ts';
import type { Network } from '../../learning/model/layers.ts';
import type { PublicRandom } from '../../learning/model/public-random.ts';
import type { FeatureRows, FeatureSet } from '../features/feature-rows.ts';
import type { MembershipDraw } from './membership-test.ts';

export interface ModelStep {
  readonly network: Network;
  readonly unit: PrivacyUnit;
  readonly before: Float64Array;
  readonly after: Float64Array;
}

export interface MembershipUnits {
  readonly members: ScoredUnits;
  readonly nonMembers: ScoredUnits;
  /** Two more sides as far apart in time as those above, all from days that were trained on: they differ by the days alone. */
  readonly earlier: ScoredUnits;
  readonly later: ScoredUnits;
}

/** The rows that are compared, in the order of time. */
export interface ComparedRows {
  readonly members: FeatureRows;
  readonly others: FeatureRows;
  readonly earlier: FeatureRows;
  readonly later: FeatureRows;
  /** Where accounts are the unit: those that a side may not hold, since they are on the one before it or older. */
  readonly knownToOthers: ReadonlySet<number>;
  readonly knownToLater: ReadonlySet<number>;
}

/**
 * Fraud changes by the week, so rows of other days differ whether or not they took part. Hence the last training days
 * against equally many days of the test window, and beside it those training days against equally many before them, with
 * the same days left out in between.
 */
export function comparedRows({ train, test }: Pick<FeatureSet, 'train' | 'test'>): ComparedRows {
  const [trainFrom, trainTo] = spanOf(train);
  const [testFrom, testTo] = spanOf(test);
  const gap = testFrom - trainTo;
  const length = Math.min(testTo - testFrom, (trainTo - trainFrom - gap) / 2);
  const last = trainTo - length;
  const before = last - gap;
  const members = between(train, last, trainTo);
  return {
    members,
    others: between(test, testFrom, testFrom + length),
    earlier: between(train, before - length, before),
    later: members,
    knownToOthers: new Set(train.accountIndex),
    knownToLater: new Set(between(train, trainFrom, before).accountIndex),
  };
}

export function membershipUnits(step: ModelStep, rows: ComparedRows): MembershipUnits {
  return {
    members: unitsOf(step, rows.members),
    nonMembers: unitsOf(step, rows.others, rows.knownToOthers),
    earlier: unitsOf(step, rows.earlier),
    later: unitsOf(step, rows.later, rows.knownToLater),
  };
}

function spanOf({ occurredAt }: FeatureRows): readonly [number, number] {
  return [occurredAt[0] ?? Number.NaN, occurredAt.at(-1) ?? Number.NaN];
}

/** Rows from one time to another, both included; none where a time is no number or the span is turned round. */
function between(rows: FeatureRows, from: number, to: number): FeatureRows {
  const { width, x, y, occurredAt, accountIndex, rowNo } = rows;
  const first = occurredAt.findIndex((at) => at >= from);
  const end = occurredAt.findLastIndex((at) => at <= to) + 1;
  const [a, b] = first === -1 || end <= first || !(from <= to) ? [0, 0] : [first, end];
  return {
    ...{ rows: b - a, width, x: x.subarray(a * width, b * width) },
    ...{ y: y.subarray(a, b), occurredAt: occurredAt.subarray(a, b) },
    ...{ accountIndex: accountIndex.subarray(a, b), rowNo: rowNo.subarray(a, b) },
  };
}

/** `known`: accounts that don't count here. */
function unitsOf(step: ModelStep, rows: FeatureRows, known?: ReadonlySet<number>): ScoredUnits {
  const scores = falls(step, rows);
  return step.unit === 'account' ? byAccount(scores, rows, known) : { scores, isFraud: rows.y };
}

/** loss(before) − loss(after) of every row. */
function falls({ network, before, after }: ModelStep, { x, y }: FeatureRows): Float64Array {
  const [from, to] = [before, after].map((weights) => createPredictor(network, weights).logits(x));
  const loss = (logits: Float32Array | undefined, row: number): number =>
    lossOf(logits?.[row] ?? Number.NaN, y[row] ?? 0);
  return Float64Array.from(y, (_, row) => loss(from, row) - loss(to, row));
}

interface Account {
  total: number;
  rows: number;
  isFraud: boolean;
}

/** An account's score is the mean over its rows; a fraud among them makes it one. */
function byAccount(
  scores: Float64Array,
  { y, accountIndex }: FeatureRows,
  known: ReadonlySet<number> = new Set(),
): ScoredUnits {
  const accounts = new Map<number, Account>();
  accountIndex.forEach((index, row) => {
    if (known.has(index)) return;
    const account = accounts.get(index) ?? { total: 0, rows: 0, isFraud: false };
    account.total += scores[row] ?? Number.NaN;
    account.rows++;
    account.isFraud ||= y[row] === 1;
    accounts.set(index, account);
  });
  const units = [...accounts.values()];
  return {
    scores: Float64Array.from(units, ({ total, rows }) => total / rows),
    isFraud: Uint8Array.from(units, ({ isFraud }) => (isFraud ? 1 : 0)),
  };
}

/** Units on either side of a comparison, at most. */
const MOST_UNITS = 5000;

/** Members and non-members to compare, and the two sides that differ by their days alone. */
export function drawMembership(
  { members, nonMembers, later, earlier }: MembershipUnits,
  random: PublicRandom,
): Pick<MembershipDraw, 'members' | 'nonMembers' | 'later' | 'earlier'> {
  const [ofMembers, ofOthers] = drawEqually([members, nonMembers], MOST_UNITS, random);
  const [ofEarlier, ofLater] = drawEqually([earlier, later], MOST_UNITS, random);
  return { members: ofMembers, nonMembers: ofOthers, later: ofLater, earlier: ofEarlier };
}
