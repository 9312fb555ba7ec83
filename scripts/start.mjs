// `npm start`: the desktop app where there is an Electron binary and a display, else the same app in a browser.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findElectron, whyNoWindow } from './find-electron.mjs';
import { watchParent } from './watch-parent.mjs';
import { root, run, say, tool } from './workspace.mjs';

const args = process.argv.slice(2);

function choose() {
  if (args.includes('--headless')) return { kind: 'browser', why: 'you asked for that' };
  // the package downloads its binary on demand; behind a mirror that fails within a second
  if (whyNoWindow() === 'there is no Electron binary') {
    spawnSync(process.execPath, [tool('electron/install.js')], { stdio: 'ignore' });
  }
  const why = whyNoWindow();
  return why === undefined ? { kind: 'window', binary: findElectron() } : { kind: 'browser', why };
}

function openWindow(binary) {
  say('Starting the desktop app.');
  const child = spawn(binary, [root, ...args], { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  watchParent();
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
}

/** In this process: its exit, signals and output are the app's own. */
async function serveBrowser(why) {
  say(`Serving the app to your browser, since ${why}. Open the link below; Ctrl-C stops it.`);
  const entry = join(root, 'out', 'main', 'bank.js');
  process.argv = [process.execPath, entry, 'serve', ...args.filter((arg) => arg !== '--headless')];
  process.setSourceMapsEnabled(true);
  watchParent();
  await import(pathToFileURL(entry).href);
}

const built = run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-changed']);
if (built !== 0) process.exit(built);
const choice = choose();
if (choice.kind === 'window') openWindow(choice.binary);
else await serveBrowser(choice.why);
