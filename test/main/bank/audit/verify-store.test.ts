import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore } from '#main/platform/sqlite/open.ts';
import type { StoreCheck } from '#shared/contract/bank-audit.ts';
import { isFailure } from '#shared/failure.ts';
import { openTestBank, type TestBank } from '../../../fakes/test-bank.ts';
import { makePackWorld, type PackWorld } from '../pack/pack-world.ts';

let world: PackWorld;
beforeAll(async () => {
  world = await makePackWorld();
}, 60_000);
afterAll(() => {
  world.remove();
});

let copies = 0;

/** The bank's folder copied, changed past every guard, and opened again. */
async function tampered<T>(statements: readonly string[], look: (bank: TestBank) => Promise<T>): Promise<T> {
  copies += 1;
  const home = `${world.home}-${String(copies)}`;
  cpSync(world.home, home, { recursive: true });
  const store = connectStore(path.join(home, 'bank.sqlite'));
  for (const statement of statements) store.database.exec(statement);
  store.close();
  const bank = await openTestBank({ name: 'Ahorn', home });
  try {
    return await look(bank);
  } finally {
    await bank.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function checksOf({ client }: TestBank): Promise<readonly StoreCheck[]> {
  return client['audit.verifyStore']({});
}

const LAST_LOG = '(SELECT max(rowid) FROM log_entry)';
const FIRST_RELEASED = "(SELECT update_id FROM decision WHERE kind = 'released' ORDER BY decided_at LIMIT 1)";
const BY_SCOPE =
  "(SELECT update_id FROM release JOIN held_update USING (update_id) WHERE source = 'scope' AND charge IS NOT NULL LIMIT 1)";
const WITHHELD = "(SELECT update_id FROM decision WHERE kind = 'withheld')";

describe('the whole store', () => {
  it('verifies part by part, published rounds computed again from the public seed', async () => {
    const checks = await tampered([], checksOf);
    expect(checks.map(({ kind }) => kind)).toEqual(['verified', 'verified', 'verified', 'verified']);
    expect(checks.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^31 entries/),
      expect.stringMatching(/^\d+ entries, every hash/),
      expect.stringMatching(/^rounds: 11, runs: 3;/),
      expect.stringMatching(/^13 held updates, 10 released/),
    ]);
  });

  it.each([
    {
      name: 'a held byte changed',
      part: 'Releases',
      statements: [
        'DROP TRIGGER held_update_no_update',
        `UPDATE held_update SET payload = zeroblob(length(payload)) WHERE update_id = ${WITHHELD}`,
      ],
      detail: /its stored bytes are not those that were held$/,
    },
    {
      name: 'an update carries less noise than its charter plans',
      part: 'Releases',
      statements: [
        'DROP TRIGGER held_update_no_update',
        `UPDATE held_update SET charge = json_set(charge, '$.mechanism.noiseMultiplier', 3.9) WHERE update_id = ${WITHHELD}`,
      ],
      detail: /its charge is not what the charter plans for its round$/,
    },
    {
      name: 'an update released by a scope carries more noise than its charter plans',
      part: 'Releases',
      statements: [
        'DROP TRIGGER held_update_no_update',
        `UPDATE held_update SET charge = json_set(charge, '$.mechanism.noiseMultiplier', 6.0) WHERE update_id = ${BY_SCOPE}`,
      ],
      detail: /its (charge is not what the charter plans for its round|approval names another cost)$/,
    },
    {
      name: 'an approval names a cheaper charge',
      part: 'Releases',
      statements: [
        'DROP TRIGGER release_no_update',
        `UPDATE release SET approval = json_set(approval, '$.cost.steps', 1) WHERE update_id = ${FIRST_RELEASED}`,
      ],
      detail: /its approval names another cost$/,
    },
    {
      name: 'the signature on a release is gone',
      part: 'Releases',
      statements: [
        'DROP TRIGGER release_no_update',
        `UPDATE release SET header = json_set(header, '$.signature', '${'0'.repeat(128)}') WHERE update_id = ${FIRST_RELEASED}`,
      ],
      detail: /the signature on it is not by this bank$/,
    },
    {
      name: 'a release is taken out',
      part: 'Releases',
      statements: [
        'PRAGMA foreign_keys = OFF',
        'DROP TRIGGER release_no_delete',
        `DELETE FROM release WHERE update_id = ${FIRST_RELEASED}`,
      ],
      detail: /its decision and its release contradict each other$/,
    },
    {
      name: 'a decision becomes another',
      part: 'Releases',
      statements: [
        'DROP TRIGGER decision_no_update',
        `UPDATE decision SET kind = 'late' WHERE update_id = ${WITHHELD}`,
      ],
      detail: /the ledger does not say that charge \d+ was late$/,
    },
    {
      name: "a reviewer's signature is exchanged",
      part: 'Releases',
      statements: [
        'DROP TRIGGER review_signature_no_update',
        `UPDATE review_signature SET signature = '${'0'.repeat(128)}'`,
      ],
      detail: /the signature of \w+ is not for it$/,
    },
    {
      name: 'published sums changed',
      part: 'Published rounds',
      statements: [
        'DROP TRIGGER log_entry_no_update',
        `UPDATE log_entry SET sums = zeroblob(length(sums)) WHERE rowid = ${LAST_LOG}`,
      ],
      detail: /Published round 3: the sums do not have the published hash$/,
    },
    {
      name: 'the kept model is another',
      part: 'Published rounds',
      statements: ['UPDATE checkpoint SET bytes = zeroblob(length(bytes))'],
      detail: /The kept model of run_\w+ is not the one its rounds lead to$/,
    },
    {
      name: 'a published round is taken out',
      part: 'Published rounds',
      statements: ['DROP TRIGGER log_entry_no_delete', 'DELETE FROM log_entry WHERE position = 1'],
      detail: /it claims place 2 in the log$/,
    },
    {
      name: 'a member weighs more',
      part: 'Published rounds',
      statements: ["UPDATE run_member SET membership = json_set(membership, '$.membership.tier', 1)"],
      detail: /its tier 16384 is not the one it declared$/,
    },
    {
      name: 'a ledger entry changed',
      part: 'Privacy ledger',
      statements: [
        'DROP TRIGGER privacy_ledger_keeps_values',
        "UPDATE privacy_ledger SET body = json_set(body, '$.epsilon', 90) WHERE sequence = 1",
      ],
      detail: /entry 1/,
    },
    {
      name: 'the end of the audit is cut off',
      part: 'Audit',
      statements: [
        'DROP TRIGGER audit_is_never_deleted',
        'DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)',
      ],
      detail: /entries up to \d+ were written, and those from \d+ on are missing$/,
    },
  ])('does not verify where $name, and says what to do', async ({ part, statements, detail }) => {
    const checks = await tampered(statements, checksOf);
    const broken = checks.find((check) => check.part === part);
    expect(broken).toMatchObject({ kind: 'broken', detail: expect.stringMatching(detail) as unknown });
    expect(broken?.kind === 'broken' && broken.nextStep.length).toBeGreaterThan(20);
  });

  it('makes no pack of what does not verify', async () => {
    const statements = [
      'DROP TRIGGER privacy_ledger_keeps_values',
      "UPDATE privacy_ledger SET at = '2020-01-01T00:00:00.000Z' WHERE sequence = 2",
    ];
    await tampered(statements, async ({ client }) => {
      const refusal = await client['audit.pack']({ withNotes: false }).catch((error: unknown) => error);
      expect(isFailure(refusal, 'ledger-broken')).toBe(true);
    });
  });
});

