import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemRandom } from '../../../main/platform/random.ts';
import { startBridge, type Bridge, type BridgeOptions } from '../../../main/wire/bridge/bridge.ts';
import { bearerToken, judge } from '../../../main/wire/bridge/gate.ts';
import { contentSecurityPolicy } from '../../../main/wire/bridge/headers.ts';
import { loadPage } from '../../../main/wire/bridge/page.ts';
import { safeName } from '../../../main/wire/bridge/uploads.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { recordingLog } from '../../fakes/log.ts';

let home: string;
let bridge: Bridge | undefined;
let sockets: Socket[] = [];
let emit: (event: unknown) => void = () => undefined;
const clock = fakeClock();
const log = recordingLog();

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-bridge-'));
  const directory = path.join(home, 'renderer');
  mkdirSync(path.join(directory, 'bank'), { recursive: true });
  writeFileSync(
    path.join(directory, 'bank', 'index.html'),
    '<meta property="csp-nonce" content="__CSP_NONCE__">',
  );
  writeFileSync(path.join(directory, 'app-1.js'), 'console.log(1)');
  writeFileSync(path.join(directory, 'secret.txt'), 'beside the page, not of it');
  writeFileSync(
    path.join(directory, 'files.json'),
    JSON.stringify({ files: ['app-1.js', 'bank/index.html'] }),
  );
});

afterEach(async () => {
  for (const socket of sockets) socket.close();
  sockets = [];
  await bridge?.close();
  bridge = undefined;
  rmSync(home, { recursive: true, force: true });
});

async function start(
  changes: Partial<BridgeOptions> = {},
): Promise<{ origin: string; host: string; token: string }> {
  const page = loadPage({
    directory: path.join(home, 'renderer'),
    start: 'bank/index.html',
    random: systemRandom,
  });
  bridge = await startBridge({
    answer: async (method, input) =>
      method === 'fail'
        ? { kind: 'failure', failure: { code: 'busy', message: 'x', nextStep: 'y' } }
        : { kind: 'ok', value: { method, input } },
    subscribe: (listener) => {
      emit = listener;
      return () => {
        emit = () => undefined;
      };
    },
    page,
    uploadDirectory: path.join(home, 'uploads'),
    port: 0,
    clock,
    random: systemRandom,
    log,
    ...changes,
  });
  const { origin, host, hash } = new URL(bridge.url);
  return { origin, host, token: hash.replace('#token=', '') };
}

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As bytes on the wire: `fetch` would normalise paths and refuse to set Host, Origin and Sec-Fetch-Site. */
function raw(
  origin: string,
  options: { path?: string; method?: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

function connect(origin: string, token: unknown, extraHeaders: Record<string, string> = {}): Socket {
  const socket = io(`${origin}/app`, {
    transports: ['websocket'],
    auth: { token },
    reconnection: false,
    forceNew: true,
    extraHeaders,
  });
  sockets.push(socket);
  return socket;
}

const event = (socket: Socket, name: string): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once(name, resolve);
  });

it('says who it refuses and why', () => {
  const host = '127.0.0.1:4780';
  expect(judge({ host }, host)).toEqual({ kind: 'pass' });
  expect(judge({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, host)).toEqual({
    kind: 'pass',
  });
  expect(judge({ host, 'sec-fetch-site': 'none' }, host)).toEqual({ kind: 'pass' });
  expect(judge({ host: 'localhost:4780' }, host)).toMatchObject({ status: 421 });
  expect(judge({ host: 'rebind.test:4780' }, host)).toMatchObject({ status: 421 });
  expect(judge({}, host)).toMatchObject({ status: 421 });
  expect(judge({ host, origin: 'http://127.0.0.1:4781' }, host)).toMatchObject({
    status: 403,
    why: 'origin',
  });
  expect(judge({ host, origin: 'null' }, host)).toMatchObject({ status: 403, why: 'origin' });
  expect(judge({ host, origin: `https://${host}` }, host)).toMatchObject({ status: 403, why: 'origin' });
  for (const site of ['cross-site', 'same-site', 'anything']) {
    expect(judge({ host, 'sec-fetch-site': site }, host)).toMatchObject({
      status: 403,
      why: 'sec-fetch-site',
    });
  }
  expect(bearerToken({ authorization: 'Bearer abc-_9' })).toBe('abc-_9');
  expect(bearerToken({ authorization: 'Basic abc' })).toBeUndefined();
});

it('serves the listed files and nothing else, whatever the path says', async () => {
  const { origin } = await start();
  expect(await raw(origin, { path: '/' })).toMatchObject({ status: 200 });
  expect(await raw(origin, { path: '/bank/index.html?x=1' })).toMatchObject({ status: 200 });
  expect(await raw(origin, { path: '/app-1.js' })).toMatchObject({ status: 200, text: 'console.log(1)' });
  const others = [
    '/secret.txt',
    '/files.json',
    '/../secret.txt',
    '/bank/../secret.txt',
    '/%2e%2e/secret.txt',
  ];
  const strange = [
    '/app-1.js%00',
    '//app-1.js',
    '/bank',
    '/bank/',
    '/__proto__',
    '/constructor',
    '/APP-1.JS',
    '/app-1.js/',
  ];
  for (const path of [...others, ...strange]) {
    expect((await raw(origin, { path })).status, path).toBe(404);
  }
  expect((await raw(origin, { path: '/', method: 'POST' })).status).toBe(405);
  expect((await raw(origin, { path: '/upload', method: 'GET' })).status).toBe(405);
});

it('gives every page a nonce of its own, the one that its policy names', async () => {
  const { origin } = await start();
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const { headers, text } = await raw(origin, { path: '/' });
    const nonce = /content="([\w-]{22})"/.exec(text)?.[1] ?? '';
    expect(headers['content-security-policy']).toBe(contentSecurityPolicy(nonce));
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

it('sends the hardening headers with every answer, refusals too', async () => {
  const { origin } = await start();
  const answers = [
    await raw(origin, { path: '/' }),
    await raw(origin, { path: '/nowhere' }),
    await raw(origin, { path: '/', headers: { host: 'rebind.test' } }),
    await raw(origin, { path: '/upload', method: 'PUT' }),
  ];
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['permissions-policy']).toContain('camera=()');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['set-cookie']).toBeUndefined();
  }
});

