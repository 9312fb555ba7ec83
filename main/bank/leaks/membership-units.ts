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
  const unitOfRow = step.unit === 'account' ? accountOf : rowItself;
  const trained = new Set(Array.from({ length: train.rows }, (_, row) => unitOfRow('train', train, row)));
  const members = gather(falls(step, train), train, (row) => unitOfRow('train', train, row));
  const others = gather(falls(step, test), test, (row) => unitOfRow('test', test, row));
  const nonMembers = others.filter(({ unit }) => !trained.has(unit));
  const middle = Math.floor(members.length / 2);
  return {
    members: scored(members),
    nonMembers: scored(nonMembers),
    earlier: scored(members.slice(0, middle)),
    later: scored(members.slice(middle)),
  };
}

type UnitOfRow = (side: 'train' | 'test', rows: FeatureRows, row: number) => string;
const accountOf: UnitOfRow = (_, { accountIndex }, row) => String(accountIndex[row]);
const rowItself: UnitOfRow = (side, _, row) => `${side} ${String(row)}`;

/** loss(before) − loss(after) of every row. */
function falls({ network, before, after }: ModelStep, { x, y }: FeatureRows): Float64Array {
  const logits = [before, after].map((weights) => createPredictor(network, weights).logits(x));
  return Float64Array.from(y, (label, row) => {
    const [from, to] = logits.map((one) => lossOf(one[row] ?? Number.NaN, label));
    return (from ?? Number.NaN) - (to ?? Number.NaN);
  });
}

interface Unit {
  readonly unit: string;
  total: number;
  rows: number;
  isFraud: boolean;
}

/** Units in the order of their first rows, which is that of time; a unit's score is the mean over its rows. */
function gather(scores: Float64Array, { y }: FeatureRows, unitOf: (row: number) => string): readonly Unit[] {
  const units = new Map<string, Unit>();
  scores.forEach((score, row) => {
    const name = unitOf(row);
    const unit = units.get(name) ?? { unit: name, total: 0, rows: 0, isFraud: false };
    unit.total += score;
    unit.rows++;
    unit.isFraud ||= y[row] === 1;
    units.set(name, unit);
  });
  return [...units.values()];
}

function scored(units: readonly Unit[]): ScoredUnits {
  return {
    scores: Float64Array.from(units, ({ total, rows }) => total / rows),
    isFraud: Uint8Array.from(units, ({ isFraud }) => (isFraud ? 1 : 0)),
  };
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
