import { expect, it } from 'vitest';
import { isTrapped, trapMarks } from '#main/learning/attacks/trap-alarm.ts';
import { layerSegments } from '#main/learning/model/layers.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { freshWeights, imprintWeights, TANH } from './problems.ts';

const { layers } = TANH;
const [first] = layerSegments(layers);

it('passes honest first weights, whatever their seed', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const marks = trapMarks({ layers, weights: freshWeights(seed) });
    expect(marks.copiedShare).toBe(0);
    expect(isTrapped(marks)).toBe(false);
  }
});

it('sees the imprint: one direction, and a ladder from none to all', () => {
  const marks = trapMarks({ layers, weights: imprintWeights(3) });
  expect(marks.copiedShare).toBe(1);
  expect(marks.lowestRate).toBeLessThan(0.05);
  expect(marks.highestRate).toBe(1);
  expect(marks.isLadder).toBe(true);
});

it('sees the ladder alone, with every neuron looking elsewhere', () => {
  const weights = imprintWeights(3);
  const random = publicRandom(8);
  if (first === undefined) throw new Error('no layer');
  const { weights: at, biases, inputs } = first;
  for (let i = at; i < biases; i++) weights[i] = publicNormal(random) / Math.sqrt(inputs);
  const marks = trapMarks({ layers, weights });
  expect(marks.copiedShare).toBe(0);
  expect(marks.isLadder).toBe(true);
  expect(isTrapped(marks)).toBe(true);
});
