import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecrets, type SecretsKey } from '../../../main/platform/secrets.ts';
import { systemRandom } from '../../../main/platform/random.ts';

let home: string;
const value = new TextEncoder().encode('a private key that is found nowhere else');

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-secrets-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const directory = (): string => path.join(home, 'keys');
const open = (key: SecretsKey): ReturnType<typeof createSecrets> =>
  createSecrets({ directory: directory(), key, random: systemRandom });
const passphrase = (text: string): SecretsKey => ({ kind: 'passphrase', passphrase: text });
const systemKey = (byte: number): SecretsKey => ({
  kind: 'operating-system',
  key: new Uint8Array(32).fill(byte),
});

describe.each([
  ['file-mode-only', { kind: 'none' }],
  ['passphrase', passphrase('correct horse')],
  ['operating-system', systemKey(7)],
] as const)('%s', (protection, key) => {
  it('reads back what was written, also after a restart', () => {
    open(key).write('bank-identity', value);
    expect(open(key).read('bank-identity')).toEqual(new Uint8Array(value));
    expect(open(key).read('never-written')).toBeUndefined();
    expect(open(key).protection).toBe(protection);
  });

  it('replaces a value as a whole', () => {
    const secrets = open(key);
    secrets.write('ledger-head', value);
    secrets.write('ledger-head', Uint8Array.of(1, 2, 3));
    expect(secrets.read('ledger-head')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.skipIf(process.platform === 'win32')('is closed to other users', () => {
    open(key).write('bank-identity', value);
    expect(statSync(directory()).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(directory(), 'bank-identity.key')).mode & 0o777).toBe(0o600);
  });
});

describe('sealed', () => {
  it('refuses another passphrase, and none', () => {
    open(passphrase('correct horse')).write('bank-identity', value);
    expect(() => open(passphrase('battery staple')).read('bank-identity')).toThrow(
      expect.objectContaining({ code: 'passphrase-wrong' }),
    );
    expect(() => open({ kind: 'none' }).read('bank-identity')).toThrow(
      expect.objectContaining({ code: 'passphrase-wrong' }),
    );
  });

  it('takes the same passphrase typed in another Unicode form', () => {
    open(passphrase('Zürich'.normalize('NFC'))).write('bank-identity', value);
    expect(open(passphrase('Zürich'.normalize('NFD'))).read('bank-identity')).toEqual(new Uint8Array(value));
  });

  it('keeps no plain bytes on disk', () => {
    open(systemKey(7)).write('bank-identity', value);
    const file = readFileSync(path.join(directory(), 'bank-identity.key'));
    expect(file.includes(Buffer.from(value.subarray(0, 8)))).toBe(false);
  });

  it('notices every changed byte', () => {
    const secrets = open(systemKey(7));
    secrets.write('ledger-head', Uint8Array.of(9, 9, 9));
    const file = path.join(directory(), 'ledger-head.key');
    const content = readFileSync(file);
    for (let i = 1; i < content.length; i++) {
      const changed = Buffer.from(content);
      changed[i] = (changed[i] ?? 0) ^ 0x10;
      writeFileSync(file, changed);
      expect(() => secrets.read('ledger-head')).toThrow(
        expect.objectContaining({ code: 'passphrase-wrong' }),
      );
    }
  });

  it('notices a truncated file', () => {
    const secrets = open(systemKey(7));
    secrets.write('ledger-head', value);
    writeFileSync(path.join(directory(), 'ledger-head.key'), Uint8Array.of(1, 2, 3));
    expect(() => secrets.read('ledger-head')).toThrow(expect.objectContaining({ code: 'passphrase-wrong' }));
  });

  it('notices files that were swapped', () => {
    const secrets = open(systemKey(7));
    secrets.write('old-head', value);
    renameSync(path.join(directory(), 'old-head.key'), path.join(directory(), 'new-head.key'));
    expect(() => secrets.read('new-head')).toThrow(expect.objectContaining({ code: 'passphrase-wrong' }));
  });
});

it('takes no name that could be a path', () => {
  const secrets = open({ kind: 'none' });
  for (const name of ['../x', 'a/b', 'A', '', '.hidden', 'a'.repeat(100)]) {
    expect(() => secrets.read(name)).toThrow(RangeError);
  }
});
