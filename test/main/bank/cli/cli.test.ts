import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runsAnswer } from '#main/bank/cli/answers.ts';
import { hostOptions } from '#main/bank/cli/host-options.ts';
import { runBankProgram } from '#main/bank/cli/main.ts';
import { parseBankCommandLine } from '#main/bank/cli/command-line.ts';
import { readText } from '#main/bank/cli/read-text.ts';
import { writeText } from '#main/bank/cli/write-text.ts';
import { createBank } from '#main/bank/create.ts';
import { realClock } from '#main/platform/clock.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { isFailure } from '#shared/failure.ts';
import { UtcTime } from '#shared/ids.ts';

let home: string;

// Every command is a process of its own in life; here they share one, and with it its exit listeners.
process.setMaxListeners(150);

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-cli-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const place = {
  entryDirectory: path.resolve('main/entry'),
  pageDirectory: path.resolve('out/renderer'),
  version: '0.0.0',
};

async function run(...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const code = await runBankProgram({
    args,
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isTerminal: false,
    readText,
    writeText,
    clock: realClock,
    bankOptions: (flags) =>
      hostOptions({ ...flags, home: flags.home ?? home }, { ...place, stderr: (text) => (stderr += text) }),
  });
  return { code, stdout, stderr };
}

/** The one document on standard output. */
async function json(...args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(...args, '--json');
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout);
}

const FailureDocument = z.object({
  failure: z.object({ code: z.string(), message: z.string(), nextStep: z.string() }),
});

async function failure(...args: readonly string[]): Promise<string> {
  return FailureDocument.parse(await json(...args)).failure.code;
}

describe('usage', () => {
  it('prints help with examples for every way of asking', async () => {
    for (const args of [['help'], ['--help'], ['release', '--help'], []]) {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      expect(stdout).toContain('npm run bank -- review');
    }
  });

  it.each([
    ['an unknown verb', ['fly']],
    ['an unknown flag', ['rounds', '--fast']],
    ['a missing name', ['init', '--bank', 'Nord']],
    ['a release without a digest', ['release']],
    ['a digest too short to name an update', ['release', '--digest', 'abc']],
    ['training again without a factor', ['retrain', 'upd_00000000000000000000000000']],
    [
      'training again with no more noise',
      ['retrain', 'upd_00000000000000000000000000', '--noise-factor', '1'],
    ],
    ['training again for no update', ['retrain', '--noise-factor', '1.5']],
    ['a run id of another kind', ['join', 'rnd_00000000000000000000000000']],
    ['a budget that is no number', ['budget', '--epsilon', 'four']],
    ['a reviewer without a passphrase file', ['release', '--digest', 'abcdefabcdef', '--reviewer', 'Ada']],
    ['a passphrase as a flag', ['reviewers', 'add', 'Ada', '--passphrase', 'secret']],
    ['a mode that there is not', ['reviewers', 'mode', 'three']],
    ['a country by its name', ['init', '--bank', 'Nord', '--analyst', 'Anna', '--country', 'Germany']],
    ['a country that there is not', ['country', 'UK']],
    ['two countries', ['country', 'DE', 'FR']],
  ])('exits 2 for %s, with nothing opened', async (_, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
    expect(await failure(...args)).toBe('wrong-usage');
  });

  it('takes no passphrase from a flag', () => {
    expect(() => parseBankCommandLine(['rounds', '--passphrase', 'secret'])).toThrow(/passphrase/);
  });
});

describe('epsilon', () => {
  const flags = ['--sampling-rate', '0.01', '--noise-multiplier', '2', '--steps', '1000', '--delta', '1e-6'];

  it('answers an array of one for flags and of many for rows, without a store', async () => {
    const Answers = z.array(
      z.object({ pld: z.union([z.number(), z.literal('Infinity')]), rdp: z.unknown() }),
    );
    expect(Answers.parse(await json('epsilon', ...flags))).toHaveLength(1);
    const rows = path.join(home, 'rows.json');
    const ledger = [{ q: 0.01, sigma: 2, steps: 1000 }];
    writeFileSync(
      rows,
      JSON.stringify([
        { ledger, delta: 1e-6 },
        { ledger: [{ q: 1, sigma: 0, steps: 1 }], delta: 1e-6 },
      ]),
    );
    const answers = Answers.parse(await json('epsilon', '--rows', rows));
    expect(answers.map((answer) => answer.pld)).toEqual([expect.any(Number), 'Infinity']);
  });

  it('fails for a bad row, naming its index', async () => {
    const rows = path.join(home, 'rows.json');
    writeFileSync(
      rows,
      JSON.stringify([
        { ledger: [], delta: 1e-6 },
        { ledger: [{ q: 2, sigma: 1, steps: 1 }], delta: 1e-6 },
      ]),
    );
    const { code, stderr } = await run('epsilon', '--rows', rows);
    expect(code).toBe(1);
    expect(stderr).toContain('Row 1');
  });
});

