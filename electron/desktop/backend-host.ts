/** Keeps the backend process: starts it, connects pages to it, restarts it once after a crash, then explains. */
import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron';
import path from 'node:path';
import type { Config } from '#shared/config.ts';
import type { Failure } from '#shared/failure.ts';
import type { Clock, Log } from '../../main/platform/ports.ts';
import type { SecretsKey } from '../../main/platform/secrets.ts';
import {
  type DesktopRequest,
  FromBackendProcess,
  type Notice,
  type ToBackendProcess,
} from '../backend/messages.ts';
import type { Reply } from '#shared/contract/transport.ts';
import { PORT_CHANNEL } from '../channel-names.ts';
import { type ChildProcesses, createChildProcesses } from './child-processes.ts';

export interface BackendHostOptions {
  /** out/main. */
  readonly entryDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  readonly version: string;
  readonly key: SecretsKey;
  readonly clock: Clock;
  readonly log: Log;
  readonly onDesktopRequest: (request: DesktopRequest) => Promise<Reply>;
  readonly onNotice: (notice: Notice) => void;
  /** It can't run: the bank could not be opened, or the process crashed a second time. */
  readonly onFailure: (failure: Pick<Failure, 'message' | 'nextStep'>) => void;
}

export interface BackendHost {
  /** Gives a page its port; again after each restart. */
  connect(contents: WebContents): void;
  /** What a quit would interrupt; nothing when the backend does not answer within two seconds. */
  work(): Promise<readonly string[]>;
  /** Stops it cooperatively, by force after ten seconds. */
  stop(): Promise<void>;
}

const ANSWER_WITHIN_MS = 2_000;
const STOP_WITHIN_MS = 10_000;
const CRASHED_TWICE = {
  message: 'The backend process ended twice by itself',
  nextStep:
    'Nothing that was saved is lost. Start Parley again; the log (Settings → Logs) says what happened.',
};

interface Running {
  readonly process: UtilityProcess;
  readonly children: ChildProcesses;
  readonly ended: Promise<void>;
  readonly answers: Map<number, (work: readonly string[]) => void>;
}

export function createBackendHost(options: BackendHostOptions): BackendHost {
  const pages = new Set<WebContents>();
  let phase: 'running' | 'restarted' | 'stopping' | 'failed' = 'running';
  let lastQuestion = 0;

  const onEnd = (code: number): void => {
    if (phase === 'stopping' || phase === 'failed') return;
    options.log.error('backend-ended', { code });
    if (phase === 'restarted') {
      phase = 'failed';
      options.onFailure(CRASHED_TWICE);
      return;
    }
    phase = 'restarted';
    running = launch(options, callbacks);
    for (const contents of pages) connectPage(running.process, contents);
  };
  const callbacks: Callbacks = {
    onEnd,
    onFailed: (failure) => {
      phase = 'failed';
      options.onFailure(failure);
    },
  };
  let running = launch(options, callbacks);

  return {
    connect: (contents) => {
      pages.add(contents);
      contents.once('destroyed', () => pages.delete(contents));
      connectPage(running.process, contents);
    },
    work: () => {
      if (phase === 'failed') return Promise.resolve([]);
      const id = ++lastQuestion;
      return new Promise((resolve) => {
        running.answers.set(id, resolve);
        options.clock.after(ANSWER_WITHIN_MS, () => {
          resolve([]);
        });
        post(running.process, { kind: 'ask-work', id });
      });
    },
    stop: async () => {
      if (phase === 'failed') return;
      phase = 'stopping';
      post(running.process, { kind: 'stop' });
      const cancel = options.clock.after(STOP_WITHIN_MS, () => running.process.kill());
      await running.ended;
      cancel();
    },
  };
}

interface Callbacks {
  readonly onEnd: (code: number) => void;
  readonly onFailed: (failure: Failure) => void;
}

function launch(options: BackendHostOptions, callbacks: Callbacks): Running {
  const process = utilityProcess.fork(path.join(options.entryDirectory, 'backend.js'), [], {
    serviceName: 'Parley backend',
    stdio: 'inherit',
    env: { ...options.environment },
  });
  const children = createChildProcesses({
    entryDirectory: options.entryDirectory,
    environment: options.environment,
    tell: (message) => {
      post(process, message);
    },
  });
  const ended = new Promise<void>((resolve) => {
    process.once('exit', (code) => {
      children.killAll();
      resolve();
      callbacks.onEnd(code);
    });
  });
  const running: Running = { process, children, ended, answers: new Map() };
  process.on('message', (message: unknown) => {
    receive(FromBackendProcess.parse(message), running, { options, callbacks });
  });
  const { config, version, key } = options;
  post(process, { kind: 'start', config, version, key });
  return running;
}

interface Receiver {
  readonly options: BackendHostOptions;
  readonly callbacks: Callbacks;
}

function receive(message: FromBackendProcess, running: Running, { options, callbacks }: Receiver): void {
  switch (message.kind) {
    case 'ready':
      options.log.info('backend-ready');
      return;
    case 'failed':
      callbacks.onFailed(message.failure);
      return;
    case 'work':
      running.answers.get(message.id)?.(message.work);
      running.answers.delete(message.id);
      return;
    case 'desktop-request':
      void options.onDesktopRequest(message.request).then((reply) => {
        post(running.process, { kind: 'desktop-reply', id: message.id, reply });
      });
      return;
    case 'start-process':
      running.children.start(message);
      return;
    case 'kill-process':
      running.children.kill(message.id);
      return;
    case 'notice':
      options.onNotice(message.notice);
  }
}

/** A page that is gone, or a process that ended between two events, takes no port; the next restart or load gives one. */
function connectPage(process: UtilityProcess, contents: WebContents): void {
  const { port1, port2 } = new MessageChannelMain();
  process.postMessage({ kind: 'page' } satisfies ToBackendProcess, [port1]);
  contents.postMessage(PORT_CHANNEL, null, [port2]);
}

function post(process: UtilityProcess, message: ToBackendProcess): void {
  process.postMessage(message);
}
