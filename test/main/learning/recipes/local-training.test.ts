import type { GradientEngine, TrainingSet } from '#main/learning/engine.ts';
import { averagePrecision } from '#main/learning/evaluate/ranking.ts';
import { createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';
import { initialCheckpoint, type Checkpoint } from '#main/learning/recipes/checkpoint.ts';
import { ownMeanOfRound } from '#main/learning/recipes/few-rounds-bank.ts';
import { preconditioner } from '#main/learning/recipes/few-rounds-server.ts';
import { trainUpdate } from '#main/learning/recipes/local-training.ts';
import type { LocalTraining } from '#main/learning/recipes/training-terms.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, emptySums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate, encodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { type Charter, gridDeviation } from '#shared/round/charter.ts';
import { withNoise } from '#shared/round/more-noise.ts';
import type { RecipeName } from '#shared/round/presets.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import { stepsOfRound } from '#shared/round/schedule.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../fakes/random.ts';
import { charterOf, LAYERS, PARAMETERS } from './charters.ts';

const ROWS = 3000;

/** Rows whose label is likely where x₀ + x₁·x₂ is large: learnable, not linear. */
function toyBank(seed: number): TrainingSet {
  const random = publicRandom(seed);
  const features = Float32Array.from({ length: ROWS * 3 }, () => publicNormal(random));
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const [a = 0, b = 0, c = 0] = features.subarray(row * 3, row * 3 + 3);
    return a + b * c + 0.3 * publicNormal(random) > 1.5 ? 1 : 0;
  });
  return { features, labels };
}

function kernelOf(data: TrainingSet): GradientEngine {
  const network = { layers: LAYERS, activation: 'tanh' } as const;
  return createKernel({ network, data, unit: 'row', threads: 1, startThread: () => undefined });
}

const banks = [toyBank(1), toyBank(2), toyBank(3)].map((data, index) => ({
  bankId: `bnk_${String(index)}`,
  tier: sizeTier(ROWS),
  engine: kernelOf(data),
}));

/** Every gradient sum is the same known vector, in grid steps of any charter. */
const constantEngine: GradientEngine = {
  gradientSum: ({ weights }) => ({ sum: weights.map((_, i) => i - 10), clippedUnits: 2, nonFiniteRows: 1 }),
  close: () => undefined,
};

function training(charter: Charter, changed: Partial<LocalTraining> = {}): LocalTraining {
  const chance = createChance(aesKeystream(seededRandom('training')));
  const checkpoint = initialCheckpoint(charter);
  return {
    charter,
    checkpoint,
    engine: constantEngine,
    units: { kind: 'rows', count: ROWS },
    tier: 2048,
    lastOwnMean: null,
    chance,
    ...changed,
  };
}

function withoutNoise(charter: Charter): Charter {
  return { ...charter, privacy: { ...charter.privacy, noiseMultiplier: 0 } };
}

it.each(['few-rounds', 'one-step'] as const)('%s draws its noise as the charter says', (recipe) => {
  const rounded = charterOf(recipe, 1.5);
  const exact: Charter = { ...rounded, privacy: { ...rounded.privacy, sampler: 'discrete-gaussian' } };
  const drawn = (charter: Charter) => {
    const chance = createChance(aesKeystream(seededRandom('which')));
    const calls = { normals: 0, deviations: new Set<number>() };
    const watched = {
      ...chance,
      normals: (target: Float64Array) => {
        calls.normals++;
        chance.normals(target);
      },
      discreteNormals: (target: Float64Array, deviation: number) => {
        calls.deviations.add(deviation);
        chance.discreteNormals(target, deviation);
      },
    };
    trainUpdate(training(charter, { chance: watched }));
    return calls;
  };
  const { normals, deviations } = drawn(rounded);
  expect(normals).toBeGreaterThan(0);
  expect(deviations.size).toBe(0);
  expect(drawn(exact)).toEqual({ normals: 0, deviations: new Set([gridDeviation(exact)]) });
});