describe('a bank on the command line', () => {
  it('is set up once, and says before that that it is not', async () => {
    expect(await failure('rounds')).toBe('not-set-up');
    const Bank = z.object({ bank: z.object({ name: z.string(), keyFingerprint: z.string() }) });
    const first = Bank.parse(await json('init', '--bank', 'Nord', '--analyst', 'Anna', '--epsilon', '3'));
    const again = Bank.parse(await json('init', '--bank', 'Nord', '--analyst', 'Berta'));
    expect(again.bank.keyFingerprint).toBe(first.bank.keyFingerprint);
    expect(await failure('init', '--bank', 'Other', '--analyst', 'Anna')).toBe('already-set-up');
  });

  it('states its home country at once or later, and takes it back', async () => {
    const Named = z.object({ bank: z.object({ homeCountry: z.string().nullable() }) });
    const init = ['init', '--bank', 'Nord', '--analyst', 'Anna'] as const;
    expect(Named.parse(await json(...init)).bank.homeCountry).toBeNull();
    expect((await run('country')).stdout).toContain('State it: bank country CODE');
    expect(Named.parse(await json(...init, '--country', 'de')).bank.homeCountry).toBe('DE');
    // Set up again without it, as for another analyst, it stays.
    expect(Named.parse(await json(...init)).bank.homeCountry).toBe('DE');
    expect(await json('country', 'FR')).toEqual({ homeCountry: 'FR' });
    expect(await json('country', 'none')).toEqual({ homeCountry: null });
    expect(await failure('country', 'ZZ')).toBe('wrong-usage');
  });

  it('says at an import that the file names countries and nobody said which is the own one', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna');
    const write = (name: string, country: string): string => {
      const file = path.join(home, name);
      writeFileSync(
        file,
        `transaction_id,tx_datetime,customer_id,tx_amount${country === '' ? '' : ',country'}\n${name},2026-01-05T00:00:00Z,7,5.00${country === '' ? '' : `,${country}`}\n`,
      );
      return file;
    };
    const hint = 'no home country is stated';
    expect((await run('import', write('a.csv', ''))).stdout).not.toContain(hint);
    expect((await run('import', write('b.csv', 'FR'))).stdout).toContain(`${hint}, so no payment counts`);
    await run('country', 'DE');
    expect((await run('import', write('c.csv', 'FR'))).stdout).not.toContain(hint);
  });

  it('shows and sets budget, policies and ledger', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna');
    expect((await run('budget')).stdout).toContain('No privacy budget');
    await run('budget', '--epsilon', '3');
    expect((await run('budget', '--epsilon', '5')).code).toBe(1);
    expect((await run('budget', '--epsilon', '5', '--reason', 'the second year')).code).toBe(0);
    const ledger = z.object({ entries: z.array(z.object({ kind: z.string() })) }).parse(await json('ledger'));
    expect(ledger.entries.map((entry) => entry.kind)).toEqual(['budget-set', 'budget-set']);
    const other = await run('budget', '--epsilon', '6', '--unit', 'account', '--reason', 'another unit');
    expect(other.code).toBe(1);
    await run('policy', '--minimum-noise-multiplier', '1.5', '--reason', 'our own rule');
    await run('policy', '--standing', 'on', '--rounds', '25');
    const policy = z
      .object({
        local: z.object({ minimumNoiseMultiplier: z.number(), undoSeconds: z.number() }),
        standing: z.unknown(),
      })
      .parse(await json('policy'));
    expect(policy.local).toEqual({ minimumNoiseMultiplier: 1.5, undoSeconds: 5 });
    expect(policy.standing).toMatchObject({ kind: 'on', rounds: 25, limits: { minimumNoiseRatio: 0.9 } });
  });

  it('tightens a floor freely and loosens one with a reason', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna');
    expect((await run('policy', '--minimum-noise-multiplier', '1.5')).code).toBe(0);
    expect(
      (await run('policy', '--maximum-weight-share', '0.5', '--maximum-epsilon-in-total', '9')).code,
    ).toBe(0);
    expect(await failure('policy', '--minimum-noise-multiplier', '1.4')).toBe('invalid-input');
    expect((await run('policy', '--minimum-noise-multiplier', '1.4', '--reason', 'agreed')).code).toBe(0);
  });

  it('lets two reviewers decide, with passphrases from files', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna', '--epsilon', '3');
    const fileOf = (name: string, passphrase: string): string => {
      const file = path.join(home, `${name}.txt`);
      writeFileSync(file, `${passphrase}\nnothing else is read`);
      return file;
    };
    const ada = fileOf('Ada', 'correct horse battery');
    const ben = fileOf('Ben', 'staple under the mat');
    await run('reviewers', 'add', 'Ada', '--passphrase-file', ada);
    expect(await failure('reviewers', 'mode', 'two')).toBe('second-reviewer-needed');
    await run('reviewers', 'add', 'Ben', '--passphrase-file', ben);
    expect((await run('reviewers', 'mode', 'two')).code).toBe(0);
    const { stdout } = await run('reviewers');
    expect(stdout).toMatch(/Two reviewers sign[^]*Ada {2}key [0-9a-f ]{39}\n[^]*Ben/);
    const raise = ['budget', '--epsilon', '5', '--reason', 'agreed'] as const;
    expect(await failure(...raise)).toBe('second-reviewer-needed');
    expect(await failure(...raise, '--reviewer', `Ada=${ada}`)).toBe('second-reviewer-needed');
    expect(await failure(...raise, '--reviewer', `Ada=${ben}`, '--reviewer', `Ben=${ben}`)).toBe(
      'reviewer-refused',
    );
    expect(await failure(...raise, '--reviewer', `Eve=${ada}`)).toBe('reviewer-refused');
    expect((await run(...raise, '--reviewer', `Ada=${ada}`, '--reviewer', `Ben=${ben}`)).code).toBe(0);
    expect(await failure('release', '--digest', '0'.repeat(12), '--reviewer', `Ada=${ada}`)).toBe(
      'nothing-to-review',
    );
  });

  it('verifies, and exits 1 with a reason when a row of the audit was changed', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna', '--epsilon', '3');
    expect((await run('verify')).code).toBe(0);
    const store = connectStore(path.join(home, 'bank.sqlite'));
    store.database.exec('DROP TRIGGER audit_is_never_changed');
    store.database.exec("UPDATE audit SET actor = 'Mallory' WHERE sequence = 1");
    store.close();
    expect(await failure('verify')).toBe('store-damaged');
    expect((await run('verify')).stderr).toMatch(/Audit +BROKEN +from entry 1 on: entry 1 was changed/);
  });

  it('notices that the end of the audit was cut off, and says what to do', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna', '--epsilon', '3');
    await run('policy', '--standing', 'on', '--rounds', '25');
    const store = connectStore(path.join(home, 'bank.sqlite'));
    store.database.exec('DROP TRIGGER audit_is_never_deleted');
    store.database.exec('DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)');
    store.close();
    const { code, stderr } = await run('verify');
    expect(code).toBe(1);
    expect(stderr).toMatch(/entries up to (\d+) were written, and those from \1 on are missing/);
    expect(stderr).toContain('restore a backup made with');
  });

  it('goes on from a cut audit with a reason, and an entry says what is missing', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna', '--epsilon', '3');
    expect(await failure('recover-audit', '--reason', 'nothing is wrong')).toBe('invalid-input');
    const store = connectStore(path.join(home, 'bank.sqlite'));
    store.database.exec('DROP TRIGGER audit_is_never_deleted');
    store.database.exec('DELETE FROM audit WHERE sequence > 1');
    store.close();
    expect((await run('verify')).code).toBe(1);
    expect(await failure('recover-audit')).toBe('wrong-usage');
    expect((await run('recover-audit', '--reason', 'An older copy was restored')).code).toBe(0);
    expect((await run('verify')).code).toBe(0);
    const bank = await createBank(
      hostOptions({ home, port: undefined }, { ...place, stderr: () => undefined }),
    );
    const { entries } = await bank.handlers['audit.list'](
      { after: 0, limit: 100, search: 'missing' },
      undefined,
    );
    await bank.close();
    expect(entries.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringMatching(/entry \d was written\. Reason: An older copy was restored\.$/),
    );
  });

  it('goes on from no audit whose entries were changed', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna', '--epsilon', '3');
    const store = connectStore(path.join(home, 'bank.sqlite'));
    store.database.exec('DROP TRIGGER audit_is_never_changed');
    store.database.exec("UPDATE audit SET actor = 'Mallory' WHERE sequence = 1");
    store.close();
    expect(await failure('recover-audit', '--reason', 'never mind')).toBe('store-damaged');
    expect((await run('verify')).code).toBe(1);
  });

  it('writes a pack for a regulator to the file that is named', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna', '--epsilon', '3');
    const file = path.join(home, 'pack.json');
    expect((await run('pack', file)).stdout).toContain(`Pack written to ${file}`);
    expect(JSON.parse(readText(file))).toMatchObject({ pack: { format: 'parley/pack/1', run: null } });
    expect(await failure('pack', path.join(home, 'no-such-folder', 'pack.json'))).toBe('file-not-writable');
    expect(await failure('pack')).toBe('wrong-usage');
  });

  it('names the process that has the store open when nobody serves it', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna');
    const options = hostOptions({ home, port: undefined }, { ...place, stderr: () => undefined });
    const bank = await createBank(options);
    expect(await failure('rounds')).toBe('store-locked');
    await bank.close();
    expect((await run('rounds')).code).toBe(0);
  });

  it('has nothing to review, to train or to score at first', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna');
    expect((await run('review')).stdout).toContain('Nothing was held');
    expect(await failure('train')).toBe('round-not-open');
    expect(await failure('withhold')).toBe('nothing-to-review');
    const update = 'upd_00000000000000000000000000';
    expect(await failure('retrain', update, '--noise-factor', '1.5')).toBe('nothing-to-review');
    expect(await failure('release', '--digest', '0'.repeat(12))).toBe('nothing-to-review');
    expect(await failure('score')).toBe('model-missing');
    expect(await failure('join', '--invite', path.join(home, 'none.txt'))).toBe('file-not-readable');
  });

  it('refuses an invitation that is cut short, and keeps it out of the audit', async () => {
    await run('init', '--bank', 'Nord', '--analyst', 'Anna');
    const file = path.join(home, 'invite.txt');
    writeFileSync(file, 'cut-short-secret');
    expect(await failure('join', '--invite', file)).toBe('invite-invalid');
    const bank = await createBank(
      hostOptions({ home, port: undefined }, { ...place, stderr: () => undefined }),
    );
    const { entries } = await bank.handlers['audit.list']({ after: 0, limit: 100, search: '' }, undefined);
    await bank.close();
    expect(JSON.stringify(entries)).not.toContain('cut-short-secret');
    expect(entries.map((entry) => entry.action)).toContain('app.setUp');
  });
});

