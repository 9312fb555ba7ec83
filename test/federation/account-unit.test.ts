/** Accounts as the unit of privacy from end to end: real banks, stores, ledgers, sockets and training at a real hub. */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrainer } from '#main/bank/training/create-trainer.ts';
import { LedgerFact } from '#main/bank/privacy/entry.ts';
import { realClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import type { RunId } from '#shared/ids.ts';
import { type Charter, type PrivacyUnit } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { enrol, joinRun, openTestBank, setUp, STANDING, type TestBank } from '../fakes/test-bank.ts';
import { startTestHub, temporaryFolder, type TestHub } from '../fakes/test-hub.ts';
import { toySplit } from '../main/bank/training/toy-bank.ts';

const ROUNDS = 2;
/** Of the toy bank's 97 accounts. */
const TIER = 96;

let folder: ReturnType<typeof temporaryFolder>;
let hub: TestHub;
let banks: TestBank[];

beforeEach(async () => {
  folder = temporaryFolder();
  hub = await startTestHub({ home: path.join(folder.path, 'hub') });
  banks = [];
});

afterEach(async () => {
  await Promise.all(banks.map((bank) => bank.close()));
  await hub.close();
  folder.remove();
});

async function addBank(name: string, unit: PrivacyUnit): Promise<TestBank> {
  const trainer = createTrainer({
    workers: createWorkers({ entryDirectory: path.resolve('main/entry') }),
    ...{ clock: realClock, log: silentLog, threads: 1, engine: () => 'kernel' as const },
    features: {
      version: () => '1',
      open: () => Promise.resolve(toySplit({ train: 1500, test: 200, seed: name.length })),
    },
  });
  const bank = await openTestBank({ name, home: path.join(folder.path, name), trainer });
  banks.push(bank);
  await setUp(bank, 6, unit);
  await enrol(bank, hub);
  return bank;
}

async function plan(): Promise<RunId> {
  const { consortium } = await hub.operator['hub.status']({});
  if (consortium === null) throw new Error('no consortium');
  const charter = presetCharter({
    consortium: { id: consortium.id, name: consortium.name },
    ...{ title: 'By account', features: 'card-v1', split: REFERENCE_SPLIT, recipe: 'few-rounds' },
    ...{ rounds: ROUNDS, noiseMultiplier: 3, unit: 'account' },
    participation: { enrolSeconds: 30, deadlineSeconds: 600 },
  });
  if (charter.recipe.kind !== 'few-rounds') throw new Error('few rounds asked for');
  // The whole model: in a small one chance alone could bring the noise ratio below its limit.
  const short: Charter = { ...charter, recipe: { ...charter.recipe, steps: 8 } };
  return (await hub.operator['runs.plan']({ charter: short })).runId;
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
    await Promise.all(banks.map((bank) => joinRun(bank, runId)));
    for (const bank of banks) {
      await bank.until('the run is completed', async () => {
        const run = await bank.run(runId);
        return run.status === 'completed' && run.committed === ROUNDS ? true : undefined;
      });
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
