/** The one window: its exact preferences, and the refusal to ever show anything but our page. */
import { BrowserWindow, type BrowserWindowConstructorOptions, type WebContents } from 'electron';
import { PAGE_URL } from './protocol.ts';

export interface WindowPaths {
  /** The bundled preload, one CommonJS file. */
  readonly preload: string;
  readonly icon: string;
}

/** reliability.md 4.1, every preference written out: a default that changes must not change us. */
export function windowOptions(paths: WindowPaths, isPackaged: boolean): BrowserWindowConstructorOptions {
  return {
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
      devTools: !isPackaged,
      disableBlinkFeatures: 'Auxclick',
      partition: PARTITION,
    },
  };
}

/** The session that the page lives in; protocol and permissions are set on it. */
export const PARTITION = 'persist:app';

/** No new windows, no leaving the page, no embedded pages. A reload of the page itself is allowed. */
export function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const) {
    contents.on(event as 'will-frame-navigate', (details) => {
      if (details.url !== PAGE_URL) details.preventDefault();
    });
  }
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
}

export function openWindow(paths: WindowPaths, isPackaged: boolean): BrowserWindow {
  const window = new BrowserWindow(windowOptions(paths, isPackaged));
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(PAGE_URL);
  return window;
}

/** For the second start of the app, and for a deep link. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
