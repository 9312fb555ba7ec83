/** Accounts as the unit of privacy from end to end: real banks, stores, ledgers, sockets and training at a real hub. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTrainer } from '#main/bank/training/create-trainer.ts';
import { LedgerFact } from '#main/bank/privacy/entry.ts';
import { realClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import type { RunId } from '#shared/ids.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import { joinRun, STANDING, type TestBank } from '../fakes/test-bank.ts';
import { completed, testConsortium } from '../fakes/test-consortium.ts';
import { toySplit } from '../main/bank/training/toy-bank.ts';

const ROUNDS = 2;
/** Of the toy bank's 97 accounts. */
const TIER = 96;

const consortium = testConsortium();
const { banks } = consortium;

function addBank(name: string, unit: PrivacyUnit): Promise<TestBank> {
  const trainer = createTrainer({
    workers: createWorkers({ entryDirectory: path.resolve('main/entry') }),
    ...{ clock: realClock, log: silentLog, threads: 1, engine: () => 'kernel' as const },
    features: {
      version: () => '1',
      open: () => Promise.resolve(toySplit({ train: 1500, test: 200, seed: name.length })),
    },
  });
  return consortium.openMember({ name, trainer }, unit);
}

function plan(): Promise<RunId> {
  return consortium.plan({ rounds: ROUNDS, noiseMultiplier: 3, unit: 'account' }, (charter) => {
    if (charter.recipe.kind !== 'few-rounds') throw new Error('few rounds asked for');
    // The whole model: in a small one chance alone could bring the noise ratio below its limit.
    return { ...charter, recipe: { ...charter.recipe, steps: 8 } };
  });
}

/** The charges of a bank's ledger as they are stored. */
function chargesOf({ home }: TestBank) {
  const store = connectStore(path.join(home, 'bank.sqlite'));
  const rows = store.database
    .prepare<[], { kind: string; body: string }>('SELECT kind, body FROM privacy_ledger ORDER BY sequence')
    .all();
  store.close();
  return rows
    .map(({ kind, body }) => LedgerFact.parse({ kind, ...(JSON.parse(body) as object) }))
    .flatMap((fact) => (fact.kind === 'charge' ? [fact] : []));
}

describe('a run with accounts as the unit', () => {
  it('completes; every charge says so, and tiers count accounts', async () => {
    for (const name of ['Ahorn', 'Birke', 'Cedar-Bank']) {
      const bank = await addBank(name, 'account');
      await bank.client['policy.setStanding']({ policy: STANDING });
    }
    const runId = await plan();
    await consortium.joinAll(runId);
    for (const bank of banks) {
      await completed(bank, runId);
      expect((await bank.run(runId)).sumCheck).toBe('recomputed');
      const charges = chargesOf(bank);
      expect(
        charges.map(({ unit, mechanism, clippingNorm }) => [unit, mechanism.samplingRate, clippingNorm]),
      ).toEqual(charges.map(() => ['account', 0.1, 6]));
      expect(charges.reduce((steps, { mechanism }) => steps + mechanism.steps, 0)).toBe(8);
    }
    const updates = await Promise.all(banks.map((bank) => bank.client['models.export']({ runId })));
    expect(new Set(updates.map((model) => model.checkpointHash)).size).toBe(1);
    const roster = await Promise.all(banks.map(async (bank) => (await bank.run(runId)).tier));
    expect(roster).toEqual([TIER, TIER, TIER]);
  }, 30_000);

  it('is refused by a store whose budget accounts for single transactions', async () => {
    const bank = await addBank('Dogwood', 'transaction');
    const runId = await plan();
    await expect(joinRun(bank, runId)).rejects.toMatchObject({ code: 'unit-mismatch' });
    expect(chargesOf(bank)).toEqual([]);
  });
});
