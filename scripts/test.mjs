// `npm test`: types, layers, lint, unit and federation tests, the build and what is in it, browser tests, and the
// desktop window where there is an Electron binary. Ends in one plain line: `N passed, N failed`.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { whyNoWindow } from './find-electron.mjs';
import { cache, root, tool } from './workspace.mjs';

const withBrowser = !process.argv.includes('--no-browser');
const report = (name) => join(cache, name);

/** Runs a package's command under this Node; its output is printed as one piece when it ends. */
function quietly(script, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** Runs a package's command under this Node, its output passed on as it comes. */
function openly(script, args, environment = {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const rows = [];
const started = Date.now();

function record(name, passed, failed, since) {
  rows.push({ name, passed, failed, seconds: (Date.now() - since) / 1000 });
}

async function gate(name, script, args) {
  const since = Date.now();
  const { code, output } = await quietly(script, args);
  if (code !== 0) console.log(`\n${name}:\n${output}`);
  record(name, code === 0 ? 1 : 0, code === 0 ? 0 : 1, since);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // the runner died before it wrote a report: counted as a failure below
  }
}

/** A runner that fails without a failed test (a crash, no tests found) still counts as one failure. */
function recordTests(name, counts, { code, since }) {
  const failed = counts.failed === 0 && code !== 0 ? 1 : counts.failed;
  record(name, counts.passed, failed, since);
}

async function unitTests() {
  const since = Date.now();
  const file = report('vitest.json');
  rmSync(file, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await openly(tool('vitest/vitest.mjs'), args);
  const result = readJson(file);
  const counts = { passed: result?.numPassedTests ?? 0, failed: result?.numFailedTests ?? 0 };
  recordTests('unit and federation tests', counts, { code, since });
}

async function playwright(project, name) {
  const since = Date.now();
  const file = report(`playwright-${project}.json`);
  rmSync(file, { force: true });
  const args = ['test', `--project=${project}`, '--reporter=list,json'];
  const code = await openly(tool('playwright/cli.js'), args, { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  const stats = readJson(file)?.stats;
  const counts = { passed: (stats?.expected ?? 0) + (stats?.flaky ?? 0), failed: stats?.unexpected ?? 0 };
  recordTests(name, counts, { code, since });
}

async function desktopTests() {
  const why = whyNoWindow();
  if (why === undefined) await playwright('electron', 'desktop window');
  else
    console.log(
      `The desktop window was not tested, since ${why} (ELECTRON_OVERRIDE_DIST_PATH names a binary).`,
    );
}

function summarise() {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log('');
  for (const row of rows) {
    const counts = `${String(row.passed).padStart(5)} passed ${String(row.failed).padStart(4)} failed`;
    console.log(`${row.name.padEnd(28)}${counts} ${row.seconds.toFixed(1).padStart(8)} s`);
  }
  console.log(`${'all'.padEnd(48)}${((Date.now() - started) / 1000).toFixed(1).padStart(8)} s\n`);
  console.log(`${String(sum('passed'))} passed, ${String(sum('failed'))} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}

const layers = ['--config', '.dependency-cruiser.cjs', 'electron', 'main', 'renderer', 'shared', 'test'];
const eslint = ['.', '--cache', '--cache-location', join(cache, 'eslint/')];
await Promise.all([
  gate('types', tool('@typescript/native/bin/tsc'), ['-b']),
  gate('layers', tool('dependency-cruiser/bin/dependency-cruiser.mjs'), layers),
  gate('lint', tool('eslint/bin/eslint.js'), eslint),
]);
await unitTests();
await gate('build', join(root, 'scripts', 'build.mjs'), ['--if-changed']);
await gate('what the bundles hold', join(root, 'scripts', 'check-bundles.mjs'), []);
if (withBrowser) {
  await playwright('browser', 'browser tests');
  await desktopTests();
}
summarise();
