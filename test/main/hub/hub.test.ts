import { rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeBank, waitFor, type FakeBank } from '../../fakes/fake-bank.ts';
import { recordingLog } from '../../fakes/log.ts';
import {
  addBanks,
  planTestRun,
  startTestHub,
  temporaryFolder,
  testCharter,
  type TestHub,
} from '../../fakes/test-hub.ts';
import { BankId, type RunId } from '#shared/ids.ts';
import { fakeClock, type FakeClock } from '../../fakes/clock.ts';
import type { Charter } from '#shared/round/charter.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: FakeClock;
let hub: TestHub;
let banks: readonly FakeBank[] = [];
let log: ReturnType<typeof recordingLog>;

beforeEach(async () => {
  folder = temporaryFolder();
  clock = fakeClock();
  log = recordingLog();
  hub = await startTestHub({ home: folder.path, clock, log });
});

afterEach(async () => {
  for (const bank of banks) bank.close();
  banks = [];
  await hub.close();
  folder.remove();
});

function firstBank(): FakeBank {
  const [bank] = banks;
  if (bank === undefined) throw new Error('no bank');
  return bank;
}

async function sendAll(runId: RunId, charter: Charter): Promise<void> {
  await Promise.all(
    banks.map(async (bank) => bank.send(bank.update(charter, (await bank.openRound(runId)).run))),
  );
}

describe('planning', () => {
  it('refuses by name what this version does not support', async () => {
    const charter = await testCharter(hub.operator, { recipe: 'one-step' });
    const wanted: readonly Charter[] = [
      { ...charter, secureAggregation: { kind: 'on', threshold: 2 } },
      {
        ...charter,
        privacy: { ...charter.privacy, noise: 'shared' },
        secureAggregation: { kind: 'on', threshold: 2 },
      },
    ];
    for (const one of wanted)
      await expect(hub.operator['runs.plan']({ charter: one })).rejects.toMatchObject({
        code: 'not-supported-yet',
      });
  });

  it('refuses grids whose sums would no longer be exact, with the figure', async () => {
    const charter = await testCharter(hub.operator);
    const fine = { ...charter, grids: { ...charter.grids, difference: { exponent: -40, clamp: 4 } } };
    await expect(hub.operator['runs.plan']({ charter: fine })).rejects.toThrow(
      /grids.difference: 20 banks could add up to 2\^58\.3/,
    );
  });

  it('refuses a charter for another consortium', async () => {
    const charter = await testCharter(hub.operator);
    const foreign = { ...charter.consortium, id: charter.consortium.id.replace(/.$/, '0') };
    const plan = hub.operator['runs.plan']({ charter: { ...charter, consortium: foreign } });
    await expect(plan).rejects.toMatchObject({ code: 'charter-invalid' });
  });
});

describe('members', () => {
  it('enrol once an invitation, and are members only after the fingerprint was compared', async () => {
    const { invite } = await hub.operator['banks.invite']({ bankName: 'Ahorn' });
    banks = await addBanks(hub, ['Birke']);
    const [birke] = banks;
    if (birke === undefined) throw new Error('no bank');
    await birke.enrol(invite); // the same key gets its own bank again
    expect(await hub.operator['banks.list']({})).toHaveLength(1);
    const wrong = hub.operator['banks.approve']({
      bankId: birke.bankId(),
      keyFingerprint: '0000 '.repeat(8).trim(),
    });
    await expect(wrong).resolves.toEqual({}); // a member stays one
    const unknown = BankId.parse(`bnk_${'0'.repeat(26)}`);
    const absent = hub.operator['banks.approve']({ bankId: unknown, keyFingerprint: 'x' });
    await expect(absent).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are refused with a used, unknown or old invitation', async () => {
    const { invite } = await hub.operator['banks.invite']({ bankName: 'Ahorn' });
    const late = (await hub.operator['banks.invite']({ bankName: 'Cedar' })).invite;
    const make = (name: string): FakeBank => createFakeBank({ name, address: hub.address });
    banks = [make('Ahorn'), make('Birke'), make('Cedar')];
    const [ahorn, birke, cedar] = banks as [FakeBank, FakeBank, FakeBank];
    await ahorn.enrol(invite);
    expect((await ahorn.pull()).membership).toBe('waiting-for-approval');
    await expect(birke.enrol(invite)).rejects.toMatchObject({ code: 'invite-used' });
    expect((await birke.pull()).roster).toEqual([]);
    await expect(birke.client.joinRound({ roundId: `rnd_${'0'.repeat(26)}` })).rejects.toMatchObject({
      code: 'key-unknown',
    });
    await expect(ahorn.client.joinRound({ roundId: `rnd_${'0'.repeat(26)}` })).rejects.toMatchObject({
      code: 'not-approved',
    });
    clock.setWallClock(clock.now() + 15 * 86_400_000);
    await expect(cedar.enrol(late)).rejects.toMatchObject({ code: 'invite-invalid' });
  });
});

