/** The bank inside a utility process: opened at `start`, served on every port that comes, closed at `stop`. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { MessagePortMain, ParentPort } from 'electron';
import { bankContract, BankEvent, type BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { serve } from '#shared/contract/serve.ts';
import { FailureError } from '#shared/failure.ts';
import { realClock } from '../../main/platform/clock.ts';
import { createFileLog, errorFields } from '../../main/platform/log.ts';
import type { Clock, Log, Processes, Random, Secrets, Workers } from '../../main/platform/ports.ts';
import { installBugHandlers } from '../../main/platform/processes/lifecycle.ts';
import { systemRandom } from '../../main/platform/random.ts';
import { createSecrets } from '../../main/platform/secrets.ts';
import { createWorkers } from '../../main/platform/workers/workers.ts';
import { createDesktopRequests, type DesktopRequests } from './desktop-requests.ts';
import { type FromBackendProcess, ToBackendProcess } from './messages.ts';
import { noticesBetween } from './notices.ts';
import { type PageService, servePage } from './page-port.ts';
import { createDesktopProcesses, type DesktopProcesses } from './processes.ts';

/** The bank as this process uses it (main/bank/create.ts). */
export interface Bank {
  readonly handlers: Handlers<BankContract>;
  readonly subscribe: (listener: (event: unknown) => void) => () => void;
  /** What a quit would interrupt, in words. */
  readonly running: () => readonly string[];
  readonly close: () => Promise<void>;
}

export interface BankHost {
  readonly home: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly workers: Workers;
  readonly processes: Processes;
  readonly host: 'electron';
  readonly version: string;
  readonly threads: number;
}

export interface BackendOptions {
  readonly openBank: (host: BankHost) => Promise<Bank>;
  readonly parent: ParentPort;
  /** out/main: workers and further processes stand here. */
  readonly entryDirectory: string;
}

type Start = Extract<ToBackendProcess, { kind: 'start' }>;

interface Desktop {
  readonly send: (message: FromBackendProcess) => void;
  readonly requests: DesktopRequests;
  readonly processes: DesktopProcesses;
  readonly entryDirectory: string;
  readonly openBank: (host: BankHost) => Promise<Bank>;
}

interface Opened {
  readonly bank: Bank;
  readonly service: PageService;
}

export function openBackend(options: BackendOptions): void {
  const send = (message: FromBackendProcess): void => {
    options.parent.postMessage(message);
  };
  const desktop: Desktop = {
    send,
    requests: createDesktopRequests(send),
    processes: createDesktopProcesses(send),
    entryDirectory: options.entryDirectory,
    openBank: options.openBank,
  };
  let opened: Promise<Opened | undefined> = Promise.resolve(undefined);
  options.parent.on('message', (event) => {
    const message = ToBackendProcess.parse(event.data);
    if (message.kind === 'start') opened = open(message, desktop);
    else void opened.then((backend) => receive(message, { backend, desktop, port: event.ports[0] }));
  });
}

/** A bank that can't be opened is said once, in the main process's words; a bug ends the process and is restarted. */
async function open(start: Start, desktop: Desktop): Promise<Opened | undefined> {
  const { home, logLevel } = start.config;
  const log = createFileLog({ directory: path.join(home, 'logs'), level: logLevel, clock: realClock });
  installBugHandlers(log);
  try {
    const bank = await desktop.openBank({
      home,
      clock: realClock,
      random: systemRandom,
      log,
      secrets: createSecrets({ directory: path.join(home, 'keys'), key: start.key, random: systemRandom }),
      workers: createWorkers({ entryDirectory: desktop.entryDirectory }),
      processes: desktop.processes,
      host: 'electron',
      version: start.version,
      threads: start.config.threads ?? availableParallelism(),
    });
    bank.subscribe(tellNotices(bank, desktop));
    desktop.send({ kind: 'ready' });
    return { bank, service: serviceOf(bank, desktop, log) };
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    log.error('bank-not-opened', { code: error.code });
    desktop.send({ kind: 'failed', failure: error.toFailure() });
    return undefined;
  }
}

function serviceOf(bank: Bank, { requests }: Desktop, log: Log): PageService {
  const handlers: Handlers<BankContract> = {
    ...bank.handlers,
    'host.chooseImportFile': async () =>
      bankContract['host.chooseImportFile'].output.parse(
        await requests.ask({ method: 'choose-import-file' }),
      ),
    'host.saveText': async (input) =>
      bankContract['host.saveText'].output.parse(await requests.ask({ method: 'save-text', ...input })),
  };
  const onBug = (error: unknown, method = ''): string => {
    const correlationId = Buffer.from(systemRandom.bytes(6)).toString('hex');
    log.error('bug', { method, correlationId, ...errorFields(error) });
    return correlationId;
  };
  return {
    answer: serve({ contract: bankContract, handlers, onBug }),
    subscribe: bank.subscribe,
    onBug: (error) => void onBug(error),
  };
}

interface Received {
  readonly backend: Opened | undefined;
  readonly desktop: Desktop;
  readonly port: MessagePortMain | undefined;
}

async function receive(message: Exclude<ToBackendProcess, Start>, received: Received): Promise<void> {
  const { backend, desktop, port } = received;
  switch (message.kind) {
    case 'page':
      if (backend !== undefined && port !== undefined) servePage(port, backend.service);
      return;
    case 'ask-work':
      desktop.send({ kind: 'work', id: message.id, work: [...(backend?.bank.running() ?? [])] });
      return;
    case 'desktop-reply':
      desktop.requests.receive(message.id, message.reply);
      return;
    case 'process-output':
    case 'process-ended':
      desktop.processes.receive(message);
      return;
    case 'stop':
      await backend?.bank.close();
      process.exit(0);
  }
}

/** Pulls the runs after each change of them and tells what a person should know while looking elsewhere. */
function tellNotices(bank: Bank, desktop: Desktop): (event: unknown) => void {
  let seen: Promise<Awaited<ReturnType<Bank['handlers']['runs.list']>>> = Promise.resolve([]);
  let isFirst = true;
  return (event) => {
    if (!BankEvent.parse(event).topics.includes('runs')) return;
    const before = seen;
    seen = Promise.resolve(bank.handlers['runs.list']({}, undefined));
    void Promise.all([before, seen]).then(([earlier, now]) => {
      for (const notice of isFirst ? [] : noticesBetween(earlier, now))
        desktop.send({ kind: 'notice', notice });
      isFirst = false;
    });
  };
}