it('listens on 127.0.0.1 only and keeps the token out of everything it writes', async () => {
  const { origin, token } = await start();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const port = new URL(origin).port;
  await expect(raw(`http://[::1]:${port}`, { path: '/' })).rejects.toThrow();
  await raw(origin, { path: '/upload', method: 'PUT', headers: { authorization: `Bearer ${token}x` } });
  expect(JSON.stringify(log.entries)).not.toContain(token);
});

it('carries calls, failures and events to the page that has the token', async () => {
  const { origin, token } = await start();
  const socket = connect(origin, token);
  await event(socket, 'connect');
  expect(await socket.emitWithAck('call', 'app.state', { a: 1 })).toEqual({
    kind: 'ok',
    value: { method: 'app.state', input: { a: 1 } },
  });
  expect(await socket.emitWithAck('call', 'fail', {})).toMatchObject({
    kind: 'failure',
    failure: { code: 'busy' },
  });
  const next = event(socket, 'event');
  emit({ kind: 'changed', topics: ['runs'] });
  expect(await next).toEqual({ kind: 'changed', topics: ['runs'] });
});

it.each([undefined, '', 'A'.repeat(43), 42, { toString: 1 }])('refuses the token %j', async (token) => {
  const { origin } = await start();
  const error = (await event(connect(origin, token), 'connect_error')) as Error & { data: unknown };
  expect(error.data).toMatchObject({ code: 'unauthorised' });
});

it('refuses a socket of another origin, and one outside the app namespace', async () => {
  const { origin, token } = await start();
  await event(connect(origin, token, { origin: 'http://evil.test' }), 'connect_error');
  const outside = io(origin, {
    transports: ['websocket'],
    auth: { token },
    reconnection: false,
    forceNew: true,
  });
  sockets.push(outside);
  const answered = outside.timeout(300).emitWithAck('call', 'app.state', {});
  await expect(answered).rejects.toThrow();
});

it('answers a malformed call without doing anything', async () => {
  const { origin, token } = await start();
  const socket = connect(origin, token);
  await event(socket, 'connect');
  for (const call of [[], [42, {}], ['x'.repeat(81), {}], ['a', {}, 'extra']]) {
    expect(await socket.emitWithAck('call', ...call)).toMatchObject({
      kind: 'failure',
      failure: { code: 'invalid-input' },
    });
  }
  socket.emit('call', 'no-acknowledgement', {});
  expect(await socket.emitWithAck('call', 'still-there', null)).toMatchObject({ kind: 'ok' });
});

it('ends a socket that sends more than a message may hold', async () => {
  const { origin, token } = await start();
  const socket = connect(origin, token);
  await event(socket, 'connect');
  const ended = event(socket, 'disconnect');
  socket.emit('call', 'app.state', 'x'.repeat(1024 * 1024 + 1), () => undefined);
  await ended;
});

it('lets a newer page take over and tells the older one', async () => {
  const { origin, token } = await start();
  const older = connect(origin, token);
  await event(older, 'connect');
  const told = event(older, 'ended');
  const gone = event(older, 'disconnect');
  const newer = connect(origin, token);
  await event(newer, 'connect');
  expect(await told).toMatchObject({
    code: 'unauthorised',
    message: 'Parley was opened in another tab or window',
  });
  expect(await gone).toBe('io server disconnect');
  expect(await newer.emitWithAck('call', 'app.state', {})).toMatchObject({ kind: 'ok' });
});

