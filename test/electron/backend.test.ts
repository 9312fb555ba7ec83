import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openBackend, type Bank, type BankHost } from '../../electron/backend/backend.ts';
import { FromBackendProcess } from '../../electron/backend/messages.ts';
import { noticesBetween } from '../../electron/backend/notices.ts';
import { FailureError } from '../../shared/failure.ts';
import { FakeChannel, type FakePort } from '../fakes/electron.ts';

vi.mock('electron', () => import('../fakes/electron.ts'));

class Parent extends EventEmitter {
  readonly posted: FromBackendProcess[] = [];
  postMessage(message: unknown): void {
    this.posted.push(FromBackendProcess.parse(structuredClone(message)));
  }
  say(data: unknown, ports: readonly FakePort[] = []): void {
    this.emit('message', { data, ports });
  }
}

let home: string;
let parent: Parent;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-backend-'));
  parent = new Parent();
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

interface FakeBank {
  readonly bank: Bank;
  readonly tell: (event: unknown) => void;
  readonly hosts: BankHost[];
  readonly closed: string[];
  runs: unknown[];
}

function fakeBank(): FakeBank {
  const listeners = new Set<(event: unknown) => void>();
  const closed: string[] = [];
  const made: FakeBank = {
    hosts: [],
    closed,
    runs: [],
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
    bank: {
      handlers: {
        'app.traffic': () => ({ bytesUp: 12, bytesDown: 34 }),
        'runs.list': () => made.runs,
      } as unknown as Bank['handlers'],
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      running: () => ['training'],
      close: async () => void closed.push('closed'),
    },
  };
  return made;
}

function start(
  bank: FakeBank,
  openBank = (host: BankHost) => Promise.resolve((bank.hosts.push(host), bank.bank)),
): void {
  openBackend({ parent: parent, entryDirectory: home, openBank });
  const config = { home, logLevel: 'error', port: 0 };
  parent.say({
    kind: 'start',
    config,
    version: '1.2.3',
    key: { kind: 'operating-system', key: new Uint8Array(32) },
  });
}

/** The page's end of a channel, with the replies that come to it. */
function page(): { port: FakePort; received: unknown[] } {
  const { port1, port2 } = new FakeChannel();
  const received: unknown[] = [];
  port2.on('message', ({ data }: { data: unknown }) => received.push(data));
  parent.say({ kind: 'page' }, [port1]);
  return { port: port2, received };
}

it('opens the bank with keys that the system’s key store guards, and serves a page that came before it was open', async () => {
  const bank = fakeBank();
  start(bank);
  const { port, received } = page();
  await vi.waitFor(() => {
    expect(parent.posted).toContainEqual({ kind: 'ready' });
  });
  expect(bank.hosts[0]?.secrets.protection).toBe('operating-system');
  expect(bank.hosts[0]).toMatchObject({ home, host: 'electron', version: '1.2.3' });
  await new Promise((resolve) => setTimeout(resolve, 5));
  port.postMessage({ id: 5, method: 'app.traffic', input: {} });
  await vi.waitFor(() => {
    expect(received).toEqual([
      { kind: 'reply', id: 5, reply: { kind: 'ok', value: { bytesUp: 12, bytesDown: 34 } } },
    ]);
  });
  bank.tell({ kind: 'changed', topics: ['data'] });
  expect(received.at(-1)).toEqual({ kind: 'event', event: { kind: 'changed', topics: ['data'] } });
});

it('answers a wrong call with its failure and ignores what is no call', async () => {
  start(fakeBank());
  const { port, received } = page();
  await new Promise((resolve) => setTimeout(resolve, 5));
  port.postMessage('nonsense');
  port.postMessage({ id: 1, method: 'constructor', input: {} });
  await vi.waitFor(() => {
    expect(received).toMatchObject([{ id: 1, reply: { kind: 'failure', failure: { code: 'wrong-usage' } } }]);
  });
});

it('asks the main process for a dialog and passes the answer on', async () => {
  start(fakeBank());
  const { port, received } = page();
  await new Promise((resolve) => setTimeout(resolve, 5));
  port.postMessage({ id: 2, method: 'host.chooseImportFile', input: {} });
  await vi.waitFor(() => {
    expect(parent.posted.at(-1)).toMatchObject({
      kind: 'desktop-request',
      request: { method: 'choose-import-file' },
    });
  });
  const asked = parent.posted.at(-1);
  const id = asked?.kind === 'desktop-request' ? asked.id : 0;
  parent.say({ kind: 'desktop-reply', id, reply: { kind: 'ok', value: { source: '/a.csv' } } });
  await vi.waitFor(() => {
    expect(received.at(-1)).toEqual({
      kind: 'reply',
      id: 2,
      reply: { kind: 'ok', value: { source: '/a.csv' } },
    });
  });
});

it('runs further processes through the main process', async () => {
  const bank = fakeBank();
  start(bank);
  await vi.waitFor(() => {
    expect(bank.hosts).toHaveLength(1);
  });
  const hub = bank.hosts[0]?.processes.start('hub', ['serve'], { A: 'b' });
  expect(parent.posted.at(-1)).toEqual({
    kind: 'start-process',
    id: 1,
    name: 'hub',
    args: ['serve'],
    environment: { A: 'b' },
  });
  const line = hub?.waitForLine(/ready/);
  parent.say({ kind: 'process-output', id: 1, stream: 'stdout', text: 'is ready\n' });
  expect(await line).toBe('is ready');
  hub?.kill();
  expect(parent.posted.at(-1)).toEqual({ kind: 'kill-process', id: 1, signal: 'SIGTERM' });
  const ended = new Promise((resolve) => hub?.onExit(resolve));
  parent.say({ kind: 'process-ended', id: 1, code: 0 });
  expect(await ended).toBe(0);
});

it('tells what runs, and says why a bank can not be opened', async () => {
  start(fakeBank());
  parent.say({ kind: 'ask-work', id: 4 });
  await vi.waitFor(() => {
    expect(parent.posted).toContainEqual({ kind: 'work', id: 4, work: ['training'] });
  });
  parent = new Parent();
  start(fakeBank(), () => Promise.reject(new FailureError('store-locked', 'Process 7 has it')));
  await vi.waitFor(() => {
    expect(parent.posted).toMatchObject([{ kind: 'failed', failure: { code: 'store-locked' } }]);
  });
});

const run = (participation: string, changes: object = {}): never =>
  ({
    runId: 'run',
    round: {
      roundId: 'r1',
      index: 13,
      closesInMs: 20 * 60_000,
      participation: { kind: participation },
      ...changes,
    },
  }) as never;

it('tells what a person should know: once, and not what they did themselves', () => {
  const titles = (before: never[], after: never[]): string[] =>
    noticesBetween(before, after).map(({ title }) => title);
  expect(titles([run('training')], [run('reviewing')])).toEqual([
    'Round 14: an update waits for your review',
  ]);
  expect(titles([run('reviewing')], [run('reviewing')])).toEqual([]);
  expect(titles([run('reviewing')], [run('withheld')])).toEqual([]);
  expect(titles([run('sent')], [run('completed')])).toEqual(['Round 14 is published']);
  expect(titles([run('reviewing')], [run('reviewing', { closesInMs: 14 * 60_000 })])).toEqual([
    'Round 14 closes in less than 15 minutes',
  ]);
});
