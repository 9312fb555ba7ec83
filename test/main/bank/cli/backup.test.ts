import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hostOptions } from '#main/bank/cli/host-options.ts';
import { runBankProgram } from '#main/bank/cli/main.ts';
import { readText } from '#main/bank/cli/read-text.ts';
import { writeText } from '#main/bank/cli/write-text.ts';
import { createBank } from '#main/bank/create.ts';
import { openLedger } from '#main/bank/privacy/ledger.ts';
import { ledgerMacKey, secretsMirror } from '#main/bank/privacy/ledger-secrets.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { realClock } from '#main/platform/clock.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { PrivacyStateView } from '#shared/privacy/ledger-view.ts';

let home: string;
let backup: string;

process.setMaxListeners(100);

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-backup-'));
  backup = path.join(home, 'monday.sqlite');
  await run('init', '--bank', 'Northern', '--analyst', 'A. Kvist', '--epsilon', '4');
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const place = {
  entryDirectory: path.resolve('main/entry'),
  pageDirectory: path.resolve('out/renderer'),
  version: '0.0.0',
  stderr: () => undefined,
};
const options = () => hostOptions({ home, port: undefined }, place);
const storeFile = (): string => path.join(home, 'bank.sqlite');

async function run(...args: readonly string[]) {
  let stdout = '';
  const code = await runBankProgram({
    args,
    stdout: (text) => {
      stdout += text;
    },
    stderr: () => undefined,
    isTerminal: false,
    readText,
    writeText,
    clock: realClock,
    bankOptions: options,
  });
  return { code, stdout };
}

const json = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse((await run(...args, '--json')).stdout);

const Failed = z.object({ failure: z.object({ code: z.string(), nextStep: z.string() }) });
const failure = async (...args: readonly string[]) => Failed.parse(await json(...args)).failure;
const privacy = async (): Promise<PrivacyStateView> => PrivacyStateView.parse(await json('budget'));

/** As a training would, without one. */
function spend(): void {
  const { clock, log, random, secrets } = options();
  const store = openStore({ file: storeFile(), migrations: bankMigrations, clock, log });
  const macKey = ledgerMacKey(secrets, random);
  const ledger = openLedger({ database: store.database, macKey, clock, mirror: secretsMirror(secrets) });
  const mechanism = { samplingRate: 1, noiseMultiplier: 10, steps: 1 };
  ledger.charge({ runId: null, roundId: null, mechanism, clippingNorm: 1, hold: null });
  store.close();
}

describe('a restored backup', () => {
  it('buys no budget back: it blocks, says what it would take, and recovering charges what it lacks', async () => {
    spend();
    expect((await run('backup', backup)).code).toBe(0);
    spend();
    const spent = await privacy();
    expect(spent.chargedEpsilon).toBeGreaterThan(0.5);

    const { code, stdout } = await run('restore', backup);
    expect(code).toBe(0);
    expect(stdout).toContain('is kept as');
    expect(stdout).toContain('bank recover --reason');
    expect((await privacy()).health).toMatchObject({ kind: 'rolled-back', witness: 'mirror' });
    const broken = await failure('verify');
    expect(broken.code).toBe('ledger-broken');
    expect(broken.nextStep).toContain('bank recover');
    expect(await json('recover')).toMatchObject({
      kind: 'charge-missing',
      epsilonAfter: spent.chargedEpsilon,
    });
    expect((await privacy()).health.kind).toBe('rolled-back');

    expect((await run('recover', '--reason', 'disk replaced')).code).toBe(0);
    expect(await privacy()).toMatchObject({
      chargedEpsilon: spent.chargedEpsilon,
      health: { kind: 'verified' },
    });
    expect((await run('verify')).code).toBe(0);
    expect((await failure('recover', '--reason', 'again')).code).toBe('invalid-input');
  });

  it('that nothing was spent after lacks the end of the audit only, and costs nothing', async () => {
    spend();
    await run('backup', backup);
    await run('restore', backup);
    const { chargedEpsilon, health } = await privacy();
    expect(health.kind).toBe('verified');
    expect(await json('recover')).toMatchObject({ kind: 'accept-audit-end' });
    await run('recover', '--reason', 'disk replaced');
    expect((await run('verify')).code).toBe(0);
    expect((await privacy()).chargedEpsilon).toBe(chargedEpsilon);
  });

  it('keeps the store of before, whole', async () => {
    await run('backup', backup);
    spend();
    await run('restore', backup);
    const kept = readdirSync(home).find((name) => name.includes('before-restore') && name.endsWith('.bak'));
    if (kept === undefined) throw new Error('nothing was kept');
    await run('restore', path.join(home, kept));
    expect((await privacy()).chargedEpsilon).toBeGreaterThan(0.3);
    expect((await privacy()).health.kind).toBe('verified');
  });
});

describe('is refused, and the store stays as it was', () => {
  const unchanged = async (file: string, code: string): Promise<void> => {
    const before = await privacy();
    expect((await failure('restore', file)).code).toBe(code);
    expect(await privacy()).toEqual(before);
    expect(readdirSync(home).filter((name) => name.includes('restor'))).toEqual([]);
  };

  it('a file with flipped bytes', async () => {
    spend();
    await run('backup', backup);
    const bytes = readFileSync(backup);
    bytes.fill(0x5a, 4096 * 3, 4096 * 3 + 600);
    writeFileSync(backup, bytes);
    await unchanged(backup, 'store-damaged');
  });

  it('a ledger that another key wrote', async () => {
    const other = mkdtempSync(path.join(tmpdir(), 'parley-other-'));
    const [ownHome, ownBackup] = [home, backup];
    home = other;
    await run('init', '--bank', 'Other', '--analyst', 'B', '--epsilon', '4');
    await run('backup', ownBackup);
    rmSync(other, { recursive: true, force: true });
    home = ownHome;
    await unchanged(ownBackup, 'store-damaged');
  });

  it('a file that is not there, and one that is no store', async () => {
    await unchanged(path.join(home, 'nowhere.sqlite'), 'file-not-readable');
    writeFileSync(backup, 'not a store at all, but some text');
    await unchanged(backup, 'store-damaged');
  });

  it('any backup while a process has the store open', async () => {
    await run('backup', backup);
    const bank = await createBank(options());
    expect((await failure('restore', backup)).code).toBe('store-locked');
    await bank.close();
  });
});

it('a backup replaces no file, and leaves none behind where it fails', async () => {
  writeFileSync(backup, 'something else');
  expect((await failure('backup', backup)).code).toBe('file-not-writable');
  expect(readFileSync(backup, 'utf8')).toBe('something else');
  expect((await failure('backup', path.join(home, 'no', 'folder', 'x.sqlite'))).code).toBe(
    'file-not-writable',
  );
  expect(readdirSync(home).filter((name) => name.endsWith('.partial'))).toEqual([]);
});
