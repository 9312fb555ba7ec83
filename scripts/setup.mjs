// Runs before every npm script, also on a fresh clone, under whatever Node started npm (20 or newer) and with no
// node_modules: nothing but Node's own modules here. All it says goes to standard error.
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, sep } from 'node:path';
import { modules, projectNode, readStamp, root, run, say, tool, writeStamp } from './workspace.mjs';

const stampFile = join(modules, '.setup-stamp');

/** npm itself, not its shim: the shim would take .bin/node, which may be the Node that an installation deletes. */
function npm(args) {
  const cli = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  return cli && /\.c?js$/.test(cli)
    ? run(node, [cli, ...args])
    : run('npm', args, { shell: process.platform === 'win32' });
}

/** Not all of package.json: a new npm script must not cost a new installation. */
function wantedStamp() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { allowScripts, overrides, dependencies, devDependencies, optionalDependencies } = manifest;
  const hash = createHash('sha256')
    .update(JSON.stringify({ allowScripts, overrides, dependencies, devDependencies, optionalDependencies }))
    .update(readFileSync(join(root, 'package-lock.json')));
  return `${hash.digest('hex')} ${process.platform} ${process.arch}\n`;
}

function install() {
  const wanted = wantedStamp();
  const have = readStamp(stampFile);
  if (have === wanted) return;
  say(
    have === ''
      ? 'Set-up: installing dependencies (1 to 2 minutes the first time)…'
      : 'Set-up: the dependencies changed, installing…',
  );
  // `npm ci` empties node_modules; Windows can't delete a node.exe that runs (a stale tree runs us with it)
  const inUse = process.platform === 'win32' && process.execPath.startsWith(modules + sep);
  const code = npm([inUse ? 'install' : 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    say('Set-up: npm could not install the dependencies; see its message above. Nothing else was done.');
    process.exit(code);
  }
  writeStamp(stampFile, wanted);
}

/** On platforms for which npm has no Node package (macOS) the person's own must be new enough. */
function checkNode() {
  if (projectNode() !== process.execPath) return;
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  say(
    `Set-up: this platform needs Node 24 or newer; this is ${process.version}. Install it and run the command again.`,
  );
  process.exit(1);
}

async function findBrowser() {
  const { findChromium } = await import('./find-chromium.mjs');
  return findChromium();
}

function installDebianChromium() {
  say('Set-up: no Chromium found for the browser tests, installing Debian’s…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const packages = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'];
  if (run('apt-get', packages, { env }) === 0) return;
  run('apt-get', ['update'], { env });
  run('apt-get', packages, { env });
}

async function installBrowser() {
  if ((await findBrowser()) !== undefined) return;
  const debian = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (debian) installDebianChromium();
  else run(projectNode(), [tool('playwright/cli.js'), 'install', 'chromium']);
  if ((await findBrowser()) === undefined) {
    say('Set-up: no Chromium could be had; set CHROMIUM_PATH to one. Until then the browser tests fail.');
  }
}

/** On the project's own Node: the builders need it. */
function build(...args) {
  const code = run(projectNode(), [join(root, 'scripts', 'build.mjs'), '--if-changed', ...args]);
  if (code !== 0) process.exit(code);
}

install();
checkNode();
if (process.argv.includes('--browser')) await installBrowser();
if (process.argv.includes('--build')) build();
else build('--kernel-only');
