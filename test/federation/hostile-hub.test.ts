/** A hub that says what the banks did not sign: the bank's own floors hold against it (I15). */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectFederation } from '#main/wire/federation-client.ts';
import { BankId, idFromBytes, type RunId } from '#shared/ids.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { enrol, joinRun, openTestBank, setUp, type TestBank } from '../fakes/test-bank.ts';
import { seededRandom } from '../fakes/random.ts';
import { startTestHub, temporaryFolder, type TestHub } from '../fakes/test-hub.ts';

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

async function openMember(name: string, connect = connectFederation): Promise<TestBank> {
  const bank = await openTestBank({ name, home: path.join(folder.path, name), connect });
  banks.push(bank);
  await setUp(bank);
  await enrol(bank, hub);
  return bank;
}

async function plan(rounds: number): Promise<RunId> {
  const { consortium } = await hub.operator['hub.status']({});
  if (consortium === null) throw new Error('no consortium');
  const charter = presetCharter({
    consortium: { id: consortium.id, name: consortium.name },
    title: 'A test run',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe: 'few-rounds',
    rounds,
    noiseMultiplier: 4,
    participation: { enrolSeconds: 30, deadlineSeconds: 600 },
  });
  const small = { ...charter, model: { ...charter.model, layers: [21, 4, 1] } };
  const { runId } = await hub.operator['runs.plan']({ charter: small });
  return runId;
}

async function openRound(bank: TestBank, runId: RunId) {
  return bank.until('the round opens', async () => {
    const open = (await bank.run(runId)).round;
    return open?.phase === 'training' && open.participation.kind === 'joined' ? open : undefined;
  });
}

const random = seededRandom('ghosts');
const GHOSTS = [1, 2].map(() => idFromBytes('bnk', BankId, random.bytes(26)));

/** The honest hub's word, but that every round has the cohort that `lie` makes of the true one. */
function lyingHub(lie: (cohort: readonly BankId[]) => readonly BankId[]): typeof connectFederation {
  return (options) => {
    const client = connectFederation(options);
    return {
      ...client,
      pull: async (request) => {
        const snapshot = await client.pull(request);
        const runs = snapshot.runs.map((run) =>
          run.round === null ? run : { ...run, round: { ...run.round, cohort: [...lie(run.round.cohort)] } },
        );
        return { ...snapshot, runs };
      },
    };
  };
}

describe('a cohort', () => {
  it.each([
    ['banks that signed nothing', (cohort: readonly BankId[]) => [...cohort.slice(0, 2), ...GHOSTS]],
    ['one bank several times', (cohort: readonly BankId[]) => [...cohort.slice(0, 2), ...cohort.slice(0, 2)]],
  ])('is no larger for %s', async (_, lie) => {
    const bank = await openMember('Ahorn', lyingHub(lie));
    for (const name of ['Birke', 'Cedar']) await openMember(name);
    const runId = await plan(2);
    await Promise.all(banks.map((one) => joinRun(one, runId)));
    const { roundId } = await openRound(bank, runId);
    await expect(bank.client['rounds.train']({ roundId })).rejects.toMatchObject({
      code: 'policy-refused',
      details: { figure: 'banks in the cohort', value: 2, limit: 3 },
    });
    expect(bank.trainer.started).toHaveLength(0);
  });
});
