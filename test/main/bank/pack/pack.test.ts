import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { canonicalJson } from '#shared/canonical.ts';
import { createAccountant } from '#shared/privacy/accountant.ts';
import { openTestBank } from '../../../fakes/test-bank.ts';
import { verifyPack } from '../../../../resources/verify-pack.mjs';
import { MUTATIONS } from './mutations/all.ts';
import {
  forge,
  found,
  openPack,
  rebuildAudit,
  rebuildLedger,
  rewrite,
  signedBy,
  STRANGER,
} from './mutations/forge.ts';
import { makePackWorld, NOTE, type PackWorld } from './pack-world.ts';

let world: PackWorld;
beforeAll(async () => {
  world = await makePackWorld();
}, 60_000);
afterAll(() => {
  world.remove();
});

function reasonOf(text: string): string | undefined {
  const verdict = verifyPack(text);
  return verdict.kind === 'refused' ? verdict.reason : undefined;
}

describe('a real pack', () => {
  it('is accepted, and says who took part, what left and at which cost', () => {
    const verdict = verifyPack(world.whole);
    if (verdict.kind === 'refused') throw new Error(verdict.reason);
    const { updates, runs, epsilon, signatures, consortium } = verdict.summary;
    expect(updates).toEqual({ held: 13, released: 10, withheld: 2, late: 1 });
    expect(runs.map(({ rounds }) => rounds.map(({ isIncluded }) => isIncluded))).toEqual([
      [true, true, true, true, false, true],
      [true, true],
      [true, true, true],
    ]);
    expect(runs.map(({ hasNoise }) => hasNoise)).toEqual([true, false, true]);
    expect(consortium?.name).toBe('Test consortium');
    expect(signatures).toBe(2);
    const [least, most] = epsilon.charged;
    expect(least).toBeLessThanOrEqual(epsilon.recorded);
    expect(epsilon.recorded).toBeLessThanOrEqual(most);
  });

  it.each(['withNotes', 'oneRun', 'earlier', 'neighbour', 'alone'] as const)('is accepted: %s', (name) => {
    expect(reasonOf(world[name])).toBeUndefined();
  });

  it('holds notes only when asked, and never a raw figure of a training', () => {
    expect(world.withNotes).toContain(NOTE);
    expect(world.whole).not.toContain(NOTE);
    for (const raw of [
      'clippedShare',
      'localEffect',
      'rowsPerSecond',
      'sampledUnits',
      'dataVersion',
      'passphrase',
    ])
      expect(world.withNotes).not.toContain(raw);
  });

  it('bounds the ε that Parley computes from both sides, by another method', () => {
    const { updates } = openPack(world.whole);
    const mechanisms = updates.flatMap(({ charge }) =>
      charge === null
        ? []
        : [charge.mechanism, ...(charge.evaluation === null ? [] : [charge.evaluation.mechanism])],
    );
    const verdict = verifyPack(world.whole);
    if (verdict.kind === 'refused') throw new Error(verdict.reason);
    const [least, most] = verdict.summary.epsilon.charged;
    const accounted = createAccountant().epsilon(mechanisms, 5e-7);
    expect(least).toBeLessThanOrEqual(accounted);
    expect(accounted).toBeLessThanOrEqual(most);
    // Useful, not only true: a bound of 0 would be true as well.
    expect(least).toBeGreaterThan(0.9 * accounted);
    expect(most).toBeLessThan(1.3 * accounted);
  });
});

describe('a pack of a store that was recovered', () => {
  const packAfter = async (prepare: (home: string) => void): Promise<string> => {
    const home = mkdtempSync(path.join(tmpdir(), 'parley-recovered-'));
    cpSync(world.home, home, { recursive: true });
    prepare(home);
    const bank = await openTestBank({ name: 'Ahorn', home });
    try {
      const { client } = bank;
      await expect(client['audit.pack']({ withNotes: false })).rejects.toMatchObject({
        code: 'ledger-broken',
      });
      await client['privacy.recover']({ reason: 'The disk failed', countersigned: [] });
      return (await client['audit.pack']({ withNotes: false })).text;
    } finally {
      await bank.close();
      rmSync(home, { recursive: true, force: true });
    }
  };
  const restoreOlder = (home: string): void => {
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(path.join(home, `bank.sqlite${suffix}`), { force: true });
    copyFileSync(world.olderStore, path.join(home, 'bank.sqlite'));
  };
  const recoveryOf = (text: string) => {
    const verdict = verifyPack(text);
    return verdict.kind === 'refused' ? verdict.reason : verdict.summary.recovery;
  };

  it('from an older copy is accepted, and says so', async () => {
    const text = await packAfter(restoreOlder);
    expect(recoveryOf(text)).toEqual({ recoveries: 1, sealedEntries: 0, missingUpdates: 0 });
  });

  it('from a damaged ledger is accepted with the damaged entries sealed, and no other ones', async () => {
    const text = await packAfter((home) => {
      const store = connectStore(path.join(home, 'bank.sqlite'));
      store.database.exec('DROP TRIGGER privacy_ledger_keeps_values');
      store.database.exec("UPDATE privacy_ledger SET body = 'not JSON' WHERE sequence = 4");
      store.close();
    });
    expect(recoveryOf(text)).toEqual({ recoveries: 1, sealedEntries: 31, missingUpdates: 0 });
    const forged = openPack(text);
    const damaged = forged.ledger[3];
    if (damaged === undefined) throw new Error('no fourth entry');
    damaged.body = '{}';
    rebuildLedger(forged);
    expect(reasonOf(signedBy(world.key, forged))).toBe(
      'ledger entry 32: the entries that it sealed are others',
    );
  });

  it('is refused where a recovery counts less than was spent', async () => {
    const forged = openPack(await packAfter(restoreOlder));
    const recovered = forged.ledger.find(({ kind }) => kind === 'recovered');
    if (recovered === undefined) throw new Error('no recovery');
    rewrite(recovered, 'body', { epsilonAfter: 0.1 });
    rebuildLedger(forged);
    expect(reasonOf(signedBy(world.key, forged))).toMatch(/it counts ε 0.1, and less than was spent$/);
  });
});

