/** The real window, wherever there is an Electron binary (the package's, or ELECTRON_OVERRIDE_DIST_PATH). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, expect, type Page, test } from 'playwright/test';
import { findElectron } from '../../scripts/find-electron.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const binary = findElectron();
// Chromium refuses its own sandbox to the superuser, which containers usually are
const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root];

interface DesktopApi {
  request(
    method: string,
    input: unknown,
  ): Promise<{ kind: string; value?: unknown; failure?: { code: string } }>;
}

test.describe.configure({ mode: 'serial' });
test.skip(binary === undefined, 'there is no Electron binary here');

let home: string;
let app: ElectronApplication;
let page: Page;

const environment = (): Record<string, string> => {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...Object.fromEntries(own), PARLEY_HOME: home, PARLEY_PASSPHRASE: 'correct horse' };
};
const ask = (method: string, input: unknown): Promise<Awaited<ReturnType<DesktopApi['request']>>> =>
  page.evaluate(
    ([name, value]) => (window as unknown as { parley: DesktopApi }).parley.request(String(name), value),
    [method, input],
  );

test.beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-window-'));
  app = await _electron.launch({ executablePath: binary ?? '', args, cwd: root, env: environment() });
  page = await app.firstWindow();
});

test.afterAll(async () => {
  await app.close().catch(() => undefined); // closed by the last test already
  rmSync(home, { recursive: true, force: true });
});

test('opens its window on the first screen', async () => {
  expect(page.url()).toMatch(/^app:\/\/bundle\/bank\/index\.html/);
  await expect(page).toHaveTitle(/Parley/);
  await expect(page.getByRole('heading').first()).toBeVisible();
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    return { count: BrowserWindow.getAllWindows().length, isDevToolsOpened: contents?.isDevToolsOpened() };
  });
  expect(preferences).toEqual({ count: 1, isDevToolsOpened: false });
});

test('gives the page its four functions and nothing of Node', async () => {
  const globals = await page.evaluate(() => ({
    api: Object.keys((window as unknown as { parley: object }).parley).sort(),
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
  }));
  expect(globals).toEqual({ api: ['onCommand', 'onEvent', 'onState', 'request'], node: [] });
});

test('answers a query and a command through the port', async () => {
  expect(await ask('app.state', {})).toMatchObject({ kind: 'ok', value: { host: 'electron', bank: null } });
  expect(await ask('app.setUp', { bankName: 'Bank Nord', analyst: 'A. Kvist' })).toMatchObject({
    kind: 'ok',
  });
  const state = await ask('app.state', {});
  expect(state).toMatchObject({
    kind: 'ok',
    value: { bank: { name: 'Bank Nord' }, keyProtection: 'passphrase' },
  });
  expect(await ask('constructor', {})).toMatchObject({ kind: 'failure', failure: { code: 'wrong-usage' } });
});

test('shows a file dialog and hands on what was chosen', async () => {
  await app.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: ['/data/payments.csv'] });
  });
  expect(await ask('host.chooseImportFile', {})).toEqual({
    kind: 'ok',
    value: { source: '/data/payments.csv' },
  });
});

test('refuses to leave its page, to open windows and to fetch from elsewhere', async () => {
  await page.evaluate(() => {
    window.open('https://example.org/');
    window.location.href = 'https://example.org/';
  });
  const fetched = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => 'done',
      () => 'blocked',
    ),
  );
  expect(fetched).toBe('blocked');
  expect(page.url()).toMatch(/^app:\/\/bundle\//);
  expect(app.windows()).toHaveLength(1);
});

test('brings the first window to the front at a second start, which ends', async () => {
  const noticed = app.evaluate(
    ({ app: main }) =>
      new Promise<boolean>((resolve) => {
        main.once('second-instance', () => {
          resolve(true);
        });
      }),
  );
  const second = spawn(binary ?? '', args, { cwd: root, env: environment(), stdio: 'ignore' });
  const [code] = (await once(second, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(await noticed).toBe(true);
  expect(app.windows()).toHaveLength(1);
});

test('quits cleanly and leaves nothing running', async () => {
  const pids = await app.evaluate(({ app: main }) => main.getAppMetrics().map(({ pid }) => pid));
  expect(pids.length).toBeGreaterThan(2);
  const closed = app.waitForEvent('close');
  await app.evaluate(({ app: main }) => {
    main.quit();
  });
  await closed;
  await expect
    .poll(() =>
      pids.filter((pid) => {
        try {
          process.kill(pid, 0);
          return true;
        } catch {
          return false;
        }
      }),
    )
    .toEqual([]);
});
