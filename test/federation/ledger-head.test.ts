import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openTestBank, STANDING, type TestBank, until } from '../fakes/test-bank.ts';
import { completed, testConsortium } from '../fakes/test-consortium.ts';
import { startTestHub } from '../fakes/test-hub.ts';

const consortium = testConsortium(['Ahorn', 'Birke', 'Cedar']);
const { banks } = consortium;

beforeEach(async () => {
  for (const bank of banks) await bank.client['policy.setStanding']({ policy: STANDING });
});

async function runToItsEnd(rounds: number): Promise<void> {
  const runId = await consortium.plan({ rounds });
  await consortium.joinAll(runId);
  for (const bank of banks) await completed(bank, runId);
}

/** The first bank's whole machine, store and keys, is set back to what `image` holds. */
async function setBack(image: string): Promise<TestBank> {
  const [old] = banks;
  if (old === undefined) throw new Error('no bank');
  const { name, home } = old;
  await old.close();
  rmSync(home, { recursive: true });
  cpSync(image, home, { recursive: true });
  const bank = await openTestBank({ name, home });
  banks[0] = bank;
  return bank;
}

/** An image of the first bank's machine as it is now, taken while it is off. */
async function imageOf(): Promise<string> {
  const [bank] = banks;
  if (bank === undefined) throw new Error('no bank');
  const image = path.join(consortium.folder, 'image');
  await bank.close();
  cpSync(bank.home, image, { recursive: true });
  banks[0] = await openTestBank({ name: bank.name, home: bank.home });
  return image;
}

const blocked = (bank: TestBank): Promise<string> =>
  bank.until('it is blocked', async () => (await bank.client['app.state']({})).sendingBlocked?.code);

describe('a bank that was set back to an earlier day, store and key store alike', () => {
  it('learns it from its own signed head at the hub, also after the hub was restarted, and goes on by a recovery', async () => {
    const image = await imageOf();
    await runToItsEnd(2);
    const spent = await banks[0]?.client['privacy.state']({});
    if (spent === undefined) throw new Error('no bank');
    expect(spent.chargedEpsilon).toBeGreaterThan(0.1);

    const { hub } = consortium;
    const port = Number(new URL(hub.address).port);
    await hub.close();
    consortium.hub = await startTestHub({ home: hub.home, port });

    const bank = await setBack(image);
    expect(await blocked(bank)).toBe('ledger-broken');
    const { client } = bank;
    expect((await client['privacy.state']({})).health).toMatchObject({ kind: 'rolled-back', witness: 'hub' });
    const plan = await client['privacy.recovery']({});
    expect(plan).toMatchObject({ kind: 'close-budget', epsilonAfter: 6 });

    await expect(client['privacy.recover']({ reason: ' ' })).rejects.toMatchObject({ code: 'invalid-input' });
    await client['privacy.recover']({ reason: 'the disk failed; image of last week' });
    expect((await client['app.state']({})).sendingBlocked).toBeNull();
    const after = await client['privacy.state']({});
    expect(after.chargedEpsilon).toBeGreaterThanOrEqual(spent.chargedEpsilon);
    expect(after).toMatchObject({ chargedEpsilon: 6, health: { kind: 'verified' } });
    expect(await client['privacy.recovery']({})).toEqual({ kind: 'none' });
    const { entries } = await client['audit.list']({ search: 'privacy.recovered' });
    expect(entries).toHaveLength(1);
    expect(entries[0]?.detail).toContain('image of last week');

    // With a budget that was raised it releases again, and the hub takes the new head for the old one.
    const { budget } = after;
    if (budget === null) throw new Error('no budget');
    const terms = { epsilon: 12, delta: budget.delta, unit: budget.unit };
    await client['privacy.setBudget']({ ...terms, reason: 'agreed with the board' });
    const { local } = await client['policy.read']({});
    await client['policy.setLocal']({
      policy: { ...local, maximumEpsilonInTotal: 20 },
      reason: 'agreed with the board',
    });
    await runToItsEnd(2);
    const last = await client['privacy.state']({});
    expect(last.chargedEpsilon).toBeGreaterThan(6.1);
    expect(last.health.kind).toBe('verified');
  });

  it('does not overwrite what the hub knows, however often it comes back', async () => {
    const image = await imageOf();
    await runToItsEnd(1);
    const bank = await setBack(image);
    expect(await blocked(bank)).toBe('ledger-broken');
    // Once more, from the same image: the hub still knows better.
    const again = await setBack(image);
    expect(await blocked(again)).toBe('ledger-broken');
  });
});

it('a bank that only was off is not taken for an older one', async () => {
  await runToItsEnd(1);
  const [bank] = banks;
  if (bank === undefined) throw new Error('no bank');
  await bank.close();
  const again = await openTestBank({ name: bank.name, home: bank.home });
  banks[0] = again;
  await until('connected', async () => {
    const { hub: link } = await again.client['app.state']({});
    return link.kind === 'joined' && link.connection.kind === 'connected' ? true : undefined;
  });
  await again.bank.settled();
  expect((await again.client['privacy.state']({})).health.kind).toBe('verified');
});