describe('a round', () => {
  it('of twelve banks is fetched in parts', async () => {
    banks = await addBanks(
      hub,
      Array.from({ length: 12 }, (_, n) => `Bank ${String(n)}`),
    );
    const { runId, charter } = await planTestRun(hub.operator, { rounds: 1 });
    for (const bank of banks) await bank.join(runId, 512);
    await sendAll(runId, charter);
    const [bank] = banks;
    if (bank === undefined) throw new Error('no bank');
    const { entry, sums, payloads } = await bank.client.roundResult({ runId, index: 0, inlineLimit: 1e6 });
    expect(sums).not.toBeNull();
    expect(payloads).toEqual([]);
    for (const { update } of entry.entry.included) {
      const blob = await bank.client.blob({ digest: update.header.payloadHash, offset: 0 });
      expect(blob.totalBytes).toBe(update.header.byteLength);
    }
  });

  it('whose model is no longer finite fails, and the hub goes on', async () => {
    banks = await addBanks(hub, ['Ahorn', 'Birke', 'Cedar']);
    const charter = await testCharter(hub.operator, { recipe: 'one-step', rounds: 2 });
    if (charter.recipe.kind !== 'one-step') throw new Error('another recipe');
    const wild = { ...charter, recipe: { ...charter.recipe, learningRate: 1.7e308 } };
    const { runId } = await hub.operator['runs.plan']({ charter: wild });
    for (const bank of banks) await bank.join(runId, 512);
    await sendAll(runId, wild);
    await sendAll(runId, wild);
    const rounds = await hub.operator['runs.rounds']({ runId });
    expect(rounds.find((round) => round.phase === 'failed')?.reason).toMatch(/no longer be finite/);
    expect(log.events()).toContain('round.aggregation-failed');
    expect((await hub.operator['hub.status']({})).connected).toBe(3);
  });

  it('outlives a store that is busy at its deadline', async () => {
    banks = await addBanks(hub, ['Ahorn', 'Birke', 'Cedar', 'Douglas']);
    const { runId, charter } = await planTestRun(hub.operator, { rounds: 2 });
    for (const bank of banks) await bank.join(runId, 512);
    for (const bank of banks.slice(0, 3))
      await bank.send(bank.update(charter, (await bank.openRound(runId)).run));
    // A trigger stands for a disk that is full for a while.
    const breaker = new Database(path.join(folder.path, 'hub.sqlite'));
    breaker.exec("CREATE TRIGGER full BEFORE INSERT ON log_entry BEGIN SELECT RAISE(ABORT, 'full'); END");
    clock.advance(600_000);
    expect(log.events()).toContain('round.timer-failed');
    expect((await hub.operator['runs.list']({}))[0]?.round).toMatchObject({ phase: 'training', received: 3 });
    breaker.exec('DROP TRIGGER full');
    breaker.close();
    clock.advance(1000);
    expect((await hub.operator['runs.list']({}))[0]).toMatchObject({ committed: 1 });
  });
});

describe('the store', () => {
  it('never changes what was published, acknowledged or audited', async () => {
    banks = await addBanks(hub, ['Ahorn', 'Birke', 'Cedar']);
    const { runId, charter } = await planTestRun(hub.operator, { rounds: 1 });
    for (const bank of banks) await bank.join(runId, 512);
    await sendAll(runId, charter);
    await waitFor(firstBank().client, ({ runs }) => runs.find((run) => run.status === 'completed'));
    const other = new Database(path.join(folder.path, 'hub.sqlite'));
    const changes = [
      'UPDATE log_entry SET position = 7',
      'DELETE FROM log_entry',
      'INSERT OR REPLACE INTO log_entry SELECT * FROM log_entry',
      'INSERT OR REPLACE INTO committed_update SELECT * FROM committed_update',
      "UPDATE committed_update SET payload = x'00'",
      "UPDATE audit SET detail = ''",
      'DELETE FROM audit',
    ];
    for (const change of changes) expect(() => other.exec(change)).toThrow(/never|only grows/);
    other.close();
  });

  it('notices at its next start a log that was changed behind its back', async () => {
    banks = await addBanks(hub, ['Ahorn', 'Birke', 'Cedar']);
    const { runId, charter } = await planTestRun(hub.operator, { rounds: 1 });
    for (const bank of banks) await bank.join(runId, 512);
    await sendAll(runId, charter);
    await waitFor(firstBank().client, ({ runs }) => runs.find((run) => run.status === 'completed'));
    expect((await hub.operator['hub.status']({})).verified).toBe(true);
    const other = new Database(path.join(folder.path, 'hub.sqlite'));
    other.exec('DROP TRIGGER log_entry_is_never_changed');
    other.exec(`UPDATE log_entry SET signed_entry = replace(signed_entry, '"tier":512', '"tier":768')`);
    other.close();
    await hub.close();
    hub = await startTestHub({ home: folder.path, clock });
    expect((await hub.operator['hub.status']({})).verified).toBe(false);
  });

  it('does not become another hub when its keys are gone', async () => {
    await hub.close();
    rmSync(path.join(folder.path, 'keys'), { recursive: true });
    await expect(startTestHub({ home: folder.path, clock })).rejects.toMatchObject({ code: 'store-damaged' });
    // The refusal let go of the store, and made no keys.
    await expect(startTestHub({ home: folder.path, clock })).rejects.toMatchObject({ code: 'store-damaged' });
  });
});
