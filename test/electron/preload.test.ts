import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { build } from 'vite';
import { beforeAll, expect, it, vi } from 'vitest';
import { COMMAND_CHANNEL, CONNECT_CHANNEL, PORT_CHANNEL } from '../../electron/channel-names.ts';
import { preloadFindings } from '../../scripts/check-bundles.mjs';
import { FailureError } from '../../shared/failure.ts';

/** Built as electron.vite.config.ts builds it, and run as a sandbox runs it: a classic script with `require`. */
let script: string;

beforeAll(async () => {
  const root = path.join(import.meta.dirname, '../..');
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: 'electron/preload.ts', formats: ['cjs'] },
      rolldownOptions: { external: ['electron'] },
    },
  });
  const output = (Array.isArray(result) ? result : [result]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  expect(output).toHaveLength(1);
  script = output[0]?.type === 'chunk' ? output[0].code : '';
});

interface Api {
  request(method: string, input: unknown): Promise<unknown>;
  onEvent(listener: (event: unknown) => void): () => void;
  onState(listener: (state: unknown) => void): () => void;
  onCommand(listener: (command: string) => void): () => void;
}

class Port extends EventTarget {
  onmessage: ((event: { data: unknown }) => void) | undefined;
  readonly posted: unknown[] = [];
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  close(): void {
    this.dispatchEvent(new Event('close'));
  }
}

function load() {
  const exposed = new Map<string, unknown>();
  const listeners = new Map<string, (event: unknown, ...rest: unknown[]) => void>();
  const invoked: string[] = [];
  const required: string[] = [];
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, api: unknown) => exposed.set(name, api) },
    ipcRenderer: {
      on: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
      invoke: (name: string) => {
        invoked.push(name);
        return Promise.resolve();
      },
    },
  };
  const require = (name: string): unknown => {
    required.push(name);
    return electron;
  };
  runInNewContext(script, { require, module: { exports: {} }, exports: {}, Promise, Map, Set, Object });
  const api = exposed.get('parley') as Api;
  const givePort = (port: Port): void => listeners.get(PORT_CHANNEL)?.({ ports: [port] });
  return { api, exposed, listeners, invoked, required, givePort };
}

it('is one classic script that requires electron alone', () => {
  expect(preloadFindings(script)).toEqual([]);
  expect(load().required).toEqual(['electron']);
});

it('shows the page four functions and nothing of Electron', () => {
  const { exposed, api, listeners, invoked } = load();
  expect([...exposed.keys()]).toEqual(['parley']);
  expect(Object.keys(api).sort()).toEqual(['onCommand', 'onEvent', 'onState', 'request']);
  expect(Object.isFrozen(api)).toBe(true);
  expect([...listeners.keys()].sort()).toEqual([COMMAND_CHANNEL, PORT_CHANNEL].sort());
  expect(invoked).toEqual([CONNECT_CHANNEL]);
});

it('carries calls, replies and events over the port', async () => {
  const { api, givePort } = load();
  const port = new Port();
  const states: unknown[] = [];
  const events: unknown[] = [];
  api.onState((state) => states.push(state));
  api.onEvent((event) => events.push(event));
  givePort(port);
  const answer = api.request('app.state', { a: 1 });
  await vi.waitFor(() => {
    expect(port.posted).toEqual([{ id: 1, method: 'app.state', input: { a: 1 } }]);
  });
  port.onmessage?.({ data: { kind: 'reply', id: 1, reply: { kind: 'ok', value: 7 } } });
  expect(await answer).toEqual({ kind: 'ok', value: 7 });
  port.onmessage?.({ data: { kind: 'event', event: { kind: 'changed' } } });
  expect(events).toEqual([{ kind: 'changed' }]);
  expect(states).toEqual([{ kind: 'connecting' }, { kind: 'connected' }]);
});

it('answers what a backend that went away did not, in the words of its code, and goes on with the next', async () => {
  const { api, givePort } = load();
  const port = new Port();
  const states: unknown[] = [];
  api.onState((state) => states.push(state));
  givePort(port);
  const lost = api.request('a', {});
  await vi.waitFor(() => {
    expect(port.posted).toHaveLength(1);
  });
  port.close();
  const expected = new FailureError(
    'worker-died',
    'The backend of this app stopped before it answered',
  ).toFailure();
  expect(await lost).toEqual({ kind: 'failure', failure: expected });
  expect(await api.request('b', {})).toMatchObject({ kind: 'failure' });
  const next = new Port();
  givePort(next);
  void api.request('c', {});
  await vi.waitFor(() => {
    expect(next.posted).toHaveLength(1);
  });
  expect(states).toEqual([
    { kind: 'connecting' },
    { kind: 'connected' },
    { kind: 'closed' },
    { kind: 'connected' },
  ]);
});

it('passes commands on without the event, and unsubscribes', () => {
  const { api, listeners } = load();
  const seen: unknown[][] = [];
  const stop = api.onCommand((...args: unknown[]) => seen.push(args));
  listeners.get(COMMAND_CHANNEL)?.({ sender: 'secret' }, 'go.review');
  stop();
  listeners.get(COMMAND_CHANNEL)?.({}, 'go.data');
  expect(seen).toEqual([['go.review']]);
});

it('is what the page expects to find', () => {
  const host = readFileSync(path.join(import.meta.dirname, '../../renderer/transport/host.ts'), 'utf8');
  const declared = /interface DesktopApi \{([^}]*)\}/.exec(host)?.[1] ?? '';
  const names = [...declared.matchAll(/^\s*(\w+)\(/gm)].map((match) => match[1]);
  expect(names.sort()).toEqual(Object.keys(load().api).sort());
  expect(host).toContain('parley?: DesktopApi');
});
