/** Electron as the desktop shell uses it, recorded. Vitest replaces the module by this in test/electron only. */
import { EventEmitter } from 'node:events';

class FakeFrame {
  readonly origin: string;
  constructor(origin: string) {
    this.origin = origin;
  }
}

export class FakeContents extends EventEmitter {
  readonly mainFrame = new FakeFrame('app://bundle');
  readonly posted: { channel: string; message: unknown; ports: readonly unknown[] }[] = [];
  windowOpenHandler: (() => { action: string }) | undefined;
  reloads = 0;

  setWindowOpenHandler(handler: () => { action: string }): void {
    this.windowOpenHandler = handler;
  }
  postMessage(channel: string, message: unknown, ports: readonly unknown[] = []): void {
    this.posted.push({ channel, message, ports });
  }
  reload(): void {
    this.reloads += 1;
  }
}

export class FakeWindow extends EventEmitter {
  static readonly opened: FakeWindow[] = [];
  readonly webContents = new FakeContents();
  readonly options: unknown;
  readonly loaded: string[] = [];
  readonly calls: string[] = [];
  minimized = false;
  focused = false;

  constructor(options: unknown) {
    super();
    this.options = options;
    FakeWindow.opened.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    return Promise.resolve();
  }
  show(): void {
    this.calls.push('show');
  }
  focus(): void {
    this.calls.push('focus');
  }
  restore(): void {
    this.calls.push('restore');
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  isFocused(): boolean {
    return this.focused;
  }
  isDestroyed(): boolean {
    return false;
  }
}

export class FakePort extends EventEmitter {
  peer: FakePort | undefined;
  readonly posted: unknown[] = [];
  started = false;

  postMessage(message: unknown): void {
    this.posted.push(message);
    this.peer?.emit('message', { data: structuredClone(message), ports: [] });
  }
  start(): void {
    this.started = true;
  }
  close(): void {
    this.peer?.emit('close');
  }
}

export class FakeChannel {
  readonly port1 = new FakePort();
  readonly port2 = new FakePort();
  constructor() {
    this.port1.peer = this.port2;
    this.port2.peer = this.port1;
  }
}

class FakeStream extends EventEmitter {
  setEncoding(): this {
    return this;
  }
}

export class FakeProcess extends EventEmitter {
  readonly stdout = new FakeStream();
  readonly stderr = new FakeStream();
  readonly posted: { message: unknown; ports: readonly FakePort[] }[] = [];
  readonly path: string;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  killed = false;

  constructor(path: string, args: readonly string[], options: Readonly<Record<string, unknown>>) {
    super();
    this.path = path;
    this.args = args;
    this.options = options;
  }
  postMessage(message: unknown, ports: readonly FakePort[] = []): void {
    this.posted.push({ message: structuredClone(message), ports });
  }
  kill(): boolean {
    this.killed = true;
    return true;
  }
}

class FakeApp extends EventEmitter {
  isPackaged = true;
  lock = true;
  readonly log: string[] = [];
  readonly paths: Record<string, string> = {};
  readonly ready = Promise.resolve();

