import { expect, it } from 'vitest';
import { parseBankCommandLine } from '#main/bank/cli/command-line.ts';
import type { BankProgram } from '#main/bank/cli/program.ts';
import { type AskedCommand, ask } from '#main/bank/cli/verbs.ts';
import { realClock } from '#main/platform/clock.ts';
import { auditWords } from '#shared/audit/words.ts';
import type { RunId } from '#shared/ids.ts';
import { verifyPack } from '../../resources/verify-pack.mjs';
import { STANDING, type TestBank } from '../fakes/test-bank.ts';
import { completed, openRound, testConsortium } from '../fakes/test-consortium.ts';

const consortium = testConsortium(['Ahorn', 'Birke', 'Cedar']);

/** The command line's verb, over this bank's own contract. */
function verb({ client }: TestBank, ...args: readonly string[]) {
  const program: BankProgram = {
    ...{ args, stdout: () => undefined, stderr: () => undefined, isTerminal: false },
    readText: () => '',
    writeText: () => undefined,
    clock: realClock,
    bankOptions: () => {
      throw new Error('the bank is open');
    },
  };
  return ask(client, parseBankCommandLine(args).command as AskedCommand, program);
}

it('a bank discards its update, trains again with more noise and releases; all recompute one model', async () => {
  const [bank, ...others] = consortium.banks as [TestBank, TestBank, TestBank];
  const { client } = bank;
  const { local } = await client['policy.read']({});
  await client['policy.setLocal']({ policy: { ...local, undoSeconds: 0 }, reason: 'a quick test' });
  for (const other of others) await other.client['policy.setStanding']({ policy: STANDING });
  const runId = await consortium.plan();
  await consortium.joinAll(runId);
  await openRound(bank, runId);
  await verb(bank, 'train');
  const first = await client['review.current']({});
  if (first === null) throw new Error('nothing is held');
  const { words } = await verb(
    bank,
    'retrain',
    first.updateId,
    '--noise-factor',
    '1.5',
    '--note',
    'near a row',
  );
  expect(words).toContain('more than the planned 4.000');
  const second = await client['review.current']({});
  expect(second).toMatchObject({
    state: { kind: 'waiting' },
    terms: { noiseMultiplier: 6, agreedNoiseMultiplier: 4 },
  });
  expect(second?.checks.filter(({ level }) => level === 'block')).toEqual([]);
  // The hub only waits: nobody told it anything.
  expect((await bank.run(runId)).round?.phase).toBe('training');
  await verb(bank, 'release', '--digest', second?.digest ?? '');
  await bank.until('the model is adopted', async () =>
    (await bank.run(runId)).committed === 1 ? true : undefined,
  );
  await releaseByPlan(bank, runId);
  await expectOneModel(runId);

  const { entries } = await client['privacy.ledger']({});
  const charges = entries.filter(({ kind }) => kind === 'charge');
  expect(charges.map(({ mechanism }) => mechanism?.noiseMultiplier)).toEqual([4, 6, 4]);
  expect(entries.map(({ kind }) => kind).slice(0, 5)).toEqual([
    'budget-set',
    'charge',
    'withheld',
    'charge',
    'released',
  ]);
  expect(await client['review.current']({ updateId: first.updateId })).toMatchObject({
    state: { kind: 'discarded' },
    note: 'near a row',
  });
  expect((await client['rounds.history']({ runId })).map(({ trainings }) => trainings).sort()).toEqual([
    1, 2,
  ]);
  await expectVerified(bank);
});

/** By the plan again. */
async function releaseByPlan(bank: TestBank, runId: RunId): Promise<void> {
  await openRound(bank, runId);
  await verb(bank, 'train');
  const review = await bank.client['review.current']({});
  expect(review?.terms).toMatchObject({ noiseMultiplier: 4, agreedNoiseMultiplier: 4 });
  await verb(bank, 'release', '--digest', review?.digest ?? '');
}

async function expectOneModel(runId: RunId): Promise<void> {
  const { banks } = consortium;
  await Promise.all(banks.map((bank) => completed(bank, runId)));
  const models = await Promise.all(banks.map((bank) => bank.client['models.export']({ runId })));
  expect(new Set(models.map(({ checkpointHash }) => checkpointHash)).size).toBe(1);
  for (const bank of banks) {
    expect((await bank.run(runId)).sumCheck).toBe('recomputed');
    expect(
      (await bank.client['models.list']({})).map(({ included, banks: count }) => [included, count]),
    ).toEqual([
      [true, 3],
      [true, 3],
    ]);
  }
}

/** `bank verify`, the audit's own words, and a pack that a stranger accepts. */
async function expectVerified({ client }: TestBank): Promise<void> {
  const checks = await client['audit.verifyStore']({});
  expect(checks.map(({ kind }) => kind)).toEqual(['verified', 'verified', 'verified', 'verified']);
  const { entries } = await client['audit.list']({});
  const discarded = entries.find(({ action }) => action === 'update.discarded');
  if (discarded === undefined) throw new Error('the audit does not say that it was discarded');
  expect(auditWords(discarded.action, discarded.detail).sentence).toMatch(
    /^upd_\w+ discarded for a training with more noise: multiplier 6 instead of 4\.$/,
  );
  expect(entries.map(({ action }) => action)).toContain('review.retrain');
  expect(JSON.stringify(entries)).not.toContain('near a row');
  const { text } = await client['audit.pack']({ withNotes: false });
  const verdict = verifyPack(text);
  expect(verdict.kind === 'refused' ? verdict.reason : verdict.summary.updates).toEqual({
    held: 3,
    released: 2,
    withheld: 1,
    late: 0,
  });
}
