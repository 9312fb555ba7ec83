/** A hub that says what the banks did not sign: the bank's own floors hold against it (I15). */
import { describe, expect, it } from 'vitest';
import { connectFederation } from '#main/wire/federation-client.ts';
import { BankId, idFromBytes } from '#shared/ids.ts';
import { seededRandom } from '../fakes/random.ts';
import { openRound, testConsortium } from '../fakes/test-consortium.ts';

const consortium = testConsortium();

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
    const bank = await consortium.openMember({ name: 'Ahorn', connect: lyingHub(lie) });
    for (const name of ['Birke', 'Cedar']) await consortium.openMember({ name });
    const runId = await consortium.plan();
    await consortium.joinAll(runId);
    const { roundId } = await openRound(bank, runId);
    await expect(bank.client['rounds.train']({ roundId })).rejects.toMatchObject({
      code: 'policy-refused',
      details: { figure: 'banks in the cohort', value: 2, limit: 3 },
    });
    expect(bank.trainer.started).toHaveLength(0);
  });
});
