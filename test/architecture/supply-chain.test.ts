import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

const Locked = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
});
const { packages } = z.object({ packages: z.record(z.string(), Locked) }).parse(read('package-lock.json'));
const manifest = z
  .looseObject({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(read('package.json'));
const locked = Object.entries(packages).filter(([place]) => place !== '');
const nameOf = (place: string): string => place.split('node_modules/').at(-1) ?? place;

/** The lowest version without the advisory, and where it stands. */
const FLOORS: readonly (readonly [name: string, floor: string, advisory: string])[] = [
  ['socket.io-parser', '4.2.7', 'CVE-2026-69185, GHSA-677m-j7p3-52f9: unbounded attachments'],
  ['electron', '44.0.0', 'the latest three majors get fixes; CVE-2025-55305 below 35.7.5'],
  ['engine.io', '6.6.2', 'cookie below 0.7.0, GHSA-pxg6-pf52-xh8x'],
  ['ws', '8.17.1', 'CVE-2024-37890: many headers crash the server'],
  ['better-sqlite3', '12.2.0', 'bundles SQLite with CVE-2025-6965 fixed (3.50.2)'],
];

const numbers = (version: string): number[] => version.split(/[.-]/).slice(0, 3).map(Number);
function isAtLeast(version: string, floor: string): boolean {
  const [have, want] = [numbers(version), numbers(floor)];
  const different = want.findIndex((part, index) => part !== have[index]);
  return different === -1 || (have[different] ?? 0) > (want[different] ?? 0);
}

it('locks every package with its SHA-512', () => {
  const without = locked.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true);
  expect(without.map(([place]) => place)).toEqual([]);
  expect(locked.length).toBeGreaterThan(300);
});

it('takes nothing from git, a file or an address of its own', () => {
  const ranges = Object.values({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
  expect(ranges.filter((range) => !/^(npm:(@[\w-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  const elsewhere = locked.filter(
    ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https:'),
  );
  expect(elsewhere).toEqual([]);
});

it('lets a package run an install script only by a decision', () => {
  const scripted = new Set(
    locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([place]) => nameOf(place)),
  );
  const undecided = [...scripted].filter(
    (name) => !Object.hasOwn(manifest.allowScripts, name) && name !== 'fsevents',
  );
  expect(undecided).toEqual([]);
  const allowed = Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed);
  expect(allowed.map(([name]) => name)).toEqual(['@tensorflow/tfjs-node']);
});

it.each(FLOORS)('%s is %s or newer', (name, floor) => {
  const versions = locked
    .filter(([place]) => nameOf(place) === name)
    .map(([, { version }]) => version ?? '0.0.0');
  expect(versions.length).toBeGreaterThan(0);
  expect(versions.filter((version) => !isAtLeast(version, floor))).toEqual([]);
});

it('compares versions by number', () => {
  expect(isAtLeast('4.10.0', '4.9.9')).toBe(true);
  expect(isAtLeast('4.2.6', '4.2.7')).toBe(false);
  expect(isAtLeast('4.2.7', '4.2.7')).toBe(true);
});

it('stays within the budget of run-time dependencies', () => {
  expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(15);
});