describe('a training with more noise than the charter', () => {
  const seeded = (charter: Charter, changed: Partial<LocalTraining> = {}) =>
    trainUpdate(training(charter, { ...changed, chance: createChance(aesKeystream(seededRandom('more'))) }))
      .vectors;

  it.each(['few-rounds', 'one-step'] as const)(
    '%s draws that much more of it, and nothing else',
    (recipe) => {
      const charter = charterOf(recipe, 1.5);
      const gamma = 2 ** charter.grids.sum.exponent;
      const steps = charter.recipe.kind === 'few-rounds' ? stepsOfRound(charter.recipe, 0) : 1;
      const noise = (noiseMultiplier?: number) =>
        [...(seeded(charter, { noiseMultiplier }).sum ?? [])].map((k, i) => gamma * k - steps * (i - 10));
      const agreed = noise();
      for (const [i, more] of noise(2.4).entries())
        expect(Math.abs(more - 1.6 * (agreed[i] ?? 0))).toBeLessThanOrEqual(1.3 * gamma * steps);
      expect(noise(1.5)).toEqual(agreed);
    },
  );

  it('draws exact noise of the wider deviation', () => {
    const rounded = charterOf('one-step', 1.5);
    const charter: Charter = { ...rounded, privacy: { ...rounded.privacy, sampler: 'discrete-gaussian' } };
    const deviations = new Set<number>();
    const chance = createChance(aesKeystream(seededRandom('which')));
    const discreteNormals = (target: Float64Array, deviation: number): void => {
      deviations.add(deviation);
      chance.discreteNormals(target, deviation);
    };
    trainUpdate(training(charter, { chance: { ...chance, discreteNormals }, noiseMultiplier: 2.4 }));
    expect([...deviations]).toEqual([gridDeviation(withNoise(charter, 2.4))]);
  });

  it('moves by the preconditioner of the charter, which all banks share', () => {
    const charter = charterOf('few-rounds', 1.5);
    const first = initialCheckpoint(charter);
    // So little curvature that the noise's own variance is what bounds the step.
    const checkpoint: Checkpoint = {
      ...{ ...first, round: 1, step: 4, roundSteps: 4, included: [{ bankId: 'bnk_0', tier: 2048 }] },
      secondMoment: first.weights.map(() => 1e-30),
    };
    const again = seeded(charter, { checkpoint, noiseMultiplier: 6 });
    const other = seeded(withNoise(charter, 6), { checkpoint });
    expect(again.sum).toEqual(other.sum);
    expect(again.difference).not.toEqual(other.difference);
  });

  it('never has less', () => {
    const charter = charterOf('few-rounds', 1.5);
    for (const noiseMultiplier of [0, 1.4999, Number.NaN])
      expect(() => trainUpdate(training(charter, { noiseMultiplier }))).toThrow(/less than the charter/);
  });
});

describe('a few-rounds update', () => {
  const charter = charterOf('few-rounds', 1.5);
  const { recipe } = charter;
  if (recipe.kind !== 'few-rounds') throw new TypeError('recipe');

  it('of round 0 draws K noisy sums without moving', () => {
    const { vectors, figures } = trainUpdate(training(charter));
    expect(vectors.difference).toEqual(new Float64Array(PARAMETERS));
    expect(figures).toMatchObject({ clippedUnits: 8, nonFiniteRows: 4 });
    const gamma = 2 ** charter.grids.sum.exponent;
    const noise = vectors.sum?.map((k, i) => k * gamma - 4 * (i - 10));
    const deviation = Math.sqrt((noise ?? new Float64Array()).reduce((s, v) => s + v * v, 0) / PARAMETERS);
    // √4 · 1.5 · .3
    expect(deviation).toBeGreaterThan(0.55);
    expect(deviation).toBeLessThan(1.3);
  });

  it('of a later round walks as the recipe says', () => {
    const quiet = withoutNoise(charter);
    const random = publicRandom(8);
    const draw = (size: number): Float64Array =>
      Float64Array.from({ length: PARAMETERS }, () => size * publicNormal(random));
    const checkpoint: Checkpoint = {
      ...initialCheckpoint(charter),
      round: 2,
      step: 11,
      included: [{ bankId: 'a', tier: 2048 }],
      momentum: draw(0.1),
      secondMoment: draw(0.1).map((v) => v * v),
      lastMean: draw(0.05),
    };
    const lastOwnMean = draw(0.05);
    const { vectors } = trainUpdate(training(quiet, { checkpoint, lastOwnMean }));
    const K = stepsOfRound(recipe, 2);
    const D = preconditioner(quiet, recipe, checkpoint);
    for (const i of [0, 9, 10, 25]) {
      let m = checkpoint.momentum[i] ?? 0;
      let x = checkpoint.weights[i] ?? 0;
      for (let k = 0; k < K; k++) {
        const t = 11 + k;
        const g = (i - 10) / (0.05 * 2048) + (checkpoint.lastMean[i] ?? 0) - (lastOwnMean[i] ?? 0);
        m = 0.9 * m + 0.1 * g;
        const rate = 0.03 * (1 - (0.95 * t) / 500);
        x -= rate * Math.max(-3, Math.min(3, ((D[i] ?? 0) * m) / (1 - 0.9 ** (t + 1))));
      }
      const moved = (vectors.difference?.[i] ?? Number.NaN) * 2 ** -16;
      expect(Math.abs(moved - (x - (checkpoint.weights[i] ?? 0)))).toBeLessThanOrEqual(2 ** -17 + 1e-12);
      expect((vectors.sum?.[i] ?? 0) * 2 ** charter.grids.sum.exponent).toBe(K * (i - 10));
    }
  });

  it('leaves the drift term out before the bank was included', () => {
    const checkpoint = {
      ...initialCheckpoint(charter),
      round: 1,
      step: 4,
      included: [{ bankId: 'a', tier: 2048 }],
    };
    const quiet = withoutNoise(charter);
    const drifting = { ...checkpoint, lastMean: new Float64Array(PARAMETERS).fill(0.5) };
    const without = trainUpdate(training(quiet, { checkpoint: drifting }));
    expect(without).toEqual(trainUpdate(training(quiet, { checkpoint })));
    const own = new Float64Array(PARAMETERS).fill(0.1);
    expect(trainUpdate(training(quiet, { checkpoint: drifting, lastOwnMean: own }))).not.toEqual(without);
  });

  it('leaves a mean gradient for the next round', () => {
    const { vectors } = trainUpdate(training(withoutNoise(charter)));
    const sum = vectors.sum ?? new Float64Array();
    const mean = ownMeanOfRound(recipe, sum, { charter, checkpoint: initialCheckpoint(charter), tier: 2048 });
    mean.forEach((g, i) => {
      expect(g).toBeCloseTo((i - 10) / (0.05 * 2048), 12);
    });
  });

  it('tells its steps as it goes', () => {
    const seen: string[] = [];
    trainUpdate(
      training(charter, { onStep: (done, steps) => seen.push(`${String(done)}/${String(steps)}`) }),
    );
    expect(seen).toEqual(['1/4', '2/4', '3/4', '4/4']);
  });
});