describe('no runs', () => {
  const joined = {
    kind: 'joined',
    consortium: 'EU',
    address: '127.0.0.1:4790',
    operatorFingerprint: '0'.repeat(64),
    bankId: null,
    connection: { kind: 'connecting' },
  } as const;

  it('says why, and what is waited for', () => {
    const words = (hub: Parameters<typeof runsAnswer>[1]): string => runsAnswer([], hub).words;
    expect(words({ kind: 'none' })).toBe('No consortium yet: bank join --invite FILE');
    expect(words({ ...joined, membership: 'waiting-for-approval' })).toMatch(/not approved this bank yet/);
    expect(words({ ...joined, membership: 'member' })).toMatch(/hub was not reached yet/);
    const connection = { kind: 'connected', since: UtcTime.parse('2026-11-24T09:30:00.000Z') } as const;
    expect(words({ ...joined, membership: 'member', connection })).toMatch(/planned no run yet/);
  });
});

describe('training again', () => {
  it('takes the update, the factor and a note', () => {
    const args = [
      'retrain',
      'upd_00000000000000000000000000',
      '--noise-factor',
      '1.25',
      '--note',
      'near a row',
    ];
    expect(parseBankCommandLine(args).command).toEqual({
      kind: 'retrain',
      updateId: 'upd_00000000000000000000000000',
      noiseFactor: 1.25,
      note: 'near a row',
    });
  });
});

describe('failures of parsing', () => {
  it('are named failures', () => {
    try {
      parseBankCommandLine(['policy', '--standing', 'perhaps']);
    } catch (error) {
      expect(isFailure(error, 'wrong-usage')).toBe(true);
      return;
    }
    throw new Error('it was accepted');
  });
});
