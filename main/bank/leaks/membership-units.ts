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
  /** The members again, by the half of the training days they come from: they differ by the days alone. */
  readonly earlier: ScoredUnits;
  readonly later: ScoredUnits;
}

export function membershipUnits(
  step: ModelStep,
  { train, test }: Pick<FeatureSet, 'train' | 'test'>,
): MembershipUnits {
  const members = unitsOf(step, train);
  const others = unitsOf(step, test, step.unit === 'account' ? new Set(train.accountIndex) : undefined);
  const middle = Math.floor(members.scores.length / 2);
  return {
    members,
    nonMembers: others,
    earlier: part(members, 0, middle),
    later: part(members, middle),
  };
}

/** In the order of time, by the first row of each; `without`: accounts that took part. */
function unitsOf(step: ModelStep, rows: FeatureRows, without?: ReadonlySet<number>): ScoredUnits {
  const scores = falls(step, rows);
  return step.unit === 'account' ? byAccount(scores, rows, without) : { scores, isFraud: rows.y };
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
  without: ReadonlySet<number> = new Set(),
): ScoredUnits {
  const accounts = new Map<number, Account>();
  accountIndex.forEach((index, row) => {
    if (without.has(index)) return;
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

function part({ scores, isFraud }: ScoredUnits, from: number, until?: number): ScoredUnits {
  return { scores: scores.subarray(from, until), isFraud: isFraud.subarray(from, until) };
}

/** Units on either side of a comparison, at most. */
const MOST_UNITS = 5000;

/** Members and non-members to compare, and the two halves of the members to compare that with. */
export function drawMembership(
  { members, nonMembers, later, earlier }: MembershipUnits,
  random: PublicRandom,
): Pick<MembershipDraw, 'members' | 'nonMembers' | 'later' | 'earlier'> {
  const [ofMembers, ofOthers] = drawEqually([members, nonMembers], MOST_UNITS, random);
  const [ofLater, ofEarlier] = drawEqually([later, earlier], MOST_UNITS, random);
  return { members: ofMembers, nonMembers: ofOthers, later: ofLater, earlier: ofEarlier };
}
