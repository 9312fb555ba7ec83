import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { COMMAND_CHANNEL, CONNECT_CHANNEL, PORT_CHANNEL } from '../../electron/channel-names.ts';
import { startApp } from '../../electron/desktop/app.ts';
import { loadConfig } from '../../main/platform/config.ts';
import * as fake from '../fakes/electron.ts';
import { recordingLog } from '../fakes/log.ts';

vi.mock('electron', () => import('../fakes/electron.ts'));

let home: string;
const log = recordingLog();

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-app-'));
  const page = path.join(home, 'out', 'renderer', 'bank');
  mkdirSync(page, { recursive: true });
  writeFileSync(path.join(page, 'index.html'), '<title>Parley</title>');
  writeFileSync(path.join(page, '..', 'files.json'), JSON.stringify({ files: ['bank/index.html'] }));
  fake.app.removeAllListeners();
  fake.app.log.length = 0;
  fake.utilityProcess.forked.length = 0;
  fake.dialog.errors.length = 0;
  fake.dialog.response = 0;
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

async function start() {
  await startApp({
    buildDirectory: path.join(home, 'out'),
    resourcesDirectory: path.join(home, 'resources'),
    config: loadConfig({ environment: {}, defaultHome: path.join(home, 'bank') }),
    environment: { LANG: 'C' },
    log,
  });
  const window = fake.FakeWindow.opened.at(-1);
  const backend = fake.utilityProcess.forked[0];
  if (window === undefined || backend === undefined) throw new Error('no window or no backend');
  const contents = window.webContents;
  const connect = (): unknown =>
    fake.ipcMain.channels.get(CONNECT_CHANNEL)?.({ sender: contents, senderFrame: contents.mainFrame }, {});
  return { window, contents, backend, connect };
}

const kinds = (process: fake.FakeProcess): unknown[] =>
  process.posted.map(({ message }) => (message as { kind: string }).kind);
const quitEvent = () => {
  const event = { prevented: false, preventDefault: () => (event.prevented = true) };
  return event;
};

it('starts the backend with the sealing key and no page near it', async () => {
  const { backend, contents } = await start();
  expect(backend.path).toBe(path.join(home, 'out', 'main', 'backend.js'));
  expect(backend.posted[0]?.message).toMatchObject({ kind: 'start', key: { kind: 'operating-system' } });
  expect(JSON.stringify(contents.posted)).not.toContain('operating-system');
  expect(fake.session.partitions).toContain('persist:app');
  expect(contents.windowOpenHandler?.()).toEqual({ action: 'deny' });
});

it('registers one channel and hands each page the two ends of one new channel', async () => {
  const { backend, contents, connect } = await start();
  expect([...fake.ipcMain.channels.keys()]).toEqual([CONNECT_CHANNEL]);
  await connect();
  const sent = backend.posted.at(-1);
  expect(sent?.message).toEqual({ kind: 'page' });
  expect(contents.posted.at(-1)).toMatchObject({ channel: PORT_CHANNEL, message: null });
  expect(sent?.ports[0]?.peer).toBe(contents.posted.at(-1)?.ports[0]);
});

it('restarts the backend once with a new port for the page, then explains and ends', async () => {
  const { backend, contents, connect } = await start();
  await connect();
  backend.emit('exit', 1);
  const second = fake.utilityProcess.forked[1];
  if (second === undefined) throw new Error('not restarted');
  expect(kinds(second)).toEqual(['start', 'page']);
  expect(contents.posted.filter(({ channel }) => channel === PORT_CHANNEL)).toHaveLength(2);
  expect(fake.dialog.errors).toEqual([]);
  second.emit('exit', 1);
  expect(fake.utilityProcess.forked).toHaveLength(2);
  expect(fake.dialog.errors[0]?.title).toBe('The backend process ended twice by itself');
  expect(fake.app.log).toContain('exit 1');
});

