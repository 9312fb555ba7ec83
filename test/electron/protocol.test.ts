import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { registerScheme, servePage } from '../../electron/desktop/protocol.ts';
import { contentSecurityPolicy, pageHeaders } from '../../main/wire/bridge/headers.ts';
import { loadPage } from '../../main/wire/bridge/page.ts';
import { constantRandom } from '../fakes/random.ts';
import * as fake from '../fakes/electron.ts';

vi.mock('electron', () => import('../fakes/electron.ts'));

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-protocol-'));
  mkdirSync(path.join(directory, 'bank'));
  writeFileSync(path.join(directory, 'bank', 'index.html'), '<meta content="__CSP_NONCE__">');
  writeFileSync(path.join(directory, 'files.json'), JSON.stringify({ files: ['bank/index.html'] }));
  const page = loadPage({ directory, start: 'bank/index.html', random: constantRandom(1) });
  servePage(fake.session.fromPartition('x') as never, page);
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const ask = (url: string, method = 'GET'): Response | undefined =>
  fake.session.handlers.get('app')?.(new Request(url, { method }));

/** The policy of reliability.md 4.1, spelled out once more: a change in headers.ts must be meant. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-AQEBAQEBAQEBAQEBAQEBAQ'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types default";

it('registers the scheme without a bypass', () => {
  registerScheme();
  expect(fake.protocol.schemes).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
});

it('serves the page with the headers of the bridge', async () => {
  const answer = ask('app://bundle/bank/index.html');
  expect(answer?.status).toBe(200);
  expect(answer?.headers.get('content-security-policy')).toBe(POLICY);
  expect(contentSecurityPolicy('AQEBAQEBAQEBAQEBAQEBAQ')).toBe(POLICY);
  for (const [name, value] of Object.entries(pageHeaders('AQEBAQEBAQEBAQEBAQEBAQ'))) {
    expect(answer?.headers.get(name), name).toBe(value);
  }
  expect(await answer?.text()).toBe('<meta content="AQEBAQEBAQEBAQEBAQEBAQ">');
});

it.each([
  ['app://bundle/files.json', 'GET', 404],
  ['app://bundle/../../etc/passwd', 'GET', 404],
  ['app://bundle/%2e%2e/%2e%2e/etc/passwd', 'GET', 404],
  ['app://elsewhere/bank/index.html', 'GET', 405],
  ['app://bundle/bank/index.html', 'POST', 405],
])('answers %s %s with %i', (url, method, status) => {
  expect(ask(url, method)?.status).toBe(status);
});
