import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTrainingSession, type TrainingSession } from '#main/bank/training/session.ts';
import type { TrainingAnswer, TrainingOrder } from '#main/bank/training/questions.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { type Checkpoint, initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, emptySums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate, type IntegerVectors } from '#main/learning/recipes/update-codec.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { isFailure } from '#shared/failure.ts';
import type { Charter } from '#shared/round/charter.ts';
import { stepsOfRound } from '#shared/round/schedule.ts';
import { updateBytes, updateLayout } from '#shared/round/update-layout.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { ACCOUNTS, toyCharter, toySplit, type ToySize } from './toy-bank.ts';

const workers = createWorkers({ entryDirectory: path.join(import.meta.dirname, '../../../../main/entry') });

interface Setting {
  readonly charter: Charter;
  readonly size?: ToySize;
  readonly seed?: number;
  readonly threads?: number;
}

async function withSession<T>(setting: Setting, use: (session: TrainingSession) => T): Promise<T> {
  const { charter, size = { train: 2000, test: 600 }, seed = 7, threads = 1 } = setting;
  const session = createTrainingSession({
    random: seededRandom(seed),
    clock: fakeClock(),
    openEngine: (_, setup) =>
      Promise.resolve({
        name: 'kernel',
        engine: createKernel({
          ...setup,
          threads,
          startThread: (data) => void workers.start('kernel', data),
        }),
      }),
  });
  try {
    await session.load({ charter, engine: 'kernel', ...toySplit(size) });
    return use(session);
  } finally {
    session.close();
  }
}

const unwatched = { isStopped: () => false, onShare: () => undefined };

function order(checkpoint: Checkpoint, rest: Partial<TrainingOrder> = {}): TrainingOrder {
  return {
    order: 1,
    tier: 1536,
    checkpoint,
    withLocalEffect: false,
    ...rest,
  };
}

function layoutOf(charter: Charter, checkpoint: Checkpoint) {
  return updateLayout(charter, checkpoint.weights.length, checkpoint.round);
}

function vectorsOf(charter: Charter, checkpoint: Checkpoint, { payload }: TrainingAnswer): IntegerVectors {
  const decoded = decodeUpdate(layoutOf(charter, checkpoint), payload);
  if (decoded.kind === 'refused') throw new Error(decoded.refusal.kind);
  return decoded.vectors;
}

/** The checkpoint after a round with this bank alone. */
function published(charter: Charter, checkpoint: Checkpoint, answer: TrainingAnswer): Checkpoint {
  const vectors = vectorsOf(charter, checkpoint, answer);
  const sums = addToSums(emptySums(layoutOf(charter, checkpoint)), vectors, 1536);
  return stepFromSums({ charter, checkpoint, sums, included: [{ bankId: 'toy', tier: 1536 }] });
}

const norm = (vector: Float64Array | null): number => Math.hypot(...(vector ?? []));

