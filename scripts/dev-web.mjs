// electron-vite's dev mode with Node in Electron's place: the page with hot reload in a browser, the headless bank
// restarted on change. The bank prints its own link; the one to open is the same token on Vite's address.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { watchParent } from './watch-parent.mjs';
import { root, say, tool } from './workspace.mjs';

const dev = [
  'dev',
  '--watch',
  '--entry',
  'out/main/bank.js',
  '--',
  'serve',
  '--port',
  '4780',
  ...process.argv.slice(2),
];
const child = spawn(process.execPath, [tool('electron-vite/bin/electron-vite.js'), ...dev], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, ELECTRON_EXEC_PATH: process.execPath },
});
createInterface(child.stdout).on('line', (line) => {
  say(line);
  const token = /http:\/\/127\.0\.0\.1:4780\/\S*(#\S+)/.exec(line)?.[1];
  if (token !== undefined) say(`Open with hot reload: http://127.0.0.1:5173/bank/${token}`);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
watchParent();
child.on('exit', (code) => process.exit(code ?? 1));
