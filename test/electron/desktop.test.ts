import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { safeHandle } from '../../electron/desktop/channels.ts';
import { askToQuit, chooseImportFile, saveText } from '../../electron/desktop/dialogs.ts';
import { deepLinkIn, openHomepage, screenOf } from '../../electron/desktop/links.ts';
import { menuTemplate } from '../../electron/desktop/menu.ts';
import { notify } from '../../electron/desktop/notifications.ts';
import { createQuitter, quitQuestion, SENDING, type QuitOptions } from '../../electron/desktop/quit.ts';
import { systemKey } from '../../electron/desktop/secrets.ts';
import { COMMANDS } from '../../shared/commands.ts';
import * as fake from '../fakes/electron.ts';
import { seededRandom } from '../fakes/random.ts';

vi.mock('electron', () => import('../fakes/electron.ts'));

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'parley-desktop-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('channels', () => {
  const contents = new fake.FakeContents();
  const event = { sender: contents, senderFrame: contents.mainFrame };
  const handled: unknown[] = [];
  safeHandle({
    name: 'test',
    schema: z.strictObject({ text: z.string() }),
    maxLength: 50,
    handle: (input) => handled.push(input),
  });
  const call = (input: unknown, from: unknown = event): unknown =>
    fake.ipcMain.channels.get('test')?.(from, input);

  it('takes a message of its schema from the page', () => {
    call({ text: 'x' });
    expect(handled).toEqual([{ text: 'x' }]);
  });

  it.each([
    ['another frame', { ...event, senderFrame: { origin: 'app://bundle' } }],
    ['a frame that is gone', { ...event, senderFrame: null }],
    ['another origin', { sender: { mainFrame: foreign() }, senderFrame: foreign() }],
  ])('refuses %s', (_name, from) => {
    expect(() => call({ text: 'x' }, from)).toThrow('refused');
  });

  it('refuses another shape and a message that is too large', () => {
    expect(() => call({ text: 1 })).toThrow();
    expect(() => call({ text: 'x', extra: 1 })).toThrow();
    expect(() => call({ text: 'x'.repeat(50) })).toThrow('too large');
    expect(handled).toHaveLength(1);
  });

  function foreign(): { origin: string } {
    return FOREIGN;
  }
});

const FOREIGN = { origin: 'https://evil.test' };

describe('menu', () => {
  const run = vi.fn();
  const template = menuTemplate({ platform: 'linux', isPackaged: true, run });
  const items = template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));

  it('holds every command once, with its shortcut shown and not taken', () => {
    const commands = items.filter(({ id }) => id !== undefined);
    expect(commands.map(({ id }) => id).sort()).toEqual(COMMANDS.map(({ id }) => id).sort());
    for (const item of commands) expect(item.registerAccelerator).toBe(false);
    expect(items.find(({ id }) => id === 'go.review')?.accelerator).toBe('CommandOrControl+4');
  });

  it('asks the page to run the command', () => {
    items.find(({ id }) => id === 'go.review')?.click?.(undefined as never, undefined, undefined as never);
    expect(run).toHaveBeenCalledExactlyOnceWith('go.review');
  });

  it('offers developer tools only outside a package', () => {
    const roles = (isPackaged: boolean): unknown[] =>
      menuTemplate({ platform: 'linux', isPackaged, run })
        .flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
        .map(({ role }) => role);
    expect(roles(true)).not.toContain('toggleDevTools');
    expect(roles(false)).toContain('toggleDevTools');
  });
});

describe('links', () => {
  it('opens only the address that is written in the code', () => {
    openHomepage();
    expect(fake.shell.opened).toEqual(['https://parley.example']);
  });

  it.each([
    ['parley://round/rnd_0123456789abcdefghjkmnpqrs', 'go.rounds'],
    ['parley://review', 'go.review'],
    ['parley://overview/', 'go.overview'],
  ])('shows the screen of %s', (link, screen) => {
    expect(screenOf(link)).toBe(screen);
  });

  it.each([
    'parley://release/upd_1',
    'parley://review?release=1',
    'parley://review/../release',
    'parley://constructor',
    'parley://__proto__',
    'https://review',
    `parley://review/${'x'.repeat(300)}`,
    'parley://review\n',
    undefined,
    42,
  ])('takes %j for nothing', (link) => {
    expect(screenOf(link)).toBeUndefined();
  });

  it('finds the link among the arguments of a second start', () => {
    expect(deepLinkIn(['electron', '.', '--flag', 'parley://review'])).toBe('parley://review');
    expect(deepLinkIn(['electron', '.'])).toBeUndefined();
  });
});

