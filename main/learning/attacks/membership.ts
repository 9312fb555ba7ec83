/**
 * Membership inference by the loss (Yeom et al. 2018, arXiv:1709.01604; the true positive rate at a small false positive
 * rate after Carlini et al. 2022, arXiv:2112.03570): rows whose loss fell more than others' were probably trained on.
 * A weak test: a low figure shows nothing about other attacks.
 */
import { type PublicRandom, uniformInteger } from '../model/public-random.ts';

/** Cross-entropy of a logit. */
export function lossOf(logit: number, label: number): number {
  return Math.max(logit, 0) - label * logit + Math.log1p(Math.exp(-Math.abs(logit)));
}

export interface MembershipFigures {
  /** Chance that a member scores above a non-member; .5 is a coin. */
  readonly auc: number;
  /** 1.96 standard errors. */
  readonly margin: number;
  /** Share of members above all but 1 % of the non-members; null with fewer than 100 non-members. */
  readonly truePositiveRate: number | null;
  /** 1.96 standard errors of it, the place of the threshold among the non-members included. */
  readonly rateMargin: number | null;
}

export const FALSE_POSITIVE_RATE = 0.01;

export function membershipFigures(members: Float64Array, nonMembers: Float64Array): MembershipFigures {
  const auc = rankingQuality(members, nonMembers);
  const rate = nonMembers.length < 1 / FALSE_POSITIVE_RATE ? null : shareAbove(members, nonMembers);
  return {
    auc,
    margin: 1.96 * Math.sqrt((auc * (1 - auc)) / Math.min(members.length, nonMembers.length)),
    truePositiveRate: rate,
    rateMargin: rate === null ? null : 1.96 * rateError(rate, members.length, nonMembers.length),
  };
}

/**
 * The threshold is itself drawn: 1 % of a hundred non-members is one of them, and the share behind it may as well be 3 %.
 * A share that is off by so much moves the rate by about as many times as the rate is larger than the share.
 */
function rateError(rate: number, members: number, nonMembers: number): number {
  const slope = rate / FALSE_POSITIVE_RATE;
  const ofThreshold = (FALSE_POSITIVE_RATE * (1 - FALSE_POSITIVE_RATE)) / nonMembers;
  return Math.sqrt((rate * (1 - rate)) / members + slope ** 2 * ofThreshold);
}

/** The most that any attack on an (ε, δ)-DP training can reach at this false positive rate (Kairouz et al. 2015, 1311.0776). */
export function truePositiveCap(
  epsilon: number,
  delta: number,
  falsePositiveRate = FALSE_POSITIVE_RATE,
): number {
  const direct = Math.exp(epsilon) * falsePositiveRate + delta;
  const converse = 1 - Math.exp(-epsilon) * (1 - falsePositiveRate - delta);
  return Math.min(1, direct, converse);
}

/** Mann and Whitney's U as a share; ties count half. */
function rankingQuality(members: Float64Array, nonMembers: Float64Array): number {
  const sorted = nonMembers.toSorted();
  let wins = 0;
  for (const score of members)
    wins += (firstAbove(sorted, score, false) + firstAbove(sorted, score, true)) / 2;
  return wins / (members.length * nonMembers.length);
}

/** First place whose value is above `score`, or not below it where ties count as above. */
function firstAbove(sorted: Float64Array, score: number, isTieBelow: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle] ?? 0;
    if (value < score || (isTieBelow && value === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shareAbove(members: Float64Array, nonMembers: Float64Array): number {
  const falling = nonMembers.toSorted().reverse();
  const threshold = falling[Math.floor(FALSE_POSITIVE_RATE * falling.length)] ?? Infinity;
  return members.reduce((count, score) => count + (score > threshold ? 1 : 0), 0) / members.length;
}

/** Units of privacy with their scores; `isFraud` where any row of the unit is. */
export interface ScoredUnits {
  readonly scores: Float64Array;
  readonly isFraud: Uint8Array;
}

/**
 * Equally many frauds and equally many genuine units from both sides, at most `most` in all: frauds' losses move otherwise,
 * so an unequal share of them would look like membership.
 */
export function drawEqually(
  [a, b]: readonly [ScoredUnits, ScoredUnits],
  most: number,
  random: PublicRandom,
): readonly [Float64Array, Float64Array] {
  const frauds = Math.min(placesOf(a, 1).length, placesOf(b, 1).length, Math.floor(most / 2));
  const genuine = Math.min(placesOf(a, 0).length, placesOf(b, 0).length, most - frauds);
  const draw = (units: ScoredUnits): Float64Array =>
    Float64Array.from(
      [...someOf(placesOf(units, 1), frauds, random), ...someOf(placesOf(units, 0), genuine, random)],
      (place) => units.scores[place] ?? Number.NaN,
    );
  return [draw(a), draw(b)];
}

function placesOf({ isFraud }: ScoredUnits, label: 0 | 1): number[] {
  return Array.from(isFraud.keys()).filter((place) => isFraud[place] === label);
}

/** `count` of the values, drawn without replacement. */
function someOf(values: number[], count: number, random: PublicRandom): readonly number[] {
  for (let i = 0; i < count; i++) {
    const j = i + uniformInteger(random, values.length - i);
    const kept = values[i] ?? 0;
    values[i] = values[j] ?? 0;
    values[j] = kept;
  }
  return values.slice(0, count);
}