/** A whole federated run, every update through its bytes. */
function run(charter: Charter, rounds: number): Checkpoint {
  let checkpoint = initialCheckpoint(charter);
  const ownMeans: (Float64Array | null)[] = banks.map(() => null);
  for (let round = 0; round < rounds; round++) {
    const layout = updateLayout(charter, PARAMETERS, round);
    let sums = emptySums(layout);
    banks.forEach(({ engine, tier }, index) => {
      const chance = createChance(aesKeystream(seededRandom(`${String(round)}/${String(index)}`)));
      const { vectors } = trainUpdate({
        ...{ charter, checkpoint, engine, units: { kind: 'rows', count: ROWS }, tier, chance },
        lastOwnMean: ownMeans[index] ?? null,
      });
      const decoded = decodeUpdate(layout, encodeUpdate(layout, vectors));
      if (decoded.kind === 'refused') throw new Error(decoded.refusal.kind);
      sums = addToSums(sums, decoded.vectors, tier);
      if (charter.recipe.kind === 'few-rounds' && vectors.sum)
        ownMeans[index] = ownMeanOfRound(charter.recipe, vectors.sum, { charter, checkpoint, tier });
    });
    checkpoint = stepFromSums({
      charter,
      checkpoint,
      sums,
      included: banks.map(({ bankId, tier }) => ({ bankId, tier })),
    });
  }
  return checkpoint;
}

const test = toyBank(99);

function testAp({ weights }: Checkpoint): number {
  const scores = createPredictor({ layers: LAYERS, activation: 'tanh' }, weights).logits(test.features);
  return averagePrecision({ scores, labels: test.labels }) ?? 0;
}

describe('a run over three toy banks learns', () => {
  const base = test.labels.reduce((a, b) => a + b, 0) / test.labels.length;

  it.each<[RecipeName, number, number, number]>([
    ['few-rounds', 0.5, 12, 0.7],
    ['one-step', 0, 120, 0.75],
    ['one-step', 0.5, 120, 0.65],
    ['fedavg', 0, 12, 0.75],
    ['fedavgm', 0, 8, 0.75],
    ['fedadam', 0, 12, 0.75],
  ])('%s, noise %d', (recipe, noise, rounds, atLeast) => {
    const charter = charterOf(recipe, noise, rounds);
    const small = { ...charter, model: { ...charter.model, outputBias: -2 } };
    const ap = testAp(run(small, rounds));
    expect(base).toBeLessThan(0.25);
    expect(ap).toBeGreaterThan(atLeast);
  });

  it('gives the same bits again', () => {
    const charter = charterOf('few-rounds', 0.5, 3);
    expect(run(charter, 3)).toEqual(run(charter, 3));
  });
});
