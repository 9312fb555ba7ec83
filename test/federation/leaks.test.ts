/** The leak tests from end to end: imported rows, a real training at a real hub, and the app's own thread beside the review. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicRandom, uniformInteger } from '#main/learning/model/public-random.ts';
import { realClock } from '#main/platform/clock.ts';
import { SAMPLE_SPLIT } from '#main/sample/sample.ts';
import type { RunId, UpdateId } from '#shared/ids.ts';
import type { LeakReport } from '#shared/privacy/leak-view.ts';
import { enrol, STANDING, type TestBank } from '../fakes/test-bank.ts';
import { testConsortium } from '../fakes/test-consortium.ts';

const ROWS = 3000;
const DAY_MS = 86_400_000;

const consortium = testConsortium();

/** Payments from some weeks before the training days to the end of the test days. */
function writeRows(file: string): void {
  const random = publicRandom(5);
  const from = Date.parse('2025-12-15T00:00:00Z');
  const span = Date.parse(`${SAMPLE_SPLIT.testUntil}T00:00:00Z`) - from;
  const lines = Array.from({ length: ROWS }, (_, n) => {
    const at = from + Math.floor((n / ROWS) * span);
    const known = new Date(at + 7 * DAY_MS).toISOString();
    const of = (prefix: string, count: number): string => `${prefix}${String(uniformInteger(random, count))}`;
    const amount = String(100 + uniformInteger(random, 20_000));
    const isFraud = uniformInteger(random, 20) === 0 ? '1' : '0';
    return [
      `tx${String(n)}`,
      new Date(at).toISOString(),
      of('a', 150),
      of('t', 80),
      amount,
      'EUR',
      isFraud,
      known,
    ];
  });
  const header = 'tx_id,ts,account_id,terminal_id,amount,currency,is_fraud,label_ts';
  writeFileSync(file, [header, ...lines.map((line) => line.join(','))].join('\n'));
}

/** A bank with rows and the product's own trainer. */
async function bankWithRows(name: string): Promise<TestBank> {
  const bank = await consortium.open({ name, trainer: 'own' });
  const { client } = bank;
  await client['app.setUp']({ bankName: name, analyst: 'An analyst' });
  await client['privacy.setBudget']({ epsilon: 6, delta: 5e-7, unit: 'transaction', reason: 'test' });
  const file = path.join(consortium.folder, 'rows.csv');
  writeRows(file);
  const { source, mapping } = await client['data.inspect']({ source: file });
  const { importId } = await client['data.startImport']({ source, mapping, saveMapping: false });
  await bank.until('the import', async () => {
    const { state } = await client['data.importProgress']({ importId });
    return state.kind === 'done' ? true : undefined;
  });
  await enrol(bank, consortium.hub);
  return bank;
}

async function othersJoin(): Promise<void> {
  for (const name of ['Birke', 'Cedar']) {
    const bank = await consortium.openMember({ name });
    await bank.client['policy.setStanding']({ policy: STANDING });
  }
}

function plan(): Promise<RunId> {
  return consortium.plan(
    {
      ...{ title: 'Leaks', split: SAMPLE_SPLIT, noiseMultiplier: 3 },
      participation: { enrolSeconds: 1, deadlineSeconds: 600 },
    },
    (charter) => charter,
  );
}

/** Four seconds of one processor, which may be busy with other tests. */
async function finishedReport({ client }: TestBank, updateId: UpdateId): Promise<LeakReport> {
  const deadline = realClock.monotonic() + 60_000;
  while (realClock.monotonic() < deadline) {
    const state = await client['leaks.state']({ updateId });
    if (state.kind === 'failed') throw new Error(state.failure.message);
    if (state.kind === 'done') return state.report;
    await new Promise<void>((resolve) => void realClock.after(50, resolve));
  }
  throw new Error('the leak tests did not end within a minute');
}

/** The product's own training with three times the noise: the bytes carry it, and the tests run on those very bytes. */
async function expectNoisier(bank: TestBank, discarded: UpdateId): Promise<void> {
  const { client } = bank;
  const review = await client['review.current']({ updateId: discarded });
  if (review === null) throw new Error('nothing is held');
  const { updateId, digest, terms } = review;
  const noiseMultiplier = 3 * terms.agreedNoiseMultiplier;
  await client['review.retrain']({ updateId, digest, noiseMultiplier, note: '' });
  const noisier = await bank.until('the noisier update', async () => {
    return (await client['review.current']({})) ?? undefined;
  });
  // Of the noise that was charged: with the charter's alone it would be a third of it.
  expect(noisier.figures.noiseRatio).toBeGreaterThan(0.95);
  expect(noisier.figures.noiseRatio).toBeLessThan(1.5);
  expect(noisier.terms).toMatchObject({ noiseMultiplier, agreedNoiseMultiplier: 3 });
  expect(noisier.checks.filter(({ level }) => level === 'block')).toEqual([]);
  const report = await finishedReport(bank, noisier.updateId);
  expect(report.payloadHash).toBe(noisier.digest);
  expect(report.tests.map(({ verdict }) => verdict)).not.toContain('leak-found');
}

describe('the leak tests of a real update', () => {
  it('run by themselves beside the review, and a rehearsal shows that they work', async () => {
    const bank = await bankWithRows('Ahorn');
    await othersJoin();
    const runId = await plan();
    await consortium.joinAll(runId);
    const { client } = bank;
    const roundId = await bank.until('the round', async () => (await bank.run(runId)).round?.roundId);
    await bank.until('its start', () =>
      client['rounds.train']({ roundId }).then(
        () => true,
        () => undefined,
      ),
    );
    const updateId = await bank.until('the held update', async () => {
      const view = await client['review.current']({});
      return view?.updateId;
    });
    const report = await finishedReport(bank, updateId);
    const review = await client['review.current']({ updateId });
    expect(report.payloadHash).toBe(review?.digest);
    expect(report.tests.map(({ verdict }) => verdict)).not.toContain('leak-found');
    expect(review?.checks.filter(({ id }) => id.startsWith('leak-'))).toHaveLength(5);
    const rehearsal = await client['leaks.rehearse']({ updateId, batch: 1 });
    expect(rehearsal.tests[0]).toMatchObject({ id: 'analytic-inversion', verdict: 'leak-found' });
    expect(rehearsal.rows[0]?.relativeDistance).toBeLessThan(1e-5);
    expect(rehearsal.rows[0]?.values[0]).toMatchObject({ feature: 'amount', unit: 'amount' });
    const [amount] = rehearsal.rows[0]?.values ?? [];
    expect(amount?.recovered).toBeCloseTo(amount?.real ?? Number.NaN, 2);
    await expectNoisier(bank, updateId);
  }, 90_000);
});
