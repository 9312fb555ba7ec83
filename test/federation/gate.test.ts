import { describe, expect, it } from 'vitest';
import type { RunId } from '#shared/ids.ts';
import type { RecipeName } from '#shared/round/presets.ts';
import { openTestBank, STANDING, type TestBank } from '../fakes/test-bank.ts';
import { completed, openRound, testConsortium } from '../fakes/test-consortium.ts';

const consortium = testConsortium(['Ahorn', 'Birke', 'Cedar']);
const { banks } = consortium;

const plan = (recipe: RecipeName, rounds: number): Promise<RunId> => consortium.plan({ recipe, rounds });

const [first, second, third] = [0, 1, 2].map((i) => (): TestBank => {
  const bank = banks[i];
  if (bank === undefined) throw new Error('no such bank');
  return bank;
}) as [() => TestBank, () => TestBank, () => TestBank];

async function releasedBy(bank: TestBank) {
  const { entries } = await bank.client['privacy.ledger']({});
  return entries
    .filter(({ kind }) => kind === 'released')
    .map(({ roundIndex, decidedBy }) => ({ roundIndex, decidedBy }));
}

describe('three banks at a real hub', () => {
  it('under a standing policy finish a run, and each recomputes sums and models', async () => {
    for (const bank of banks) await bank.client['policy.setStanding']({ policy: STANDING });
    const runId = await plan('few-rounds', 5);
    await consortium.joinAll(runId);
    await Promise.all(banks.map((bank) => completed(bank, runId)));
    const models = await Promise.all(banks.map((bank) => bank.client['models.export']({ runId })));
    expect(new Set(models.map((model) => model.checkpointHash)).size).toBe(1);
    for (const bank of banks) {
      const run = await bank.run(runId);
      expect(run.sumCheck).toBe('recomputed');
      expect(run.scope).toMatchObject({ sent: 5, source: 'standing-policy' });
      expect((await bank.client['models.list']({})).map((model) => model.included)).toEqual([
        true,
        true,
        true,
        true,
        true,
      ]);
      const privacy = await bank.client['privacy.state']({});
      expect(privacy.releasedEpsilon).toBeGreaterThan(0);
      expect(privacy.heldEpsilon).toBe(0);
      expect(privacy.health.kind).toBe('verified');
    }
  });

  it('by hand: nothing trains before the click, nothing is sent before the countdown ends', async () => {
    const bank = first();
    const { local } = await bank.client['policy.read']({});
    await bank.client['policy.setLocal']({ policy: { ...local, undoSeconds: 1 }, reason: 'a quick test' });
    for (const other of [second(), third()]) await other.client['policy.setStanding']({ policy: STANDING });
    const runId = await plan('few-rounds', 2);
    await consortium.joinAll(runId);
    const round = await openRound(bank, runId);
    for (const other of [second(), third()])
      await other.until('it has sent', async () =>
        (await other.run(runId)).round?.participation.kind === 'sent' ? true : undefined,
      );
    expect(bank.trainer.started).toHaveLength(0);
    await bank.client['rounds.train']({ roundId: round.roundId });
    const review = await bank.until(
      'the review',
      async () => (await bank.client['review.current']({})) ?? undefined,
    );
    expect(review.checks.filter((check) => check.level === 'block')).toEqual([]);
    expect(review.state.kind).toBe('waiting');
    expect(review.scope?.epsilonHeldByRounds).toHaveLength(2);
    const { updateId, digest } = review;
    await bank.client['review.release']({
      updateId,
      digest,
      scope: { kind: 'this-round' },
      note: 'looks right',
    });
    await bank.client['review.undo']({ updateId });
    expect((await bank.run(runId)).round?.participation.kind).toBe('reviewing');
    await bank.client['review.release']({
      updateId,
      digest,
      scope: { kind: 'this-round' },
      note: 'looks right',
    });
    expect((await bank.run(runId)).round?.participation.kind).toBe('released');
    await bank.until('the model is adopted', async () =>
      (await bank.run(runId)).committed === 1 ? true : undefined,
    );
    const [model] = await bank.client['models.list']({});
    expect(model).toMatchObject({ version: 1, included: true, banks: 3 });
    const audit = await bank.client['audit.list']({});
    expect(audit.health.kind).toBe('verified');
    expect(audit.entries.map((entry) => entry.action)).toContain('update.released');
    expect(await releasedBy(bank)).toEqual([
      { roundIndex: 0, decidedBy: { kind: 'people', names: ['Analyst of Ahorn'] } },
    ]);
    // Screens say what a person calls a thing; the recorded detail keeps its identifier.
    const joined = audit.entries.find(({ action }) => action === 'run.joined');
    expect(joined?.sentence).toContain(' signed for “A test run”, with the public size tier ');
    expect(joined?.detail).toContain(runId);
  });

  it('by two reviewers: the second signature on the same bytes and scope sends, and the audit names both', async () => {
    const bank = first();
    const { client } = bank;
    const { local } = await client['policy.read']({});
    await client['policy.setLocal']({ policy: { ...local, undoSeconds: 0 }, reason: 'a quick test' });
    const enter = async (name: string, passphrase: string) => {
      const { reviewerId } = await client['reviewers.add']({ name, passphrase });
      return { reviewerId, passphrase };
    };
    const ada = await enter('Ada', 'correct horse battery');
    const ben = await enter('Ben', 'staple under the mat');
    await client['reviewers.setMode']({ mode: 'two', reason: '' });
    for (const other of [second(), third()]) await other.client['policy.setStanding']({ policy: STANDING });
    const runId = await plan('few-rounds', 1);
    await consortium.joinAll(runId);
    const round = await openRound(bank, runId);
    await client['rounds.train']({ roundId: round.roundId });
    const { updateId, digest } = await bank.until(
      'the review',
      async () => (await client['review.current']({})) ?? undefined,
    );
    const request = { updateId, digest, scope: { kind: 'this-round' as const }, note: '' };
    await expect(client['review.release'](request)).rejects.toMatchObject({ code: 'second-reviewer-needed' });
    await client['review.sign']({ ...request, reviewer: ada });
    expect((await bank.run(runId)).round?.participation.kind).toBe('reviewing');
    await client['review.sign']({ ...request, reviewer: ben });
    await completed(bank, runId);
    expect(await client['models.list']({})).toMatchObject([{ version: 1, included: true, banks: 3 }]);
    const signed = await client['review.signatures']({ updateId });
    expect(signed.map(({ statement }) => statement.reviewer)).toEqual(['Ada', 'Ben']);
    const view = await client['review.current']({ updateId });
    const { entries } = await client['audit.list']({});
    const entry = entries.find(({ sequence }) => sequence === view?.decision?.audit?.sequence);
    expect(entry?.action).toBe('update.released');
    expect(entry?.sentence).toMatch(/^The update of round 1 released after a review by hand: SHA-256 /);
    expect((await client['rounds.history']({ runId })).map((round) => round.updateId)).toEqual([updateId]);
    for (const { signature } of signed) expect(entry?.detail).toContain(signature);
    // The ledger names who released what it charged: here two people, there the limits of a scope.
    expect(await releasedBy(bank)).toEqual([
      { roundIndex: 0, decidedBy: { kind: 'people', names: ['Ada', 'Ben'] } },
    ]);
    expect(await releasedBy(second())).toEqual([{ roundIndex: 0, decidedBy: { kind: 'scope' } }]);
  });

  it('a bank that declines or withholds does not stop the others', async () => {
    for (const other of [second(), third()]) await other.client['policy.setStanding']({ policy: STANDING });
    const runId = await plan('one-step', 1);
    const bank = first();
    const small = await consortium.hub.operator['runs.list']({});
    expect(small).toHaveLength(1);
    await consortium.joinAll(runId);
    const round = await openRound(bank, runId);
    await bank.client['rounds.train']({ roundId: round.roundId });
    const review = await bank.until(
      'the review',
      async () => (await bank.client['review.current']({})) ?? undefined,
    );
    await bank.client['review.withhold']({ updateId: review.updateId, note: 'not this time' });
    const { entries } = await bank.client['privacy.ledger']({});
    expect(entries.map((entry) => entry.kind)).toEqual(['budget-set', 'charge', 'withheld']);
    expect(entries[1]).toMatchObject({ roundId: round.roundId, roundIndex: 0, decidedBy: null });
    expect(entries[2]).toMatchObject({ roundId: round.roundId, roundIndex: 0, refersTo: 2 });
    expect(entries[2]?.decidedBy).toEqual({ kind: 'people', names: ['Analyst of Ahorn'] });
    expect((await bank.run(runId)).round?.participation.kind).toBe('withheld');
  });

  it('a bank that leaves ends its scope, and when it is back its floor for the run counts what it spent before', async () => {
    for (const bank of banks) await bank.client['policy.setStanding']({ policy: STANDING });
    const runId = await plan('few-rounds', 6);
    await consortium.joinAll(runId);
    const bank = first();
    const { client } = bank;
    await bank.until('a round is published', async () =>
      (await bank.run(runId)).committed > 0 ? true : undefined,
    );
    await client['runs.leave']({ runId });
    const { chargedEpsilon, heldEpsilon } = await client['privacy.state']({});
    expect(heldEpsilon).toBe(0);
    expect((await bank.run(runId)).scope?.state).toEqual({ kind: 'stopped-by-person' });
    const { local } = await client['policy.read']({});
    await client['runs.join']({ runId });
    const stricter = { ...local, maximumEpsilonPerRun: chargedEpsilon };
    await client['policy.setLocal']({ policy: stricter, reason: '' });
    const round = await openRound(bank, runId);
    expect((await client['privacy.state']({})).chargedEpsilon).toBe(chargedEpsilon);
    await expect(client['rounds.train']({ roundId: round.roundId })).rejects.toMatchObject({
      code: 'policy-refused',
      details: { figure: 'epsilon of this run', limit: chargedEpsilon },
    });
  });

  it('a bank that was closed in mid-run comes back, replays what it missed and goes on', async () => {
    for (const bank of banks) await bank.client['policy.setStanding']({ policy: STANDING });
    const runId = await plan('few-rounds', 4);
    third().trainer.isHeldBack = true;
    await consortium.joinAll(runId);
    await third().until('it trains', async () => (third().trainer.started.length === 1 ? true : undefined));
    await third().close();
    const reopened = await openTestBank({ name: 'Cedar', home: third().home });
    banks[2] = reopened;
    await Promise.all(banks.map((bank) => completed(bank, runId)));
    const models = await Promise.all(banks.map((bank) => bank.client['models.export']({ runId })));
    expect(new Set(models.map((model) => model.checkpointHash)).size).toBe(1);
    // the interrupted training stays charged, its repetition is charged again
    const ledger = await reopened.client['privacy.ledger']({});
    expect(ledger.entries.filter((entry) => entry.kind === 'charge')).toHaveLength(5);
  });
});
