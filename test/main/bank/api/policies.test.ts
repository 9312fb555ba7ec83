/** The contract over a real bank: what loosens, what is free, and that no passphrase is ever written anywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../review/gate-fixture.ts';
import { openBank } from './open-bank.ts';

const PASSPHRASES = ['correct horse battery', 'staple under the mat', 'seven grey geese fly'] as const;
const [ADA, BEN, WRONG] = PASSPHRASES;

async function openNamed() {
  const opened = await openBank();
  await opened.client['app.setUp']({ bankName: 'Nord', analyst: 'A. Kvist' });
  return opened;
}

type Opened = Awaited<ReturnType<typeof openNamed>>;

async function openBankOfTwo() {
  const opened = await openNamed();
  const { client } = opened;
  const enter = async (name: string, passphrase: string) => {
    const { reviewerId } = await client['reviewers.add']({ name, passphrase });
    return { reviewerId, passphrase };
  };
  const both = [await enter('Ada', ADA), await enter('Ben', BEN)];
  await client['reviewers.setMode']({ mode: 'two', reason: '' });
  return { ...opened, both };
}

async function actions({ client }: Pick<Opened, 'client'>): Promise<readonly string[]> {
  const { entries } = await client['audit.list']({ limit: 1000 });
  return entries.map(({ action }) => action);
}

async function entryOf({ client }: Pick<Opened, 'client'>, action: string): Promise<string> {
  const { entries } = await client['audit.list']({ limit: 1000 });
  return entries.find((entry) => entry.action === action)?.detail ?? '';
}

describe('the local policy', () => {
  it('tightens without a reason and loosens with one, with old and new values in the audit', async () => {
    const opened = await openNamed();
    const { client } = opened;
    const { local } = await client['policy.read']({});
    const stricter = { ...local, maximumEpsilonPerRun: 3 };
    await client['policy.setLocal']({ policy: stricter, reason: '' });
    expect(await entryOf(opened, 'policy.tightened')).toContain('"from":8,"loosens":false,"to":3');
    expect(await codeOf(() => client['policy.setLocal']({ policy: local, reason: ' ' }))).toBe(
      'invalid-input',
    );
    expect((await client['policy.read']({})).local).toEqual(stricter);
    await client['policy.setLocal']({ policy: local, reason: 'the board agreed' });
    const entry = await entryOf(opened, 'policy.loosened');
    expect(entry).toContain('"field":"maximumEpsilonPerRun","from":3,"loosens":true,"to":8');
    expect(entry).toContain('the board agreed');
  });
});

describe('where two decide', () => {
  it('floors, budget and standing policy loosen with both signatures only, and tighten freely', async () => {
    const opened = await openBankOfTwo();
    const { client, both: countersigned } = opened;
    const { local } = await client['policy.read']({});
    const looser = { policy: { ...local, undoSeconds: 0 }, reason: 'agreed' };
    const limits = {
      minimumNoiseRatio: 0.9,
      maximumNoiseRatio: 2,
      minimumCosine: -1,
      maximumEpsilonPerRound: 1,
    };
    const standing = { policy: { kind: 'on', rounds: 3, limits } } as const;
    const budget = { delta: 5e-7, unit: 'transaction', reason: 'agreed' } as const;
    await client['privacy.setBudget']({ ...budget, epsilon: 4 });
    await client['privacy.setBudget']({ ...budget, epsilon: 3 });
    for (const loosen of [
      (by: typeof countersigned) => client['policy.setLocal']({ ...looser, countersigned: by }),
      (by: typeof countersigned) => client['policy.setStanding']({ ...standing, countersigned: by }),
      (by: typeof countersigned) => client['privacy.setBudget']({ ...budget, epsilon: 5, countersigned: by }),
    ]) {
      expect(await codeOf(() => loosen([]))).toBe('second-reviewer-needed');
      expect(await codeOf(() => loosen(countersigned.slice(1)))).toBe('second-reviewer-needed');
      await loosen(countersigned);
    }
    expect((await client['policy.read']({})).local.undoSeconds).toBe(0);
    expect((await client['privacy.state']({})).budget?.epsilon).toBe(5);
    await client['policy.setStanding']({ policy: { kind: 'off' } });
    await client['policy.setLocal']({ policy: local, reason: '' });
    expect(await entryOf(opened, 'privacy.budget-raised')).toContain('"reviewer":"Ben"');
  });

  it('a standing policy that one person set does not go on', async () => {
    const { client } = await openNamed();
    const limits = {
      minimumNoiseRatio: 0.9,
      maximumNoiseRatio: 2,
      minimumCosine: -1,
      maximumEpsilonPerRound: 1,
    };
    await client['policy.setStanding']({ policy: { kind: 'on', rounds: 3, limits } });
    for (const [name, passphrase] of [
      ['Ada', ADA],
      ['Ben', BEN],
    ] as const)
      await client['reviewers.add']({ name, passphrase });
    await client['reviewers.setMode']({ mode: 'two', reason: '' });
    expect((await client['policy.read']({})).standing).toEqual({ kind: 'off' });
  });
});

describe('passphrases', () => {
  it('stand in no file: store, write-ahead log, audit, log, keys', async () => {
    const opened = await openBankOfTwo();
    const { client, both, home, bank } = opened;
    const [ada] = both;
    if (ada === undefined) throw new Error('nobody was added');
    const updateId = 'upd_00000000000000000000000000';
    const request = { updateId, digest: '0'.repeat(64), scope: { kind: 'this-round' }, note: '' };
    const sign = (passphrase: string) =>
      bank.answer('review.sign', { ...request, reviewer: { ...ada, passphrase } }, undefined);
    expect(await sign(ADA)).toMatchObject({ failure: { code: 'nothing-to-review' } });
    expect(await sign(WRONG)).toMatchObject({ failure: { code: 'reviewer-refused' } });
    await client['reviewers.add']({ name: 'Cem', passphrase: WRONG, countersigned: both });
    await client['reviewers.setMode']({ mode: 'one', reason: 'a test', countersigned: both });
    expect(await codeOf(() => client['reviewers.add']({ name: 'Cem', passphrase: BEN }))).toBe(
      'invalid-input',
    );
    const detail = await entryOf(opened, 'review.sign refused');
    expect(detail).toContain(ada.reviewerId);
    expect(await actions(opened)).toContain('reviewers.mode-changed');
    const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['bank.sqlite', 'bank.sqlite-wal']));
    for (const file of files) {
      const content = readFileSync(path.join(file.parentPath, file.name));
      for (const passphrase of PASSPHRASES) expect(content.includes(passphrase), file.name).toBe(false);
    }
  });
});
