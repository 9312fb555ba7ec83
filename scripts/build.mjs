// The production build: the WASM kernel's bytes, then main, preload and renderer by electron-vite.
// `--if-changed` builds only when a source differs from the last build; `--kernel-only` stops after the kernel.
import { existsSync, mkdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { cache, contentStamp, readStamp, root, run, say, tool, writeStamp } from './workspace.mjs';

const KERNEL_SOURCES = ['main/learning/kernel/assembly', 'scripts/build-kernel.mjs', 'package-lock.json'];
const SOURCES = [
  'electron',
  'main',
  'renderer',
  'shared',
  'resources',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
];
const kernelScript = join(root, 'scripts', 'build-kernel.mjs');
const kernelModule = join(root, 'main', 'learning', 'kernel', 'kernel.generated.ts');
const lock = join(cache, 'build.lock');

function buildKernel(always) {
  if (!existsSync(kernelScript)) return 0;
  const stampFile = join(cache, 'kernel-stamp');
  const stamp = contentStamp(KERNEL_SOURCES);
  if (!always && existsSync(kernelModule) && readStamp(stampFile) === stamp) return 0;
  const code = run(process.execPath, [kernelScript]);
  if (code === 0) writeStamp(stampFile, stamp);
  return code;
}

function buildBundles(always) {
  const stampFile = join(root, 'out', '.build-stamp');
  const stamp = contentStamp(SOURCES, (file) => file.endsWith('.md'));
  if (!always && readStamp(stampFile) === stamp) return 0;
  say('Building…');
  rmSync(stampFile, { force: true });
  const code = run(process.execPath, [
    tool('electron-vite/bin/electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ]);
  if (code === 0) writeStamp(stampFile, stamp);
  return code;
}

/** Two commands started at once must not build into the same folder; a lock older than five minutes is a dead one. */
async function withLock(action) {
  mkdirSync(cache, { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > 300_000) rmSync(lock, { recursive: true, force: true });
      else await wait(200);
    }
  }
  try {
    return action();
  } finally {
    rmdirSync(lock);
  }
}

const always = !process.argv.includes('--if-changed');
process.exitCode = await withLock(() => {
  const code = buildKernel(always);
  return code !== 0 || process.argv.includes('--kernel-only') ? code : buildBundles(always);
});
