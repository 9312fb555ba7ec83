import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  defaultHome,
  guardedEnvironment,
  isGuardedByParent,
  loadConfig,
  secretsKeyOf,
} from '../../../main/platform/config.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-config-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const write = (content: unknown): void => {
  writeFileSync(
    path.join(home, 'config.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
};

it('takes defaults < file < environment < flags', () => {
  write({ port: 1111, logLevel: 'debug', threads: 3 });
  const environment = { PARLEY_HOME: home, PARLEY_PORT: '2222', PARLEY_THREADS: '4' };
  const config = loadConfig({ environment, flags: { threads: '5', port: undefined } });
  expect(config).toMatchObject({ home, port: 2222, logLevel: 'debug', threads: 5 });
  expect(loadConfig({ environment: {}, defaultHome: path.join(home, 'empty') })).toEqual({
    home: path.join(home, 'empty'),
    port: 0,
    logLevel: 'info',
  });
});

it('names a home that is a file, not a fault of Parley', () => {
  write({});
  const file = path.join(home, 'config.json');
  expect(() => loadConfig({ environment: {}, flags: { home: file } })).toThrow(
    expect.objectContaining({
      code: 'file-not-readable',
      message: `The folder ${file} can't be used as --home`,
    }),
  );
});

it('is frozen', () => {
  expect(Object.isFrozen(loadConfig({ environment: {}, defaultHome: home }))).toBe(true);
});

it('treats an empty variable as unset', () => {
  expect(loadConfig({ environment: { PARLEY_PORT: '' }, defaultHome: home }).port).toBe(0);
});

it.each([
  ['a flag', { flags: { port: '70000' } }, 'port'],
  ['a variable', { environment: { PARLEY_LOG_LEVEL: 'loud' } }, 'logLevel'],
])('names the setting that %s got wrong', (_name, sources, key) => {
  expect(() => loadConfig({ environment: {}, defaultHome: home, ...sources })).toThrow(
    expect.objectContaining({ code: 'wrong-usage', details: { key } }),
  );
});

it.each([['{ not json'], [{ port: 'x' }], [{ unknownKey: 1 }]])('refuses the file %j', (content) => {
  write(content);
  expect(() => loadConfig({ environment: {}, defaultHome: home })).toThrow(
    expect.objectContaining({ code: 'wrong-usage' }),
  );
});

it('reads the passphrase from the file before the environment, without its line end', () => {
  const passphraseFile = path.join(home, 'passphrase.txt');
  writeFileSync(passphraseFile, 'correct horse\r\nsecond line');
  expect(secretsKeyOf({ passphraseFile, passphrase: 'other' })).toEqual({
    kind: 'passphrase',
    passphrase: 'correct horse',
  });
  expect(secretsKeyOf({ passphrase: 'other' })).toEqual({ kind: 'passphrase', passphrase: 'other' });
  expect(secretsKeyOf({})).toEqual({ kind: 'none' });
  expect(() => secretsKeyOf({ passphraseFile: path.join(home, 'absent') })).toThrow(
    expect.objectContaining({ code: 'file-not-readable' }),
  );
});

it('keeps bank, hub and demo apart', () => {
  const homes = (['bank', 'hub', 'demo'] as const).map((name) => defaultHome(name, { XDG_DATA_HOME: home }));
  expect(new Set(homes).size).toBe(3);
});

it('tells a child that its parent watches over it', () => {
  expect(isGuardedByParent({})).toBe(false);
  expect(isGuardedByParent(guardedEnvironment({ X: 'y' }))).toBe(true);
});
