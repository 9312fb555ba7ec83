/** Membership by the loss, with and without noise, on trainings small enough to learn rows by heart. */
import { lossOf, membershipFigures, truePositiveCap } from '#main/learning/attacks/membership.ts';
import type { TrainingSet } from '#main/learning/engine.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { TANH } from '../../../main/learning/attacks/problems.ts';
import { drawnSet, trainSmall } from './training.ts';

export interface MemberRow {
  readonly noiseMultiplier: number;
  /** Of the whole training at δ 1e-5; null without noise. */
  readonly epsilon: number | null;
  readonly auc: number;
  readonly margin: number;
  readonly truePositiveRate: number;
  readonly cap: number;
  readonly published: string;
}

const DELTA = 1e-5;
const ROWS = 1000;
const TERMS = { samplingRate: 0.05, steps: 400 };
const CASES = [
  { noiseMultiplier: 0, published: '.55 to .65, .014 to .06' },
  { noiseMultiplier: 1, published: '.50 to .53' },
  { noiseMultiplier: 2, published: '.50 to .53' },
] as const;

export function memberRows(trials: number, seed: number): readonly MemberRow[] {
  return CASES.map(({ noiseMultiplier, published }) => {
    const found = Array.from({ length: trials }, (_, trial) => attack(noiseMultiplier, seed + 1000 * trial));
    const mean = (of: (one: (typeof found)[number]) => number): number =>
      found.reduce((sum, one) => sum + of(one), 0) / trials;
    const epsilon = noiseMultiplier === 0 ? null : epsilonByPld([{ ...TERMS, noiseMultiplier }], DELTA);
    return {
      ...{ noiseMultiplier, epsilon, published },
      auc: mean(({ auc }) => auc),
      margin: mean(({ margin }) => margin) / Math.sqrt(trials),
      truePositiveRate: mean(({ truePositiveRate }) => truePositiveRate ?? 0),
      cap: epsilon === null ? 1 : truePositiveCap(epsilon, DELTA),
    };
  });
}

function attack(noiseMultiplier: number, seed: number) {
  const data = drawnSet(ROWS, seed);
  const { before, after } = trainSmall({ data, seed, noiseMultiplier, ...TERMS });
  const falls = (set: TrainingSet): Float64Array => {
    const [from, to] = [before, after].map((weights) => createPredictor(TANH, weights).logits(set.features));
    return Float64Array.from(
      set.labels,
      (label, row) => lossOf(from?.[row] ?? 0, label) - lossOf(to?.[row] ?? 0, label),
    );
  };
  return membershipFigures(falls(data), falls(drawnSet(ROWS, seed + 1)));
}
