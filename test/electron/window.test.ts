import { expect, it, vi } from 'vitest';
import { confine, openWindow, windowOptions } from '../../electron/desktop/window.ts';
import { mayLoad, refuseForeignRequests, refusePermissions } from '../../electron/desktop/permissions.ts';
import * as fake from '../fakes/electron.ts';

vi.mock('electron', () => import('../fakes/electron.ts'));

const paths = { preload: '/app/out/preload/preload.cjs', icon: '/app/resources/icons/icon.png' };

it('opens the window with exactly these preferences', () => {
  expect(windowOptions(paths, true)).toEqual({
    name: 'main',
    windowStatePersistence: true,
    title: 'Parley',
    icon: paths.icon,
    width: 1280,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    show: false,
    webPreferences: {
      preload: paths.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
      devTools: false,
      disableBlinkFeatures: 'Auxclick',
      partition: 'persist:app',
    },
  });
  expect(windowOptions(paths, false).webPreferences?.devTools).toBe(true);
});

it('shows the page over app:// only, and only when it can be shown', () => {
  openWindow(paths, true);
  const window = fake.FakeWindow.opened.at(-1);
  expect(window?.options).toEqual(windowOptions(paths, true));
  expect(window?.loaded).toEqual(['app://bundle/bank/index.html']);
  expect(window?.calls).toEqual([]);
  window?.emit('ready-to-show');
  expect(window?.calls).toEqual(['show']);
});

it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])(
  'denies %s to anything but the page itself',
  (name) => {
    const contents = new fake.FakeContents();
    confine(contents as never);
    const denied = (url: string): boolean => {
      const event = { url, prevented: false, preventDefault: () => (event.prevented = true) };
      contents.emit(name, event);
      return event.prevented;
    };
    for (const url of [
      'https://evil.test/',
      'file:///etc/passwd',
      'app://bundle/other.html',
      'app://evil/',
      'javascript:1',
      'data:text/html,x',
    ]) {
      expect(denied(url), url).toBe(true);
    }
    expect(denied('app://bundle/bank/index.html')).toBe(false);
  },
);

it('denies new windows and embedded pages', () => {
  const contents = new fake.FakeContents();
  confine(contents as never);
  expect(contents.windowOpenHandler?.()).toEqual({ action: 'deny' });
  const preventDefault = vi.fn();
  contents.emit('will-attach-webview', { preventDefault });
  expect(preventDefault).toHaveBeenCalledOnce();
});

it('refuses every permission, device and foreign request', () => {
  const session = fake.session.fromPartition('x') as never;
  refusePermissions(session);
  refuseForeignRequests(session, true);
  for (const name of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'openExternal',
    'fullscreen',
  ]) {
    fake.session.permission?.(null, name, (yes) => {
      expect(yes, name).toBe(false);
    });
  }
  expect(fake.session.permissionCheck?.()).toBe(false);
  expect(fake.session.device?.()).toBe(false);
  const cancelled = (url: string): boolean | undefined => {
    let answer: boolean | undefined;
    fake.session.request?.({ url }, ({ cancel }) => (answer = cancel));
    return answer;
  };
  for (const url of [
    'https://evil.test/',
    'http://127.0.0.1:1/',
    'file:///etc/passwd',
    'ws://x/',
    'app://bundle.evil/',
    'devtools://x',
  ]) {
    expect(cancelled(url), url).toBe(true);
  }
  expect(cancelled('app://bundle/assets/app.js')).toBe(false);
  expect(mayLoad('devtools://devtools/bundled/x.js', false)).toBe(true);
});
