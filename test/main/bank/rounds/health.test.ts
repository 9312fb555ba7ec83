import { expect, it } from 'vitest';
import { modelAlarms } from '#main/bank/rounds/health.ts';
import { initialWeights } from '#main/learning/model/initial-weights.ts';
import { layerSegments } from '#main/learning/model/layers.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { toyCharter } from '../training/toy-bank.ts';

const charter = toyCharter({ recipe: 'few-rounds' });
const before = initialWeights(charter.model);
const [first] = layerSegments(charter.model.layers);

/** First-layer neurons along directions of their own unless `copied`, turning on at steps of equal share. */
function steered(copied: boolean): Float64Array {
  const weights = before.slice();
  const random = publicRandom(2);
  const { inputs, outputs, weights: at, biases } = first ?? { inputs: 0, outputs: 0, weights: 0, biases: 0 };
  const shared = Float64Array.from({ length: inputs }, () => publicNormal(random) / Math.sqrt(inputs));
  for (let j = 0; j < outputs; j++) {
    for (let i = 0; i < inputs; i++)
      weights[at + i * outputs + j] = copied ? (shared[i] ?? 0) : publicNormal(random) / Math.sqrt(inputs);
    const share = (j + 0.5) / outputs;
    // nearly the normal quantile of the share
    weights[biases + j] = copied ? 0 : 0.6 * Math.log(share / (1 - share));
  }
  return weights;
}

it('no alarm for an honest step', () => {
  expect(
    modelAlarms(
      charter,
      before,
      before.map((w, i) => w + 0.05 * Math.sin(i)),
    ),
  ).toEqual([]);
});

it('alarms at numbers that are none, at a jump of a layer, at copied directions and at a ladder', () => {
  expect(
    modelAlarms(
      charter,
      before,
      before.map((w, i) => (i === 7 ? Number.NaN : w)),
    ),
  ).toEqual(['The model has numbers that are not finite']);
  expect(
    modelAlarms(
      charter,
      before,
      before.map((w) => 9 * w),
    )[0],
  ).toContain('layer 1 changed by 9.0 times');
  expect(modelAlarms(charter, before, steered(true)).join()).toContain('look in one direction');
  expect(modelAlarms(charter, before, steered(false)).join()).toContain('turn on one after another');
});
