/**
 * The rivals that a federated model is compared with: one model on all rows pooled, and each bank's own model alone.
 * No privacy, plain Adam (1412.6980). Nothing of them leaves the machine that trains them.
 */
import { learningRateAt } from '#shared/round/schedule.ts';
import type { ModelSpec } from '#shared/round/charter.ts';
import type { GradientEngine } from '../engine.ts';
import { initialWeights } from '../model/initial-weights.ts';
import { publicPermutation, publicRandom } from '../model/public-random.ts';

export interface RivalPlan {
  readonly model: ModelSpec;
  /** Rows that the engine holds; all of them are trained on in every epoch. */
  readonly rows: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly finalLearningRateShare: number;
  /** Seed of the shuffling; the first weights come from the model's own. */
  readonly seed: number;
  readonly onEpoch?: (done: number) => void;
}

/** What the reference results were made with (docs/data.md): 20 epochs, lr .01 falling to 5 %. */
const REFERENCE_PLAN = { epochs: 20, learningRate: 0.01, finalLearningRateShare: 0.05 } as const;

/** Batches of the pooled rival; those of one bank's own are half as large. */
const POOLED_BATCH = 4096;
const LOCAL_BATCH = 2048;

/** The plan of the published comparison for `pooled` rows of all banks or one bank's `local` rows. */
export function referenceRival(
  kind: 'pooled' | 'local',
  setting: Pick<RivalPlan, 'model' | 'rows' | 'seed' | 'onEpoch'>,
): RivalPlan {
  return { ...REFERENCE_PLAN, ...setting, batchSize: kind === 'pooled' ? POOLED_BATCH : LOCAL_BATCH };
}

/** Trained weights in the order of the flat vector (model/layers.ts). The engine stays open. */
export function trainRival(engine: GradientEngine, plan: RivalPlan): Float64Array {
  const weights = initialWeights(plan.model);
  const adam = adamStep(weights);
  const random = publicRandom(plan.seed);
  const steps = plan.epochs * Math.ceil(plan.rows / plan.batchSize);
  let step = 0;
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    const order = publicPermutation(random, plan.rows);
    for (let from = 0; from < plan.rows; from += plan.batchSize) {
      const rows = order.subarray(from, from + plan.batchSize);
      const { sum } = engine.gradientSum({ weights, rows, clippingNorm: null });
      adam(sum, rows.length, learningRateAt(plan, step, steps));
      step++;
    }
    plan.onEpoch?.(epoch + 1);
  }
  return weights;
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Moves `weights` in place by one bias-corrected step along `sum / count`. */
function adamStep(weights: Float64Array): (sum: Float64Array, count: number, learningRate: number) => void {
  const first = new Float64Array(weights.length);
  const second = new Float64Array(weights.length);
  let decay1 = 1;
  let decay2 = 1;
  return (sum, count, learningRate) => {
    decay1 *= BETA_1;
    decay2 *= BETA_2;
    for (let i = 0; i < weights.length; i++) {
      const gradient = (sum[i] ?? 0) / count;
      const m = BETA_1 * (first[i] ?? 0) + (1 - BETA_1) * gradient;
      const v = BETA_2 * (second[i] ?? 0) + (1 - BETA_2) * gradient * gradient;
      first[i] = m;
      second[i] = v;
      const stride = m / (1 - decay1) / (Math.sqrt(v / (1 - decay2)) + EPSILON);
      weights[i] = (weights[i] ?? 0) - learningRate * stride;
    }
  };
}