describe('a forged pack', () => {
  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
    'is refused: %s',
    (_, mutation) => {
      const text = forge(mutation, world);
      expect(text).not.toBe(world.whole);
      expect(reasonOf(text)).toMatch(mutation.reason);
    },
  );

  it('is one of at least 50, each named once, for at least 50 reasons', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
    expect(new Set(MUTATIONS.map(({ reason }) => String(reason))).size).toBeGreaterThan(50);
  });

  it('is refused whichever single byte of the file is another', () => {
    const bytes = Buffer.from(world.whole);
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        expect(reasonOf(damaged.toString('utf8'))).toBeDefined();
        refused++;
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(refused).toBe(300);
  });

  it('is refused where the operator is another than the regulator knows', () => {
    const operatorKey = openPack(world.whole).consortium?.operatorKey ?? '';
    expect(verifyPack(world.whole, { operatorKey }).kind).toBe('accepted');
    expect(verifyPack(world.whole, { operatorKey: STRANGER.publicKey })).toMatchObject({
      reason: 'the consortium is of another operator than the one named',
    });
  });

  it('is refused where the hub keeps the hash of another ledger', () => {
    const ledgerHead = world.hubHead;
    expect(verifyPack(world.whole, { ledgerHead }).kind).toBe('accepted');
    expect(verifyPack(world.earlier, { ledgerHead })).toMatchObject({
      reason: 'the ledger does not have the entry that the hub keeps the hash of',
    });
  });

  it('is no matter where Parley put back who decides after the file was altered: the audit says the same already', () => {
    const pack = openPack(world.whole);
    const at = pack.audit.findIndex(({ action }) => action === 'reviewers.mode-changed') + 1;
    const back = { ...pack.audit[at - 1], action: 'reviewers.mode-changed', actor: 'Parley' };
    const detail = { from: 'one', to: 'two', reason: 'as kept outside the file', countersigned: [] };
    pack.audit.splice(at, 0, { ...found(pack.audit[0]), ...back, detail: canonicalJson(detail) });
    rebuildAudit(pack);
    expect(reasonOf(signedBy(world.key, pack))).toBeUndefined();
  });

  it('that nothing was done to, but for the signature made again, is the same pack', () => {
    expect(signedBy(world.key, openPack(world.whole))).toBe(world.whole);
  });
});

describe('the verifier as a program', () => {
  it('runs alone in an empty folder: 0 with one page, 1 with the reason, 2 for wrong usage', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'parley-verify-'));
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, ['verify-pack.mjs', ...args], { cwd: folder, encoding: 'utf8' });
    try {
      copyFileSync('resources/verify-pack.mjs', path.join(folder, 'verify-pack.mjs'));
      writeFileSync(path.join(folder, 'good.json'), world.whole);
      writeFileSync(path.join(folder, 'bad.json'), world.whole.replace('Ahorn', 'Aspen'));
      expect(readdirSync(folder)).toHaveLength(3);
      const good = run('good.json');
      expect(good.stderr).toBe('');
      expect(good.status).toBe(0);
      expect(good.stdout).toContain('13 held: 10 released, 2 withheld, 1 late');
      expect(good.stdout).toContain('The END IS NOT PROVED');
      const ledgerHead = openPack(world.whole).ledger.at(-1)?.mac ?? '';
      expect(run('good.json', `--ledger-head=${ledgerHead}`).stdout).toContain('no older copy');
      const bad = run('bad.json', '--json');
      expect(bad.status).toBe(1);
      expect(JSON.parse(bad.stdout)).toEqual({
        kind: 'refused',
        reason: 'the digest is not that of the content',
      });
      expect(run().status).toBe(2);
      const none = run('none.json', '--json');
      expect(none.status).toBe(1);
      expect(JSON.parse(none.stdout)).toMatchObject({ kind: 'refused' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('tells files of different bytes apart, and prints a name without what it would do to a terminal', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'parley-verify-'));
    const run = (content: string | Buffer) => {
      writeFileSync(path.join(folder, 'pack.json'), content);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['resources/verify-pack.mjs', path.join(folder, 'pack.json')],
        { encoding: 'utf8' },
      );
      return { status, said: stdout + stderr };
    };
    try {
      const pack = openPack(world.whole);
      pack.madeBy = 'Parley\uFFFD 1: accepted\n  ε charged  0.00\u001B[8m\u202E';
      const text = signedBy(world.key, pack);
      const { status, said } = run(text);
      expect(status).toBe(0);
      expect(said).toContain('Parley\uFFFD 1: accepted\\u{a}  ε charged  0.00\\u{1b}[8m\\u{202e}');
      const bytes = Buffer.from(text);
      const at = bytes.indexOf(Buffer.from('\uFFFD'));
      const lossy = Buffer.concat([bytes.subarray(0, at), Buffer.of(0xff), bytes.subarray(at + 3)]);
      expect(lossy.toString('utf8')).toBe(text);
      expect(run(lossy)).toMatchObject({ status: 1, said: 'REFUSED: the file is not UTF-8 text\n' });
      expect(run(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes])).status).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