  enableSandbox(): void {
    this.log.push('enableSandbox');
  }
  requestSingleInstanceLock(): boolean {
    this.log.push('requestSingleInstanceLock');
    return this.lock;
  }
  whenReady(): Promise<void> {
    this.log.push('whenReady');
    return this.ready;
  }
  setPath(name: string, value: string): void {
    this.paths[name] = value;
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    this.log.push(`scheme ${scheme}`);
    return true;
  }
  getVersion(): string {
    return '1.2.3';
  }
  quit(): void {
    this.log.push('quit');
  }
  exit(code: number): void {
    this.log.push(`exit ${String(code)}`);
  }
}

export const app = new FakeApp();

export const session = {
  handlers: new Map<string, (request: Request) => Response>(),
  permission: undefined as
    ((contents: unknown, name: string, decide: (yes: boolean) => void) => void) | undefined,
  permissionCheck: undefined as (() => boolean) | undefined,
  device: undefined as (() => boolean) | undefined,
  request: undefined as
    ((details: { url: string }, decide: (answer: { cancel: boolean }) => void) => void) | undefined,
  partitions: [] as string[],
  fromPartition(partition: string) {
    session.partitions.push(partition);
    return {
      protocol: {
        handle: (scheme: string, handler: (request: Request) => Response) =>
          session.handlers.set(scheme, handler),
      },
      setPermissionRequestHandler: (handler: typeof session.permission) => (session.permission = handler),
      setPermissionCheckHandler: (handler: typeof session.permissionCheck) =>
        (session.permissionCheck = handler),
      setDevicePermissionHandler: (handler: typeof session.device) => (session.device = handler),
      webRequest: { onBeforeRequest: (handler: typeof session.request) => (session.request = handler) },
    };
  },
};

export const protocol = {
  schemes: [] as unknown[],
  registerSchemesAsPrivileged: (schemes: readonly unknown[]) => {
    protocol.schemes.push(...schemes);
  },
};

export const ipcMain = {
  channels: new Map<string, (event: unknown, input: unknown) => unknown>(),
  handle: (name: string, handler: (event: unknown, input: unknown) => unknown) => {
    ipcMain.channels.set(name, handler);
  },
};

export const Menu = {
  application: undefined as unknown,
  buildFromTemplate: (template: unknown) => template,
  setApplicationMenu: (menu: unknown) => {
    Menu.application = menu;
  },
};

export const dialog = {
  errors: [] as { title: string; detail: string }[],
  questions: [] as unknown[],
  response: 0,
  openPaths: [] as string[],
  savePath: '',
  showErrorBox: (title: string, detail: string) => {
    dialog.errors.push({ title, detail });
  },
  showMessageBox: (_window: unknown, question: unknown) => {
    dialog.questions.push(question);
    return Promise.resolve({ response: dialog.response });
  },
  showOpenDialog: () =>
    Promise.resolve({ canceled: dialog.openPaths.length === 0, filePaths: dialog.openPaths }),
  showSaveDialog: () => Promise.resolve({ canceled: dialog.savePath === '', filePath: dialog.savePath }),
};

export const shell = {
  opened: [] as string[],
  openExternal: (url: string) => {
    shell.opened.push(url);
    return Promise.resolve();
  },
};

/** "Encrypts" by reversing; one that can't be opened is any text that does not end in the mark. */
export const safeStorage = {
  available: true,
  backend: 'gnome_libsecret',
  getSelectedStorageBackend: () => safeStorage.backend,
  isAsyncEncryptionAvailable: () => Promise.resolve(safeStorage.available),
  encryptStringAsync: (text: string) => Promise.resolve(Buffer.from(`!${text}`).reverse()),
  decryptStringAsync: (sealed: Buffer) => {
    const text = Buffer.from(sealed).reverse().toString();
    return text.startsWith('!')
      ? Promise.resolve({ result: text.slice(1), shouldReEncrypt: false })
      : Promise.reject(new Error('the key store refused'));
  },
};

export const utilityProcess = {
  forked: [] as FakeProcess[],
  fork: (path: string, args: readonly string[], options: Readonly<Record<string, unknown>>) => {
    const child = new FakeProcess(path, args, options);
    utilityProcess.forked.push(child);
    return child;
  },
};

export class FakeNotification extends EventEmitter {
  static readonly shown: unknown[] = [];
  static isSupported(): boolean {
    return true;
  }
  readonly options: unknown;
  constructor(options: unknown) {
    super();
    this.options = options;
  }
  show(): void {
    FakeNotification.shown.push(this.options);
  }
}

export { FakeWindow as BrowserWindow, FakeChannel as MessageChannelMain, FakeNotification as Notification };
