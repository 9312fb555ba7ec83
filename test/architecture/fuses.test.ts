import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FUSES, hardenBinary } from '../../scripts/after-pack.mjs';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-fuses-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What an Electron binary holds of its fuses: the sentinel, version 1, nine states (Electron's defaults). */
function fakeBinary(states: string): string {
  const file = path.join(directory, 'parley');
  const wire = Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.of(1, states.length),
    Buffer.from(states),
  ]);
  writeFileSync(file, Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(4096), wire, Buffer.alloc(4096)]));
  return file;
}

it('burns exactly these fuses into the binary', async () => {
  const binary = fakeBinary('101100011');
  await hardenBinary(binary);
  const wire = await getCurrentFuseWire(binary);
  expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
  expect(wire[FuseV1Options.EnableCookieEncryption]).toBe(FuseState.ENABLE);
  expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE);
  expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE);
  expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(FuseState.ENABLE);
  expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
  expect(wire[FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]).toBe(FuseState.DISABLE);
  expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(FuseState.DISABLE);
  expect(Object.keys(FUSES)).toHaveLength(8);
});

it('changes nothing else in the binary', async () => {
  const binary = fakeBinary('101100011');
  const before = readFileSync(binary);
  await hardenBinary(binary);
  const after = readFileSync(binary);
  const changed = [...before.keys()].filter((index) => before[index] !== after[index]);
  const wireAt = before.indexOf('dL7p') + 34;
  expect(changed.every((index) => index >= wireAt && index < wireAt + 9)).toBe(true);
});

it('refuses a binary whose fuse was removed by its maker', async () => {
  await expect(hardenBinary(fakeBinary('r01100011'))).rejects.toThrow();
});

it('refuses a file without fuses', async () => {
  const file = path.join(directory, 'plain');
  writeFileSync(file, 'no binary');
  await expect(hardenBinary(file)).rejects.toThrow();
});
