/** Opens a bank: its store, its services, its connection to the hub. The host (desktop or headless) serves the handlers. */
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { errorFields } from '#main/platform/log.ts';
import { openStore, type Store } from '#main/platform/sqlite/open.ts';
import { type BankContract, bankContract, type BankEvent } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { type Answer, serve } from '#shared/contract/serve.ts';
import { bankHandlers } from './api.ts';
import { type BankOptions, createServices, type Services } from './services.ts';
import { createDemoService, type DemoService } from './settings/demo/service.ts';
import { bankMigrations } from './store/migrations/index.ts';

export type { BankOptions } from './services.ts';

export interface Bank {
  readonly handlers: Handlers<BankContract>;
  /** The handlers behind schemas and the bug boundary: what a transport needs. */
  readonly answer: Answer<undefined>;
  subscribe(listener: (event: BankEvent) => void): () => void;
  /** What would be interrupted by quitting now, in words; empty when nothing would. */
  running(): readonly string[];
  /** Resolves when the hub was heard once, or could not be; at once without a consortium. */
  settled(): Promise<void>;
  /** For hosts with a screen: goes on with a demo consortium that ran when the app was closed. */
  resumeDemo(): void;
  close(): Promise<void>;
}

/** Throws `store-locked` while another process holds the home, `store-newer`, `store-damaged` or `disk-full`. */
export async function createBank(options: BankOptions): Promise<Bank> {
  const { clock, log, home } = options;
  const store = openStore({ file: path.join(home, 'bank.sqlite'), migrations: bankMigrations, clock, log });
  try {
    return start(options, createServices(options, store), store);
  } catch (error) {
    store.close();
    throw error;
  }
}

function start(options: BankOptions, services: Services, store: Store): Bank {
  const { home, clock, processes, workers, log } = options;
  const demo = createDemoService({
    ...{ home, clock, processes, workers },
    answer: (method, input) => answer(method, input, undefined),
    onChanged: () => {
      services.changes.note('demo', 'app');
    },
  });
  const handlers = bankHandlers(services, demo);
  const answer: Answer<undefined> = serve({
    contract: bankContract,
    handlers,
    onBug: (error, method) => {
      const correlationId = randomUUID();
      log.error('bank.bug', { method, correlationId, ...errorFields(error) });
      return correlationId;
    },
  });
  services.consortium.start();
  return {
    handlers,
    answer,
    subscribe: (listener) => services.changes.subscribe(listener),
    running: () => runningWork(services, demo),
    settled: async () => {
      if (services.consortium.joined() !== undefined) await services.rounds.sync.run();
    },
    resumeDemo: () => {
      demo.resume();
    },
    close: () => close(services, demo, store),
  };
}

function runningWork({ gate, rounds, data, features }: Services, demo: DemoService): readonly string[] {
  const isImporting = data.summary(features.state()).imports.some((one) => one.state.kind === 'running');
  const work: readonly (readonly [boolean, string])[] = [
    [gate.trainings.running() !== undefined, 'training'],
    [rounds.uploads.isSending(), 'sending an update'],
    [isImporting, 'importing transactions'],
    [features.state().kind === 'computing', 'computing features'],
    [demo.state().kind === 'running', 'the demo consortium'],
  ];
  return work.filter(([isRunning]) => isRunning).map(([, name]) => name);
}

async function close(services: Services, demo: DemoService, store: Store): Promise<void> {
  const { rounds, consortium, changes, gate, leaks, trainer, data, features } = services;
  demo.close();
  rounds.close();
  consortium.close();
  await gate.close();
  await leaks.close();
  changes.close();
  await trainer.close();
  await data.close();
  await features.close();
  services.audit.anchor();
  store.close();
}