it('says why a store can’t be opened, and does not restart for it', async () => {
  const { backend } = await start();
  const failure = { code: 'store-locked', message: 'Process 7 has it', nextStep: 'Close it.' };
  backend.emit('message', { kind: 'failed', failure });
  backend.emit('exit', 1);
  expect(fake.dialog.errors).toEqual([{ title: 'Process 7 has it', detail: 'Close it.' }]);
  expect(fake.utilityProcess.forked).toHaveLength(1);
});

it('starts further processes by name for the backend, passes their lines on and ends them with it', async () => {
  const { backend } = await start();
  backend.emit('message', {
    kind: 'start-process',
    id: 3,
    name: 'hub',
    args: ['serve'],
    environment: { A: 'b' },
  });
  const hub = fake.utilityProcess.forked[1];
  expect(hub?.path).toBe(path.join(home, 'out', 'main', 'hub.js'));
  expect(hub?.options['env']).toEqual({ LANG: 'C', A: 'b' });
  hub?.stdout.emit('data', 'ready\n');
  expect(backend.posted.at(-1)?.message).toEqual({
    kind: 'process-output',
    id: 3,
    stream: 'stdout',
    text: 'ready\n',
  });
  const otherName = { kind: 'start-process', id: 4, name: '../evil', args: [], environment: {} };
  expect(() => backend.emit('message', otherName)).toThrow();
  backend.emit('exit', 1);
  expect(hub?.killed).toBe(true);
});

it('answers the backend’s request for a dialog', async () => {
  const { backend } = await start();
  fake.dialog.openPaths = ['/data/a.csv'];
  backend.emit('message', { kind: 'desktop-request', id: 9, request: { method: 'choose-import-file' } });
  await vi.waitFor(() => {
    expect(backend.posted.at(-1)?.message).toEqual({
      kind: 'desktop-reply',
      id: 9,
      reply: { kind: 'ok', value: { source: '/data/a.csv' } },
    });
  });
});

it('brings the window to the front at a second start, and shows a link’s screen', async () => {
  const { window, contents } = await start();
  window.minimized = true;
  fake.app.emit('second-instance', {}, ['parley', 'parley://review/upd_1']);
  expect(window.calls).toEqual(['restore', 'show', 'focus']);
  expect(contents.posted.at(-1)).toMatchObject({ channel: COMMAND_CHANNEL, message: 'go.review' });
  const before = contents.posted.length;
  fake.app.emit('second-instance', {}, ['parley', 'parley://release/upd_1']);
  expect(contents.posted).toHaveLength(before);
});

it('asks the backend before quitting, holds the quit, and quits when it has stopped', async () => {
  const { backend } = await start();
  const first = quitEvent();
  fake.app.emit('before-quit', first);
  expect(first.prevented).toBe(true);
  const asked = backend.posted.at(-1)?.message as { kind: string; id: number };
  expect(asked.kind).toBe('ask-work');
  backend.emit('message', { kind: 'work', id: asked.id, work: [] });
  await vi.waitFor(() => {
    expect(kinds(backend)).toContain('stop');
  });
  expect(fake.app.log).not.toContain('quit');
  backend.emit('exit', 0);
  await vi.waitFor(() => {
    expect(fake.app.log).toContain('quit');
  });
  const second = quitEvent();
  fake.app.emit('before-quit', second);
  expect(second.prevented).toBe(false);
  expect(fake.utilityProcess.forked).toHaveLength(1);
});

it('stays when the person keeps working', async () => {
  const { window, backend } = await start();
  const closing = quitEvent();
  window.emit('close', closing);
  expect(closing.prevented).toBe(true);
  const asked = backend.posted.at(-1)?.message as { id: number };
  backend.emit('message', { kind: 'work', id: asked.id, work: ['training'] });
  await vi.waitFor(() => {
    expect(fake.dialog.questions.at(-1)).toMatchObject({ message: 'Still running: training' });
  });
  expect(kinds(backend)).not.toContain('stop');
  expect(fake.app.log).not.toContain('quit');
});

it('loads a page that crashed again', async () => {
  const { contents } = await start();
  contents.emit('render-process-gone', {}, { reason: 'crashed' });
  expect(contents.reloads).toBe(1);
  contents.emit('render-process-gone', {}, { reason: 'clean-exit' });
  expect(contents.reloads).toBe(1);
});
