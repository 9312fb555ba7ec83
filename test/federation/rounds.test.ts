import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HubRound } from '#shared/contract/hub.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { fakeClock, type FakeClock } from '../fakes/clock.ts';
import { waitFor, type FakeBank } from '../fakes/fake-bank.ts';
import { addBanks, planTestRun, startTestHub, temporaryFolder, type TestHub } from '../fakes/test-hub.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: FakeClock;
let hub: TestHub;
let banks: readonly FakeBank[];

beforeEach(async () => {
  folder = temporaryFolder();
  clock = fakeClock();
  hub = await startTestHub({ home: folder.path, clock });
  banks = await addBanks(hub, ['Ahorn', 'Birke', 'Cedar', 'Douglas']);
});

afterEach(async () => {
  for (const bank of banks) bank.close();
  await hub.close();
  folder.remove();
});

const bankAt = (index: number): FakeBank => {
  const bank = banks[index];
  if (bank === undefined) throw new Error(`no bank ${String(index)}`);
  return bank;
};

async function newestRound(runId: RunId): Promise<HubRound> {
  const run = (await hub.operator['runs.list']({})).find((one) => one.runId === runId);
  if (run?.round == null) throw new Error('no round');
  return run.round;
}

async function send(bank: FakeBank, runId: RunId, charter: Charter): Promise<void> {
  await bank.send(bank.update(charter, (await bank.openRound(runId)).run));
}

async function published(runId: RunId, index: number): Promise<readonly string[]> {
  const { entry } = await bankAt(0).client.roundResult({ runId, index, inlineLimit: 0 });
  return entry.entry.included.map(({ update }) => update.header.bankId);
}

/** The same hub after a kill: what was in memory is gone, what was committed is there. */
async function restart(): Promise<void> {
  const port = Number(new URL(hub.address).port);
  await hub.close();
  clock = fakeClock(clock.now());
  hub = await startTestHub({ home: folder.path, clock, port });
  await Promise.all(banks.map((bank) => waitFor(bank.client, () => true)));
}

describe('a round', () => {
  it('starts when the minimum cohort has waited long enough for the others', async () => {
    const { runId } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    // The first round began with whoever had joined: plan it again with one bank away.
    await hub.operator['runs.cancel']({ runId, reason: 'a test' });
    bankAt(3).close();
    await expect.poll(async () => (await hub.operator['hub.status']({})).connected).toBe(3);
    const second = await planTestRun(hub.operator);
    await bankAt(0).join(second.runId, 512);
    await bankAt(1).join(second.runId, 512);
    expect((await newestRound(second.runId)).phase).toBe('planned');
    await bankAt(2).join(second.runId, 512);
    expect((await newestRound(second.runId)).phase).toBe('training');
  });

  it('takes in a member that comes late, and counts it', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    for (const bank of banks.slice(0, 3)) await bank.join(runId, 512);
    clock.advance(30_000);
    expect((await newestRound(runId)).cohort).toHaveLength(3);
    await bankAt(3).join(runId, 1024);
    await Promise.all(banks.map((bank) => bank.openRound(runId)));
    expect((await newestRound(runId)).cohort).toHaveLength(4);
    await Promise.all(banks.map((bank) => send(bank, runId, charter)));
    expect(await published(runId, 0)).toHaveLength(4);
  });

  it('does not wait for a bank that declines', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    await Promise.all(banks.map((bank) => bank.openRound(runId)));
    const { roundId } = await newestRound(runId);
    await bankAt(3).client.declineRound({ roundId });
    for (const bank of banks.slice(0, 3)) await send(bank, runId, charter);
    expect(await published(runId, 0)).not.toContain(bankAt(3).bankId());
  });

  it('does not wait for a bank that was suspended', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    await Promise.all(banks.map((bank) => bank.openRound(runId)));
    for (const bank of banks.slice(0, 3)) await send(bank, runId, charter);
    await hub.operator['banks.suspend']({ bankId: bankAt(3).bankId(), reason: 'a test' });
    expect(await published(runId, 0)).toHaveLength(3);
    // And the next one starts at once, without it.
    expect(await newestRound(runId)).toMatchObject({ index: 1, phase: 'training' });
    expect((await newestRound(runId)).cohort).not.toContain(bankAt(3).bankId());
  });

  it('closes at its deadline without a bank that went silent', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    for (const bank of banks.slice(0, 3)) await send(bank, runId, charter);
    clock.advance(599_000);
    expect(await newestRound(runId)).toMatchObject({ index: 0, phase: 'training', received: 3 });
    clock.advance(1000);
    expect(await published(runId, 0)).toHaveLength(3);
  });

  it('is not moved by the wall clock (I13)', async () => {
    const { runId } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    clock.setWallClock(clock.now() + 86_400_000);
    clock.advance(1000);
    expect((await newestRound(runId)).phase).toBe('training');
  });

  it('that misses its quorum fails, and the same step is planned again under a new id', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    const before = await newestRound(runId);
    await send(bankAt(0), runId, charter);
    await send(bankAt(1), runId, charter);
    clock.advance(600_000);
    const [failed] = await hub.operator['runs.rounds']({ runId });
    expect(failed).toMatchObject({ phase: 'failed', reason: 'quorum not met: 2 of 3', received: 2 });
    clock.advance(60_000);
    const again = await newestRound(runId);
    expect(again).toMatchObject({ index: 0, phase: 'training' });
    expect(again.roundId).not.toBe(before.roundId);
    for (const bank of banks) await send(bank, runId, charter);
    expect(await published(runId, 0)).toHaveLength(4);
  });

  it('does not chase itself when all decline at once', async () => {
    const { runId } = await planTestRun(hub.operator, { participation: { enrolSeconds: 0 } });
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    await Promise.all(banks.map((bank) => bank.openRound(runId)));
    const { roundId } = await newestRound(runId);
    for (const bank of banks) await bank.client.declineRound({ roundId });
    expect((await newestRound(runId)).phase).toBe('planned');
    expect(await hub.operator['runs.rounds']({ runId })).toHaveLength(2);
  });

  it('ends when the operator cancels the run, and nothing more is taken', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    const update = bankAt(0).update(charter, (await bankAt(0).openRound(runId)).run);
    await hub.operator['runs.cancel']({ runId, reason: 'a wrong charter' });
    expect(await newestRound(runId)).toMatchObject({ phase: 'cancelled', reason: 'a wrong charter' });
    await expect(bankAt(0).send(update)).rejects.toBeInstanceOf(FailureError);
    const snapshot = await bankAt(0).pull();
    expect(snapshot.runs[0]).toMatchObject({ status: 'cancelled' });
  });
});

