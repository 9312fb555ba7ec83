import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';

import type * as Fake from '../fakes/electron.ts';

vi.mock('electron', () => import('../fakes/electron.ts'));

const home = mkdtempSync(path.join(tmpdir(), 'parley-main-'));
process.env['PARLEY_HOME'] = home;

/** A fresh registry: main.ts does its work when it is imported. */
beforeEach(() => {
  vi.resetModules();
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

it('hardens before it is ready, keeps its data in the home folder, and explains a start that fails', async () => {
  const fake = (await import('electron')) as unknown as typeof Fake;
  await import('../../electron/main.ts');
  // run from the sources there is no built page beside it: the one way to fail that a test can rely on
  await vi.waitFor(() => {
    expect(fake.app.log).toContain('exit 1');
  });
  expect(fake.app.log.slice(0, 3)).toEqual(['enableSandbox', 'requestSingleInstanceLock', 'whenReady']);
  expect(fake.protocol.schemes).toHaveLength(1);
  expect(fake.app.paths['userData']).toBe(path.join(home, 'desktop'));
  expect(fake.dialog.errors).toHaveLength(1);
  expect(readdirSync(path.join(home, 'logs'))).toHaveLength(1);
  expect(fake.utilityProcess.forked).toEqual([]);
});

it('leaves at once when the app runs already', async () => {
  const fake = (await import('electron')) as unknown as typeof Fake;
  fake.app.lock = false;
  fake.app.log.length = 0;
  await import('../../electron/main.ts');
  expect(fake.app.log).toEqual(['enableSandbox', 'requestSingleInstanceLock', 'quit']);
});