describe('the bytes of an update', () => {
  test('are those of the layout: whole numbers within their bounds', async () => {
    const charter = toyCharter({ recipe: 'few-rounds' });
    const start = initialCheckpoint(charter);
    const answer = await withSession({ charter }, (session) => session.train(order(start), unwatched));
    expect(answer.payload.length).toBe(updateBytes(layoutOf(charter, start)));
    const { difference, sum } = vectorsOf(charter, start, answer);
    expect(norm(difference)).toBe(0); // round 0: banks draw without moving
    expect(new Set(sum).size).toBeGreaterThan(100);
  });

  test('are the same for the same chance on one thread and on three', async () => {
    const charter = toyCharter({ recipe: 'few-rounds' });
    const train = (threads: number, seed: number) =>
      withSession(
        { charter, threads, seed },
        (session) => session.train(order(initialCheckpoint(charter)), unwatched).payload,
      );
    const [one, three, other] = [await train(1, 7), await train(3, 7), await train(1, 8)];
    expect(three).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('differ between two trainings of one session: every one has a key of its own', async () => {
    const charter = toyCharter({ recipe: 'one-step' });
    const [first, second] = await withSession({ charter }, (session) => {
      const again = order(initialCheckpoint(charter));
      return [session.train(again, unwatched).payload, session.train(again, unwatched).payload];
    });
    expect(second).not.toEqual(first);
  });
});

describe('noise and sampling', () => {
  test.each([
    { name: 'the charter’s size', asked: {}, noise: 2.6 },
    { name: 'the larger size that a person asked for', asked: { noiseMultiplier: 5.2 }, noise: 5.2 },
  ])('tiny data drown in noise of $name', async ({ asked, noise }) => {
    const charter = toyCharter({ recipe: 'few-rounds', noiseMultiplier: 2.6 });
    if (charter.recipe.kind !== 'few-rounds') throw new Error('few rounds asked for');
    const start = initialCheckpoint(charter);
    const size = { train: 20, test: 10 };
    const answer = await withSession({ charter, size }, (session) =>
      session.train(order(start, asked), unwatched),
    );
    const { sum } = vectorsOf(charter, start, answer);
    const gridStep = 2 ** charter.grids.sum.exponent;
    const steps = stepsOfRound(charter.recipe, 0);
    const expected = noise * 0.3 * Math.sqrt(steps * start.weights.length);
    const ratio = (gridStep * norm(sum)) / expected;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  test('batches vary as independent draws do', async () => {
    const charter = toyCharter({ recipe: 'one-step' });
    const counts = await withSession({ charter, size: { train: 1000, test: 10 } }, (session) =>
      Array.from(
        { length: 400 },
        () => session.train(order(initialCheckpoint(charter)), unwatched).statistics.sampledUnits,
      ),
    );
    const mean = counts.reduce((total, n) => total + n, 0) / counts.length;
    const variance = counts.reduce((total, n) => total + (n - mean) ** 2, 0) / (counts.length - 1);
    // binomial(1000, .05): mean 50, variance 47.5; four standard errors
    expect(Math.abs(mean - 50)).toBeLessThan(4 * Math.sqrt(47.5 / 400));
    expect(Math.abs(variance / 47.5 - 1)).toBeLessThan(4 * Math.sqrt(2 / 399));
  });

  test('no noise is added where the charter has none', async () => {
    const charter = toyCharter({ recipe: 'one-step', noiseMultiplier: 0 });
    const answer = await withSession({ charter }, (session) =>
      session.train(order(initialCheckpoint(charter)), unwatched),
    );
    expect(answer.statistics.clippedShare).toBeNull();
    expect(answer.ownGradient).toBeUndefined();
  });
});

describe('accounts as the unit', () => {
  const charter = toyCharter({ recipe: 'few-rounds', noiseMultiplier: 2.6, unit: 'account' });
  const start = initialCheckpoint(charter);

  test('are what is sampled, clipped and counted', async () => {
    if (charter.recipe.kind !== 'few-rounds') throw new Error('few rounds asked for');
    const steps = stepsOfRound(charter.recipe, 0);
    const answers = await withSession({ charter, size: { train: 4000, test: 10 } }, (session) =>
      Array.from({ length: 60 }, () => session.train(order(start, { tier: 96 }), unwatched)),
    );
    const counts = answers.map(({ statistics }) => statistics.sampledUnits);
    const mean = counts.reduce((total, n) => total + n, 0) / counts.length;
    const spread = steps * ACCOUNTS * 0.1 * 0.9;
    // rows would be forty times as many
    expect(Math.abs(mean - steps * ACCOUNTS * 0.1)).toBeLessThan(4 * Math.sqrt(spread / counts.length));
    for (const { statistics } of answers) {
      const clipped = (statistics.clippedShare ?? Number.NaN) * statistics.sampledUnits;
      expect(Math.abs(clipped - Math.round(clipped))).toBeLessThan(1e-9);
    }
  });

  test('noise is sized by the clip of a whole account, also when nobody is sampled', async () => {
    if (charter.recipe.kind !== 'few-rounds') throw new Error('few rounds asked for');
    const nobody = { ...charter, recipe: { ...charter.recipe, samplingRate: 1e-9 } };
    const answer = await withSession({ charter: nobody }, (session) =>
      session.train(order(start, { tier: 96 }), unwatched),
    );
    expect(answer.statistics).toMatchObject({ sampledUnits: 0, clippedShare: null });
    const { sum } = vectorsOf(nobody, start, answer);
    const expected = 2.6 * 6 * Math.sqrt(stepsOfRound(charter.recipe, 0) * start.weights.length);
    const ratio = (2 ** charter.grids.sum.exponent * norm(sum)) / expected;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  test('without noise learn the toy problem', async () => {
    const free = toyCharter({ recipe: 'one-step', rounds: 30, noiseMultiplier: 0, unit: 'account' });
    const quality = await withSession({ charter: free }, (session) => {
      let checkpoint = initialCheckpoint(free);
      for (let round = 0; round < 30; round++)
        checkpoint = published(free, checkpoint, session.train(order(checkpoint), unwatched));
      return session.evaluate(checkpoint);
    });
    expect(quality.prAuc).toBeGreaterThan(0.9);
  });
});

describe('a training', () => {
  test('keeps its own mean gradient, which is that of the bytes', async () => {
    const charter = toyCharter({ recipe: 'few-rounds' });
    const start = initialCheckpoint(charter);
    const answer = await withSession({ charter }, (session) => session.train(order(start), unwatched));
    const alone = published(charter, start, answer);
    expect([...(answer.ownGradient ?? [])]).toEqual([...alone.lastMean]);
  });

  test('ends between two steps when it is stopped, and the next one runs', async () => {
    const charter = toyCharter({ recipe: 'few-rounds' });
    const start = initialCheckpoint(charter);
    await withSession({ charter }, (session) => {
      let shares = 0;
      const onShare = (): void => {
        shares++;
      };
      const stopAfterThree = { isStopped: () => shares >= 3, onShare };
      let failure: unknown;
      try {
        session.train(order(start), stopAfterThree);
      } catch (error) {
        failure = error;
      }
      expect(isFailure(failure, 'training-stopped')).toBe(true);
      expect(shares).toBe(3);
      expect(session.train(order(start), unwatched).payload.length).toBeGreaterThan(0);
    });
  });

  test.each(['fedavg', 'one-step'] as const)('%s without noise learns the toy problem', async (recipe) => {
    const charter = toyCharter({ recipe, rounds: 30, noiseMultiplier: 0 });
    const [before, after] = await withSession({ charter }, (session) => {
      let checkpoint = initialCheckpoint(charter);
      const start = session.evaluate(checkpoint);
      for (let round = 0; round < 30; round++)
        checkpoint = published(charter, checkpoint, session.train(order(checkpoint), unwatched));
      return [start, session.evaluate(checkpoint)];
    });
    expect(before.prAuc).toBeLessThan(0.6);
    expect(after.prAuc).toBeGreaterThan(0.9);
  });

  test('tells the effect of one’s own rows when asked', async () => {
    const charter = toyCharter({ recipe: 'one-step', noiseMultiplier: 0 });
    const start = initialCheckpoint(charter);
    const answer = await withSession({ charter }, (session) =>
      session.train(order(start, { withLocalEffect: true }), unwatched),
    );
    expect(answer.localEffect?.before).not.toEqual(answer.localEffect?.after);
  });
});