describe('after a restart', () => {
  it('a deadline goes on with what was left of it', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    for (const bank of banks.slice(0, 3)) await send(bank, runId, charter);
    clock.advance(400_000);
    await restart();
    expect(await newestRound(runId)).toMatchObject({ phase: 'training', received: 3 });
    clock.advance(195_000);
    expect((await newestRound(runId)).phase).toBe('training');
    clock.advance(10_000);
    expect(await published(runId, 0)).toHaveLength(3);
  });

  it('a round that was enrolling starts when its time is over', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    // One bank is away when the next round opens, so that it enrols.
    for (const bank of banks.slice(0, 3)) await send(bank, runId, charter);
    bankAt(3).close();
    await expect.poll(async () => (await hub.operator['hub.status']({})).connected).toBe(3);
    clock.advance(600_000);
    expect(await newestRound(runId)).toMatchObject({ index: 1, phase: 'enrolling' });
    banks = banks.slice(0, 3);
    await restart();
    await expect.poll(async () => (await hub.operator['hub.status']({})).connected).toBe(3);
    await expect.poll(async () => (await newestRound(runId)).phase).toBe('enrolling');
    clock.advance(30_000);
    expect(await newestRound(runId)).toMatchObject({ index: 1, phase: 'training' });
  });

  it('an acknowledged update is still in the round, with the same receipt (I5)', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    const update = bankAt(0).update(charter, (await bankAt(0).openRound(runId)).run);
    const receipt = await bankAt(0).send(update);
    await restart();
    expect(await bankAt(0).send(update)).toEqual(receipt);
    const own = (await bankAt(0).pull()).runs[0]?.round?.own;
    expect(own).toEqual(receipt);
  });
});

describe('membership of a run', () => {
  it('fixes the tier, also for a bank that left and comes back', async () => {
    const { runId } = await planTestRun(hub.operator);
    await bankAt(0).join(runId, 512);
    await expect(bankAt(0).join(runId, 768)).rejects.toMatchObject({ code: 'invalid-input' });
    await bankAt(0).client.leaveRun({ runId });
    await expect(bankAt(0).join(runId, 768)).rejects.toMatchObject({ code: 'invalid-input' });
    await bankAt(0).join(runId, 512);
  });

  it.each([
    [700, 'invalid-input'],
    [8192, 'charter-mismatch'],
  ])('refuses the tier %i', async (tier, code) => {
    const { runId } = await planTestRun(hub.operator);
    await expect(bankAt(0).join(runId, tier)).rejects.toMatchObject({ code });
  });

  it('of a bank that left stays listed, since published rounds name its tier', async () => {
    const { runId, charter } = await planTestRun(hub.operator);
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    await Promise.all(banks.map((bank) => bank.openRound(runId)));
    for (const bank of banks) await send(bank, runId, charter);
    await bankAt(3).client.leaveRun({ runId });
    const [run] = (await bankAt(0).pull()).runs;
    expect(run?.members.map(({ membership }) => membership.bankId)).toContain(bankAt(3).bankId());
  });
});
