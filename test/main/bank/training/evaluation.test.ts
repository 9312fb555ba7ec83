/** The score histogram inside the bytes of an update: noisy counts of the bank's test rows, never the counts themselves. */
import { describe, expect, it } from 'vitest';
import { evaluationVector, rowsToEvaluate } from '#main/bank/training/evaluation.ts';
import { createTrainingSession } from '#main/bank/training/session.ts';
import { scoreHistogram } from '#main/learning/evaluate/score-histogram.ts';
import { createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { type Checkpoint, initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { Charter, type EvaluationHistogram, type PrivacyUnit } from '#shared/round/charter.ts';
import { HISTOGRAM_BINS } from '#shared/round/evaluation.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { ACCOUNTS, toyCharter, toySplit } from './toy-bank.ts';

const SIZE = { train: 300, test: 900 };
const split = toySplit(SIZE);

function charterWith(change: Partial<EvaluationHistogram> = {}, unit: PrivacyUnit = 'transaction'): Charter {
  const charter = toyCharter({ recipe: 'one-step', unit });
  const histogram = { kind: 'on', everyRounds: 2, noiseStandardDeviation: 10, rowsPerUnit: 1, ...change };
  return Charter.parse({ ...charter, evaluation: { ...charter.evaluation, histogram } });
}

function checkpointAt(charter: Charter, round: number): Checkpoint {
  const start = initialCheckpoint(charter);
  return { ...start, round, weights: start.weights.map((w, i) => w + ((i % 7) - 3) / 50) };
}

function rawCounts(charter: Charter, checkpoint: Checkpoint): Float64Array {
  const { layers, activation } = charter.model;
  const logits = createPredictor({ layers, activation }, checkpoint.weights).logits(split.test.x);
  return scoreHistogram({ logits, labels: split.test.y }, split.test.y.keys());
}

const rowsIn = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

async function payloadOf(charter: Charter, checkpoint: Checkpoint, seed: number): Promise<Uint8Array> {
  const session = createTrainingSession({
    random: seededRandom(seed),
    clock: fakeClock(),
    openEngine: (_, setup) =>
      Promise.resolve({
        name: 'kernel',
        engine: createKernel({ ...setup, threads: 1, startThread: () => undefined }),
      }),
  });
  try {
    await session.load({ charter, engine: 'kernel', ...split });
    const order = { order: 1, tier: 256, checkpoint, withLocalEffect: true };
    return session.train(order, { isStopped: () => false, onShare: () => undefined }).payload;
  } finally {
    session.close();
  }
}

function evaluationIn(charter: Charter, checkpoint: Checkpoint, payload: Uint8Array): Float64Array | null {
  const decoded = decodeUpdate(updateLayout(charter, checkpoint.weights.length, checkpoint.round), payload);
  if (decoded.kind === 'refused') throw new Error(decoded.refusal.kind);
  return decoded.vectors.evaluation;
}

describe('the payload of an update', () => {
  it('has the histogram of the incoming model in its rounds, and in no other', async () => {
    const charter = charterWith();
    for (const [round, has] of [
      [0, false],
      [1, false],
      [2, true],
      [3, false],
      [4, true],
    ] as const) {
      const checkpoint = checkpointAt(charter, round);
      const evaluation = evaluationIn(charter, checkpoint, await payloadOf(charter, checkpoint, 7));
      expect(evaluation?.length ?? 0).toBe(has ? 2 * HISTOGRAM_BINS : 0);
    }
  });

  it('differs from the raw counts by noise of the charter’s size, on every bin', async () => {
    const charter = charterWith();
    const checkpoint = checkpointAt(charter, 2);
    const raw = rawCounts(charter, checkpoint);
    expect(rowsIn(raw)).toBe(SIZE.test);
    expect(raw.filter((count) => count > 0).length).toBeGreaterThan(6);
    const noise: number[] = [];
    for (let seed = 0; seed < 12; seed++) {
      const evaluation = evaluationIn(charter, checkpoint, await payloadOf(charter, checkpoint, seed));
      expect(evaluation).not.toEqual(raw);
      noise.push(...(evaluation ?? []).map((count, bin) => count - (raw[bin] ?? 0)));
    }
    const variance = noise.reduce((sum, v) => sum + v * v, 0) / noise.length;
    // 768 draws: six standard errors are 31 %; noise × 0.7 or the raw counts fail
    expect(Math.abs(variance / 100 - 1)).toBeLessThan(6 * Math.sqrt(2 / noise.length));
    expect(Math.abs(0.49 - 1)).toBeGreaterThan(6 * Math.sqrt(2 / noise.length));
  });
});

describe('the rows that count', () => {
  const chance = () => createChance(aesKeystream(seededRandom('rows')));
  const quiet = { noiseStandardDeviation: 5 };

  it('are at most m of each account', () => {
    const charter = charterWith({ ...quiet, rowsPerUnit: 3 }, 'account');
    const counted = rowsIn(
      evaluationVector({ charter, checkpoint: checkpointAt(charter, 2), test: [split.test] }, chance()) ??
        new Float64Array(),
    );
    // 900 rows of 97 accounts; the noise of 64 bins adds up to 40
    expect(split.test.rows).toBe(900);
    expect(Math.abs(counted - 3 * ACCOUNTS)).toBeLessThan(6 * 40);
  });

  it('are all rows of the test days where single rows are protected, known cards too', () => {
    const leftOut = toySplit({ train: 1, test: 400, seed: 2 }).test;
    const charter = charterWith(quiet);
    const test = rowsToEvaluate({ ...split, charter, leftOut });
    const checkpoint = checkpointAt(charter, 2);
    const counted = rowsIn(evaluationVector({ charter, checkpoint, test }, chance()) ?? new Float64Array());
    expect(Math.abs(counted - 1300)).toBeLessThan(6 * 40);
    const accounts = charterWith({}, 'account');
    expect(rowsToEvaluate({ ...split, charter: accounts, leftOut })).toEqual([split.test]);
  });
});

describe('a charter', () => {
  it('refuses histograms where single rows are protected and one of them counts more than once', () => {
    expect(() => charterWith({ rowsPerUnit: 2 })).toThrow(/one unit is one row/);
    expect(charterWith({ rowsPerUnit: 2 }, 'account').evaluation.histogram).toMatchObject({ rowsPerUnit: 2 });
  });

  it('refuses histograms without privacy: nothing would account for them', () => {
    const charter = toyCharter({ recipe: 'one-step', noiseMultiplier: 0 });
    const { histogram } = charterWith().evaluation;
    const evaluation = { ...charter.evaluation, histogram };
    expect(Charter.safeParse({ ...charter, evaluation }).success).toBe(false);
  });
});