describe('the audit on screen', () => {
  it('is filtered by kind and by words, page by page, and exported as a guarded CSV', async () => {
    await tampered([], async ({ client }) => {
      const released = await client['audit.list']({ kind: 'release', search: 'RELEASED' });
      expect(released.total).toBeGreaterThanOrEqual(8);
      expect(released.entries.every(({ kind }) => kind === 'release')).toBe(true);
      const first = await client['audit.list']({ limit: 5 });
      expect(first.entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
      expect(first.next).toBe(5);
      const last = await client['audit.list']({ after: first.total - 2, limit: 5 });
      expect(last).toMatchObject({ next: null, health: { kind: 'verified', entries: first.total } });
      expect(last.entries).toHaveLength(2);
      const { name, text } = await client['audit.export']({ kind: 'settings' });
      expect(name).toBe('audit.csv');
      expect(text.split('\r\n')[0]).toBe('entry,at (UTC),who,what,kind,action,recorded,SHA-256');
      expect(text).toContain('Floors');
      expect(text).not.toContain('update.released');
    });
  });

  it('keeps no passphrase and no note', async () => {
    await tampered([], async ({ client }) => {
      const all = JSON.stringify(await client['audit.list']({ limit: 1000 }));
      expect(all).toContain('reviewers.add');
      expect(all).not.toContain('keeps this to herself');
      expect(all).not.toContain('head of fraud prevention');
    });
  });
});
