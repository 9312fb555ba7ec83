import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePrivateDirectory, readFileIfPresent, writeFileDurably } from '../../../main/platform/files.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-files-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

it('replaces a file and leaves nothing beside it', () => {
  const file = path.join(home, 'head.json');
  writeFileDurably(file, 'old and longer');
  writeFileDurably(file, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(readdirSync(home)).toEqual(['head.json']);
});

it('keeps the old content and leaves nothing beside it when the write fails', () => {
  const file = path.join(home, 'head');
  mkdirSync(file);
  expect(() => {
    writeFileDurably(file, 'x');
  }).toThrow();
  expect(readdirSync(home)).toEqual(['head']);
});

it.skipIf(process.platform === 'win32')('closes a folder that existed, and a file that was open', () => {
  const directory = path.join(home, 'keys');
  mkdirSync(directory, { mode: 0o755 });
  makePrivateDirectory(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  const file = path.join(directory, 'a');
  writeFileSync(file, 'x', { mode: 0o644 });
  writeFileDurably(file, 'y');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('tells absent from unreadable', () => {
  expect(readFileIfPresent(path.join(home, 'absent'))).toBeUndefined();
  expect(() => readFileIfPresent(home)).toThrow();
});
