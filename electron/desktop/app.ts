/** The desktop app: puts window, page, backend, menu, links and quitting together. Decisions live in the modules beside. */
import path from 'node:path';
import { app, type BrowserWindow, session } from 'electron';
import { z } from 'zod';
import type { Config } from '#shared/config.ts';
import type { Reply } from '#shared/contract/transport.ts';
import { FailureError } from '#shared/failure.ts';
import type { CommandId } from '#shared/commands.ts';
import { realClock, sleep } from '../../main/platform/clock.ts';
import type { Log } from '../../main/platform/ports.ts';
import { systemRandom } from '../../main/platform/random.ts';
import { secretsKeyOf } from '../../main/platform/config.ts';
import type { SecretsKey } from '../../main/platform/secrets.ts';
import { loadPage } from '../../main/wire/bridge/page.ts';
import type { DesktopRequest } from '../backend/messages.ts';
import { COMMAND_CHANNEL, CONNECT_CHANNEL } from '../channel-names.ts';
import { type BackendHost, createBackendHost } from './backend-host.ts';
import { safeHandle } from './channels.ts';
import { askToQuit, chooseImportFile, explain, saveText } from './dialogs.ts';
import { DEEP_LINK_SCHEME, deepLinkIn, screenOf } from './links.ts';
import { installMenu } from './menu.ts';
import { notify } from './notifications.ts';
import { refuseForeignRequests, refusePermissions } from './permissions.ts';
import { servePage } from './protocol.ts';
import { createQuitter, SENDING } from './quit.ts';
import { systemKey } from './secrets.ts';
import { bringToFront, confine, openWindow, PARTITION } from './window.ts';

export interface AppOptions {
  /** out/: where the bundles of main, preload and renderer stand. */
  readonly buildDirectory: string;
  readonly resourcesDirectory: string;
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** After `ready`. Throws FailureError when the keys can't be read. */
export async function startApp(options: AppOptions): Promise<void> {
  const key = await keyOf(options.config);
  preparePage(options);
  app.on('web-contents-created', (_event, contents) => {
    confine(contents);
  });
  app.setAsDefaultProtocolClient(DEEP_LINK_SCHEME);
  const window = openWindow(
    {
      preload: path.join(options.buildDirectory, 'preload', 'preload.cjs'),
      icon: path.join(options.resourcesDirectory, 'icons', 'icon.png'),
    },
    app.isPackaged,
  );
  const backend = startBackend(options, key, window);
  safeHandle({
    name: CONNECT_CHANNEL,
    schema: z.strictObject({}),
    maxLength: 100,
    handle: (_input, event) => {
      backend.connect(event.sender);
    },
  });
  const run = (command: CommandId): void => {
    window.webContents.postMessage(COMMAND_CHANNEL, command);
  };
  installMenu({ platform: process.platform, isPackaged: app.isPackaged, run });
  followLinks(window, run);
  reloadAfterCrash(window, options.log);
  installQuit(window, backend);
}

/** A passphrase that was given wins over the key store: the person chose it. */
async function keyOf(config: Config): Promise<SecretsKey> {
  const chosen = secretsKeyOf(config);
  if (chosen.kind !== 'none') return chosen;
  const directory = path.join(config.home, 'keys');
  return systemKey({ directory, platform: process.platform, random: systemRandom });
}

function preparePage(options: AppOptions): void {
  const own = session.fromPartition(PARTITION);
  const directory = path.join(options.buildDirectory, 'renderer');
  servePage(own, loadPage({ directory, start: 'bank/index.html', random: systemRandom }));
  refusePermissions(own);
  refuseForeignRequests(own, app.isPackaged);
}

function startBackend(options: AppOptions, key: SecretsKey, window: BrowserWindow): BackendHost {
  return createBackendHost({
    entryDirectory: path.join(options.buildDirectory, 'main'),
    environment: options.environment,
    config: options.config,
    version: app.getVersion(),
    key,
    clock: realClock,
    log: options.log,
    onDesktopRequest: (request) => answerDesktopRequest(window, request),
    onNotice: (notice) => {
      if (!window.isDestroyed()) notify(window, notice);
    },
    onFailure: (failure) => {
      explain({ title: failure.message, detail: failure.nextStep });
      app.exit(1);
    },
  });
}

async function answerDesktopRequest(window: BrowserWindow, request: DesktopRequest): Promise<Reply> {
  try {
    const value =
      request.method === 'choose-import-file'
        ? await chooseImportFile(window)
        : await saveText(window, request);
    return { kind: 'ok', value };
  } catch (error) {
    const failure =
      error instanceof FailureError ? error : new FailureError('internal', 'The dialog could not be shown');
    return { kind: 'failure', failure: failure.toFailure() };
  }
}

/** A second start and an opened link both come to this window; a link shows a screen and does nothing else. */
function followLinks(window: BrowserWindow, run: (command: CommandId) => void): void {
  const follow = (link: string | undefined): void => {
    bringToFront(window);
    const screen = screenOf(link);
    if (screen !== undefined) run(screen);
  };
  app.on('second-instance', (_event, args) => {
    follow(deepLinkIn(args));
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    follow(link);
  });
}

/** The gate lives in the backend: a page that crashed loads again and pulls its state, no action is repeated. */
function reloadAfterCrash(window: BrowserWindow, log: Log): void {
  window.webContents.on('render-process-gone', (_event, details) => {
    log.error('page-gone', { reason: details.reason });
    if (details.reason !== 'clean-exit') window.webContents.reload();
  });
}

function installQuit(window: BrowserWindow, backend: BackendHost): void {
  const quitter = createQuitter({
    work: () => backend.work(),
    ask: (question) => askToQuit(window, question),
    whenSent: async () => {
      while ((await backend.work()).includes(SENDING)) await sleep(realClock, 500);
    },
    stop: () => backend.stop(),
    quit: () => {
      app.quit();
    },
  });
  const hold = (event: { preventDefault(): void }): void => {
    if (!quitter.mayQuit()) event.preventDefault();
  };
  app.on('before-quit', hold);
  // closing the only window is quitting: the question must come while it is still there
  window.on('close', hold);
  app.on('window-all-closed', () => {
    app.quit();
  });
}
