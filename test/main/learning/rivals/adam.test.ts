import { describe, expect, test } from 'vitest';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { referenceRival, trainRival } from '#main/learning/rivals/adam.ts';
import type { ModelSpec } from '#shared/round/charter.ts';

const model: ModelSpec = { kind: 'mlp', layers: [3, 16, 1], activation: 'tanh', seed: 5, outputBias: -1 };
const ROWS = 3000;

/** Fraud where the first two inputs have the same sign: no linear model finds it. */
function toyRows() {
  const random = publicRandom(9);
  const features = Float32Array.from({ length: 3 * ROWS }, () => publicNormal(random));
  const labels = Uint8Array.from({ length: ROWS }, (_, row) =>
    (features[3 * row] ?? 0) * (features[3 * row + 1] ?? 0) > 0 ? 1 : 0,
  );
  return { features, labels };
}

function trained(seed: number, threads = 1): Float64Array {
  const kernel = createKernel({
    network: model,
    data: toyRows(),
    unit: 'row',
    threads,
    startThread: () => undefined,
  });
  try {
    return trainRival(kernel, { ...referenceRival('local', { model, rows: ROWS, seed }), batchSize: 100 });
  } finally {
    kernel.close();
  }
}

describe('the rival without privacy', () => {
  test('learns what no linear model can', () => {
    const { features, labels } = toyRows();
    const logits = createPredictor(model, trained(3)).logits(features);
    const right = labels.filter((label, row) => (logits[row] ?? 0) > 0 === (label === 1)).length;
    expect(right / ROWS).toBeGreaterThan(0.95);
  });

  test('is the same for the same seed and another for another', () => {
    expect(trained(3)).toEqual(trained(3));
    expect(trained(3)).not.toEqual(trained(4));
  });

  test('takes the published batch sizes', () => {
    expect(referenceRival('pooled', { model, rows: 1, seed: 1 }).batchSize).toBe(4096);
    expect(referenceRival('local', { model, rows: 1, seed: 1 }).batchSize).toBe(2048);
  });
});