it('ends a page that was idle for four hours, and not one that works', async () => {
  const { origin, token } = await start();
  const socket = connect(origin, token);
  await event(socket, 'connect');
  clock.advance(4 * 3600 * 1000 - 1);
  await socket.emitWithAck('call', 'app.state', {});
  clock.advance(4 * 3600 * 1000 - 1);
  expect(await socket.emitWithAck('call', 'app.state', {})).toMatchObject({ kind: 'ok' });
  const ended = event(socket, 'ended');
  clock.advance(4 * 3600 * 1000);
  expect(await ended).toMatchObject({ code: 'unauthorised' });
});

it('goes away for a minute after ten wrong tokens; the page that is connected stays', async () => {
  const { origin, token } = await start();
  const connected = connect(origin, token);
  await event(connected, 'connect');
  for (let i = 0; i < 10; i++) {
    const headers = { authorization: `Bearer ${'B'.repeat(43)}` };
    expect((await raw(origin, { path: '/upload', method: 'PUT', headers })).status).toBe(401);
  }
  await expect(raw(origin, { path: '/' })).rejects.toThrow();
  expect(await connected.emitWithAck('call', 'app.state', {})).toMatchObject({ kind: 'ok' });
  clock.advance(60_000);
  await vi.waitFor(async () => {
    expect((await raw(origin, { path: '/' })).status).toBe(200);
  });
});

it('does not come back after it was closed while locked', async () => {
  const { origin } = await start();
  for (let i = 0; i < 10; i++) await raw(origin, { path: '/upload', method: 'PUT' });
  await bridge?.close();
  bridge = undefined;
  clock.advance(60_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(raw(origin, { path: '/' })).rejects.toThrow();
});

it('refuses a port that is taken', async () => {
  const { origin } = await start();
  const first = bridge;
  await expect(start({ port: Number(new URL(origin).port) })).rejects.toMatchObject({ code: 'busy' });
  bridge = first;
});

it('receives a file under its own name into a folder of its own, closed to others', async () => {
  const { origin, token } = await start();
  const body = Buffer.from('date,amount\n2026-11-24,48213.77\n');
  const headers = {
    authorization: `Bearer ${token}`,
    'x-file-name': encodeURIComponent('../Zahlungen März.csv'),
  };
  const answer = await raw(origin, { path: '/upload', method: 'PUT', headers, body });
  const { source } = JSON.parse(answer.text) as { source: string };
  expect(path.dirname(path.dirname(source))).toBe(path.join(home, 'uploads'));
  expect(path.basename(path.dirname(source))).toMatch(/^[0-9a-f]{32}$/);
  expect(path.basename(source)).toBe('Zahlungen_März.csv');
  expect(readFileSync(source)).toEqual(body);
  if (process.platform !== 'win32') {
    expect(statSync(source).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(source)).mode & 0o777).toBe(0o700);
  }
});

it('keeps nothing of a file that is too large, declared or not', async () => {
  const { origin, token } = await start({ maxUploadBytes: 100 });
  const authorization = `Bearer ${token}`;
  const declared = await raw(origin, {
    path: '/upload',
    method: 'PUT',
    headers: { authorization },
    body: 'x'.repeat(101),
  });
  expect(declared.status).toBe(422);
  const headers = { authorization, 'transfer-encoding': 'chunked' };
  const undeclared = await raw(origin, { path: '/upload', method: 'PUT', headers, body: 'x'.repeat(101) });
  expect(JSON.parse(undeclared.text)).toMatchObject({
    kind: 'failure',
    failure: { code: 'file-not-readable' },
  });
  expect(readdirSync(path.join(home, 'uploads'))).toEqual([]);
});

it('keeps nothing of a file that broke off', async () => {
  const { origin, token } = await start();
  const { hostname, port } = new URL(origin);
  const headers = { authorization: `Bearer ${token}`, 'content-length': '1000' };
  const request = httpRequest({ hostname, port, path: '/upload', method: 'PUT', headers });
  request.on('error', () => undefined);
  request.write('half of it');
  const uploads = path.join(home, 'uploads');
  await vi.waitFor(() => {
    expect(readdirSync(uploads)).toHaveLength(1);
  });
  request.destroy();
  await vi.waitFor(() => {
    expect(readdirSync(uploads)).toEqual([]);
  });
});

it('forgets at its start what an earlier process received', async () => {
  const left = path.join(home, 'uploads', 'left-over.csv');
  mkdirSync(path.dirname(left));
  writeFileSync(left, 'rows');
  await start();
  expect(existsSync(left)).toBe(false);
});

it.each([
  ['a.csv', 'a.csv'],
  ['C:\\data\\a.csv', 'a.csv'],
  ['../../etc/passwd', 'passwd'],
  ['.bashrc', 'bashrc'],
  ['a\u202Egpj.csv', 'a_gpj.csv'],
  ['', 'file'],
  ['%E0%A4%A', 'E0_A4_A'],
  [`${'x'.repeat(300)}.csv.gz`, `${'x'.repeat(73)}.csv.gz`],
])('makes %j a harmless name', (given, expected) => {
  expect(safeName(encodeURI(given) === given ? given : encodeURIComponent(given))).toBe(expected);
});