describe('quitting', () => {
  const harness = (changes: Partial<QuitOptions>) => {
    const done: string[] = [];
    const quitter = createQuitter({
      work: () => Promise.resolve([]),
      ask: () => Promise.resolve('stay'),
      whenSent: async () => void done.push('sent'),
      stop: async () => void done.push('stopped'),
      quit: () => void done.push('quit'),
      ...changes,
    });
    return { done, quitter };
  };
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('holds the first quit back, stops the backend, then quits', async () => {
    const { done, quitter } = harness({});
    expect(quitter.mayQuit()).toBe(false);
    await settled();
    expect(done).toEqual(['stopped', 'quit']);
    expect(quitter.mayQuit()).toBe(true);
  });

  it('asks once, however often quit is pressed, and stays when the person stays', async () => {
    const ask = vi.fn(() => Promise.resolve('stay' as const));
    const { done, quitter } = harness({ work: () => Promise.resolve(['training']), ask });
    quitter.mayQuit();
    quitter.mayQuit();
    await settled();
    expect(ask).toHaveBeenCalledOnce();
    expect(done).toEqual([]);
    quitter.mayQuit();
    await settled();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('waits for what is being sent, then quits by itself', async () => {
    const { done, quitter } = harness({
      work: () => Promise.resolve(['sending an update']),
      ask: () => Promise.resolve('wait'),
    });
    quitter.mayQuit();
    await settled();
    expect(done).toEqual(['sent', 'stopped', 'quit']);
  });

  it('knows sending by the word that the backend uses', () => {
    const source = readFileSync(path.join(import.meta.dirname, '../../main/bank/create.ts'), 'utf8');
    expect(source).toContain(`'${SENDING}'`);
  });

  it('never makes the losing choice the default', async () => {
    expect(quitQuestion([])).toBeUndefined();
    expect(quitQuestion(['training', 'sending an update'])?.buttons.map(({ choice }) => choice)).toEqual([
      'wait',
      'stay',
      'quit',
    ]);
    expect(quitQuestion(['importing transactions'])?.buttons.map(({ choice }) => choice)).toEqual([
      'stay',
      'quit',
    ]);
    expect(quitQuestion(['training', 'importing transactions'])?.message).toBe(
      'Still running: training and importing transactions',
    );
    const question = quitQuestion(['training']);
    if (question === undefined) throw new Error('no question');
    fake.dialog.response = 1;
    expect(await askToQuit(new fake.FakeWindow({}) as never, question)).toBe('quit');
    expect(fake.dialog.questions.at(-1)).toMatchObject({ defaultId: 0, cancelId: 0 });
  });
});

describe('files', () => {
  const window = new fake.FakeWindow({}) as never;

  it('answers with the chosen file, or with nothing', async () => {
    expect(await chooseImportFile(window)).toBeNull();
    fake.dialog.openPaths = ['/data/a.csv'];
    expect(await chooseImportFile(window)).toEqual({ source: '/data/a.csv' });
  });

  it('writes where the person chose, and says why it can not', async () => {
    expect(await saveText(window, { suggestedName: 'a.csv', text: 'x' })).toEqual({ saved: false });
    fake.dialog.savePath = path.join(home, 'a.csv');
    expect(await saveText(window, { suggestedName: 'a.csv', text: 'rows' })).toEqual({ saved: true });
    expect(readFileSync(path.join(home, 'a.csv'), 'utf8')).toBe('rows');
    fake.dialog.savePath = path.join(home, 'absent', 'a.csv');
    await expect(saveText(window, { suggestedName: 'a.csv', text: 'x' })).rejects.toMatchObject({
      code: 'file-not-readable',
    });
  });
});

describe('the key store', () => {
  const open = (platform: NodeJS.Platform = 'linux') =>
    systemKey({ directory: path.join(home, 'keys'), platform, random: seededRandom(1) });

  beforeEach(() => {
    fake.safeStorage.backend = 'gnome_libsecret';
    fake.safeStorage.available = true;
  });

  it('makes one key and gives the same one at every start', async () => {
    const first = await open();
    expect(first.kind).toBe('operating-system');
    expect(await open()).toEqual(first);
  });

  it.each(['basic_text', 'unknown'])('does not call Linux’ %s a protection', async (backend) => {
    fake.safeStorage.backend = backend;
    expect(await open()).toEqual({ kind: 'none' });
    expect((await open('darwin')).kind).toBe('operating-system');
  });

  it('refuses to go on without the key store that sealed the key', async () => {
    await open();
    fake.safeStorage.available = false;
    await expect(open()).rejects.toMatchObject({ code: 'passphrase-wrong' });
  });

  it('refuses a key that does not open, and keeps its file', async () => {
    await open();
    const file = path.join(home, 'keys', 'system.sealed');
    writeFileSync(file, 'another machine’s');
    await expect(open()).rejects.toMatchObject({ code: 'passphrase-wrong' });
    expect(readFileSync(file, 'utf8')).toBe('another machine’s');
  });
});

it('notifies only while nobody looks', () => {
  const window = new fake.FakeWindow({});
  window.focused = true;
  notify(window as never, { title: 'a', detail: 'b' });
  expect(fake.FakeNotification.shown).toEqual([]);
  window.focused = false;
  notify(window as never, { title: 'a', detail: 'b' });
  expect(fake.FakeNotification.shown).toEqual([{ title: 'a', body: 'b' }]);
});
