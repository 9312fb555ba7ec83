/** Reviewers: keys that only their own passphrase opens, and changes that two of them sign. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ReviewerId } from '#shared/ids.ts';
import type { Canonical } from '#shared/canonical.ts';
import { type ReviewerCredential, SignedChangeStatement } from '#shared/round/reviewer-view.ts';
import { createReviewers, type Reviewers } from '#main/bank/settings/reviewers.ts';
import { openSettingStore } from '#main/bank/settings/store.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { openReviewerStore } from '#main/bank/store/reviewers.ts';
import { transactor } from '#main/bank/store/transaction.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { codeOf } from '../review/gate-fixture.ts';

const ADA = 'correct horse battery';
const BEN = 'staple under the mat';

function world() {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-reviewers-'));
  const clock = fakeClock();
  const file = path.join(folder, 'bank.sqlite');
  const store = openStore({ file, migrations: bankMigrations, clock, log: recordingLog() });
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const audited: (readonly [string, Readonly<Record<string, Canonical>>])[] = [];
  const { database } = store;
  const secrets = new Map<string, Uint8Array>();
  let reinstated = 0;
  const open = (database: Database.Database = store.database): Reviewers =>
    createReviewers({
      store: openReviewerStore(database),
      settings: openSettingStore(database),
      transact: transactor(database),
      audit: (action, detail) => void audited.push([action, detail]),
      random: seededRandom('reviewers'),
      clock,
      secrets: { read: (name) => secrets.get(name), write: (name, value) => void secrets.set(name, value) },
      onReinstated: () => {
        reinstated++;
      },
      scryptCost: 2 ** 14,
    });
  return { reviewers: open(), open, clock, database, audited, secrets, reinstated: () => reinstated };
}

async function add(reviewers: Reviewers, name: string, passphrase: string): Promise<ReviewerCredential> {
  return { reviewerId: await reviewers.add({ name, passphrase, countersigned: [] }), passphrase };
}

async function worldOfTwo() {
  const known = world();
  const { reviewers } = known;
  const both = [await add(reviewers, 'Ada', ADA), await add(reviewers, 'Ben', BEN)] as const;
  const onChange = (): void => undefined;
  await reviewers.setMode({ mode: 'two', reason: '', countersigned: [], onChange });
  return { ...known, both };
}

describe('a reviewer’s key', () => {
  it('opens with the own passphrase, in any Unicode form, and is the one that was listed', async () => {
    const { reviewers } = world();
    const { reviewerId } = await add(reviewers, 'Ada', 'caf\u00e9 at the corner');
    const signer = await reviewers.open({ reviewerId, passphrase: 'cafe\u0301 at the corner' });
    expect(signer.publicKey).toBe(reviewers.list()[0]?.publicKey);
    expect(signer.publicKey).toBe(reviewers.activeKey(reviewerId));
  });

  it('opens with no other one, and not when two sealed keys were swapped in the file', async () => {
    const { reviewers, database } = world();
    const ada = await add(reviewers, 'Ada', ADA);
    const ben = await add(reviewers, 'Ben', BEN);
    expect(await codeOf(() => reviewers.open({ ...ada, passphrase: BEN }))).toBe('reviewer-refused');
    const sealed = database.prepare('SELECT sealed_key FROM reviewer WHERE reviewer_id = ?').pluck();
    database
      .prepare('UPDATE reviewer SET sealed_key = ? WHERE reviewer_id = ?')
      .run(sealed.get(ben.reviewerId), ada.reviewerId);
    expect(await codeOf(() => reviewers.open({ ...ada, passphrase: BEN }))).toBe('reviewer-refused');
  });

  it('is tried five times a minute, also side by side; the right passphrase in time starts anew', async () => {
    const { reviewers, clock } = world();
    const ada = await add(reviewers, 'Ada', ADA);
    const wrong = { ...ada, passphrase: 'wrong horse battery' };
    const guesses = await Promise.all(Array.from({ length: 6 }, () => codeOf(() => reviewers.open(wrong))));
    expect(guesses).toEqual(Array.from({ length: 6 }, () => 'reviewer-refused'));
    await expect(reviewers.open(ada)).rejects.toThrow(/try again in 60 s/);
    clock.advance(59_000);
    await expect(reviewers.open(ada)).rejects.toThrow(/try again in 1 s/);
    clock.advance(1000);
    await reviewers.open(ada);
    expect(await codeOf(() => reviewers.open(wrong))).toBe('reviewer-refused');
    await reviewers.open(ada);
  });

  it('is gone with the reviewer, whose name stays', async () => {
    const { reviewers, database } = world();
    const ada = await add(reviewers, 'Ada', ADA);
    const { reviewerId } = ada;
    expect(await codeOf(() => reviewers.remove({ reviewerId, reason: ' ', countersigned: [] }))).toBe(
      'invalid-input',
    );
    await reviewers.remove({ reviewerId, reason: 'left', countersigned: [] });
    expect(await codeOf(() => reviewers.open(ada))).toBe('reviewer-refused');
    expect(reviewers.activeKey(reviewerId)).toBeUndefined();
    expect(reviewers.list()).toMatchObject([{ name: 'Ada', isActive: false }]);
    expect(database.prepare('SELECT sealed_key FROM reviewer').pluck().get()).toBeNull();
    await add(reviewers, 'Ada', ADA);
  });

  it('is not made twice under one name', async () => {
    const { reviewers } = world();
    await add(reviewers, 'Ada', ADA);
    expect(await codeOf(() => add(reviewers, 'Ada', BEN))).toBe('invalid-input');
  });
});

describe('two decide', () => {
  it('once there are two, and not below', async () => {
    const { reviewers, both } = await worldOfTwo();
    const [{ reviewerId }] = both;
    const request = { reviewerId, reason: 'left', countersigned: both };
    expect(await codeOf(() => reviewers.remove(request))).toBe('second-reviewer-needed');
    const alone = world().reviewers;
    await add(alone, 'Ada', ADA);
    const onChange = (): void => undefined;
    const two = { mode: 'two', reason: '', countersigned: [], onChange } as const;
    expect(await codeOf(() => alone.setMode(two))).toBe('second-reviewer-needed');
    expect(alone.mode()).toBe('one');
  });

  it.each(['nobody', 'one alone', 'one twice', 'a wrong passphrase', 'a stranger'] as const)(
    'and nothing loosens with the consent of %s',
    async (who) => {
      const { reviewers, both, audited } = await worldOfTwo();
      const [ada, ben] = both;
      const stranger = { reviewerId: ReviewerId.parse(`rvw_${'0'.repeat(26)}`), passphrase: BEN };
      const consents = {
        nobody: [],
        'one alone': [ada],
        'one twice': [ada, ada],
        'a wrong passphrase': [ada, { ...ben, passphrase: ADA }],
        'a stranger': [ada, stranger],
      };
      const countersigned = consents[who];
      const before = audited.length;
      let applied = 0;
      const apply = (): void => {
        applied++;
      };
      const change = { action: 'policy.loosened', detail: { to: 1 }, countersigned, apply };
      const onChange = apply;
      const refusals = ['second-reviewer-needed', 'reviewer-refused'];
      expect(refusals).toContain(await codeOf(() => reviewers.change(change)));
      const back = { mode: 'one', reason: 'quicker', countersigned, onChange } as const;
      expect(refusals).toContain(await codeOf(() => reviewers.setMode(back)));
      const more = { name: 'Eve', passphrase: 'puppets on a string', countersigned };
      expect(refusals).toContain(await codeOf(() => reviewers.add(more)));
      expect(applied).toBe(0);
      expect(reviewers.mode()).toBe('two');
      expect(reviewers.list()).toHaveLength(2);
      expect(audited).toHaveLength(before);
    },
  );

  it('and with both, the change and their signatures over it are one commit', async () => {
    const { reviewers, both, audited } = await worldOfTwo();
    const detail = { field: 'undoSeconds', from: 5, to: 0, reason: 'agreed' };
    let applied = 0;
    const apply = (): void => {
      applied++;
    };
    await reviewers.change({ action: 'policy.loosened', detail, countersigned: both, apply });
    expect(applied).toBe(1);
    const [action, kept] = audited.at(-1) ?? [];
    expect(action).toBe('policy.loosened');
    const signed = z.array(SignedChangeStatement).parse(kept?.['countersigned']);
    expect(signed.map(({ statement }) => statement.reviewer)).toEqual(['Ada', 'Ben']);
    for (const { statement, publicKey, signature } of signed) {
      expect(statement.changeHash).toBe(digestOf(detail));
      expect(verifyStatement(publicKey, 'change', { document: statement, signature })).toBe(true);
    }
  });

  it('and a change that fails leaves no entry', async () => {
    const { reviewers, both, audited } = await worldOfTwo();
    const before = audited.length;
    const apply = (): never => {
      throw new Error('the disk is full');
    };
    const change = { action: 'policy.loosened', detail: {}, countersigned: both, apply };
    await expect(reviewers.change(change)).rejects.toThrow('the disk is full');
    expect(audited).toHaveLength(before);
  });

  it('until both sign that one is enough again', async () => {
    const { reviewers, both } = await worldOfTwo();
    const onChange = (): void => undefined;
    await reviewers.setMode({ mode: 'one', reason: 'a small bank', countersigned: both, onChange });
    expect(reviewers.mode()).toBe('one');
    await add(reviewers, 'Cem', 'seven grey geese fly');
  });
});

describe('who decides is kept outside the file, so that', () => {
  const setMode = `UPDATE setting SET value = '"one"' WHERE name = 'review-mode'`;

  it('a mode edited in the file is two again at the next start, and the audit says so', async () => {
    const { open, database, audited, reinstated } = await worldOfTwo();
    database.exec(setMode);
    const again = open();
    expect(again.mode()).toBe('two');
    expect(reinstated()).toBe(1);
    expect(audited.at(-1)).toMatchObject(['reviewers.mode-changed', { from: 'one', to: 'two' }]);
  });

  it('a mode edited in the file under a running app is two at once, and no change makes it the kept one', async () => {
    const { reviewers, database, secrets, both, open } = await worldOfTwo();
    const before = readTerms(secrets);
    database.exec(setMode);
    expect(reviewers.mode()).toBe('two');
    const eve = { name: 'Eve', passphrase: 'puppets on a string' };
    const alone = { ...eve, countersigned: [] };
    expect(await codeOf(() => reviewers.add(alone))).toBe('second-reviewer-needed');
    const loosening = { action: 'policy.loosened', detail: {}, countersigned: [], apply: () => undefined };
    expect(await codeOf(() => reviewers.change(loosening))).toBe('second-reviewer-needed');
    const signed = { ...eve, countersigned: both };
    expect(await codeOf(() => reviewers.add(signed))).toBe('store-damaged');
    expect(readTerms(secrets)).toEqual(before);
    expect(open().mode()).toBe('two');
  });

  it('a reviewer put into the file under a running app signs nothing', async () => {
    const { reviewers, database, both } = await worldOfTwo();
    const [{ reviewerId }] = both;
    const key = reviewers.activeKey(reviewerId);
    expect(key).toBeDefined();
    const eve = ReviewerId.parse(`rvw_${'0'.repeat(26)}`);
    database
      .prepare(
        `INSERT INTO reviewer SELECT ?, 'Eve', '${'0'.repeat(64)}', sealed_key, added_at, NULL FROM reviewer
         WHERE reviewer_id = ?`,
      )
      .run(eve, reviewerId);
    expect(reviewers.activeKey(eve)).toBeUndefined();
    expect(reviewers.activeKey(reviewerId)).toBe(key);
  });

  it('an older copy of the file brings neither one person nor its reviewers back', async () => {
    const { reviewers, open, database } = world();
    const eve = await add(reviewers, 'Eve', 'puppets on a string');
    const older = `${database.name}.older`;
    database.prepare('VACUUM INTO ?').run(older);
    await reviewers.remove({ reviewerId: eve.reviewerId, reason: 'left', countersigned: [] });
    const both = [await add(reviewers, 'Ada', ADA), await add(reviewers, 'Ben', BEN)] as const;
    const onChange = (): void => undefined;
    await reviewers.setMode({ mode: 'two', reason: '', countersigned: [], onChange });
    const copy = new Database(older);
    onTestFinished(() => void copy.close());
    const again = open(copy);
    expect(again.mode()).toBe('two');
    expect(await codeOf(() => again.open(eve))).toBe('reviewer-refused');
    const back = { mode: 'one', reason: 'quicker', countersigned: [], onChange } as const;
    expect(await codeOf(() => again.setMode(back))).toBe('second-reviewer-needed');
    await again.setMode({ ...back, countersigned: both });
    expect(again.mode()).toBe('one');
  });

  it('a reviewer put into the file by hand signs nothing after the next start', async () => {
    const { open, database, both } = await worldOfTwo();
    const [{ reviewerId }] = both;
    database
      .prepare(
        `INSERT INTO reviewer SELECT 'rvw_${'0'.repeat(26)}', 'Eve', '${'0'.repeat(64)}', sealed_key, added_at, NULL
         FROM reviewer WHERE reviewer_id = ?`,
      )
      .run(reviewerId);
    const again = open();
    expect(again.list().filter(({ isActive }) => isActive)).toHaveLength(2);
  });

  it('an exchanged key stops the start', async () => {
    const { open, database, both } = await worldOfTwo();
    const [{ reviewerId }] = both;
    database.exec('DROP TRIGGER reviewer_keeps_identity');
    database
      .prepare('UPDATE reviewer SET public_key = ? WHERE reviewer_id = ?')
      .run('0'.repeat(64), reviewerId);
    expect(await codeOf(open)).toBe('store-damaged');
  });

  it('a crash on either side of the commit leaves what the file says', async () => {
    const { open, secrets, both, reviewers, audited } = await worldOfTwo();
    const before = readTerms(secrets);
    const onChange = (): void => undefined;
    await reviewers.setMode({ mode: 'one', reason: 'small', countersigned: both, onChange });
    const after = readTerms(secrets);
    const entries = audited.length;
    writeTerms(secrets, { terms: before, next: after });
    expect(open().mode()).toBe('one');
    expect(audited).toHaveLength(entries);
    expect(readTerms(secrets)).toEqual(after);
  });
});

const Kept = z.object({ terms: z.unknown() });

function readTerms(secrets: ReadonlyMap<string, Uint8Array>): unknown {
  return Kept.parse(JSON.parse(new TextDecoder().decode(secrets.get('review-terms')))).terms;
}

function writeTerms(secrets: Map<string, Uint8Array>, kept: unknown): void {
  secrets.set('review-terms', new TextEncoder().encode(JSON.stringify(kept)));
}
