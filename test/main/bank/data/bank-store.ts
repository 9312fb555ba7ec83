/** A bank's store in a folder of its own, with the data service over it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImportId } from '#shared/ids.ts';
import type { ColumnMapping, ImportProgress } from '#shared/features/data-view.ts';
import { createDataService, type DataService } from '#main/bank/data/service.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { realClock } from '#main/platform/clock.ts';
import { openStore, type Store } from '#main/platform/sqlite/open.ts';
import type { WorkerHandle, Workers } from '#main/platform/ports.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { runImportWorker } from '#main/bank/data/import/worker.ts';
import { runFeatureWorker } from '#main/bank/features/worker.ts';
import { recordingLog, type RecordingLog } from '../../../fakes/log.ts';

export interface TestBank {
  readonly folder: string;
  readonly store: Store;
  readonly data: DataService;
  readonly log: RecordingLog;
  /** Writes a file into the bank's folder and answers its path. */
  write(name: string, content: string | Uint8Array): string;
  /** Imports with the guessed mapping, changed as given, and waits for the end. */
  import(source: string, changes?: Partial<ColumnMapping>): Promise<ImportProgress>;
  start(source: string, changes?: Partial<ColumnMapping>): Promise<ImportId>;
  /** Closes the service and the store, and opens both again. */
  reopen(): Promise<TestBank>;
  /** Closes the service and the store, and removes the folder. */
  remove(): Promise<void>;
}

export const realWorkers = createWorkers({
  entryDirectory: fileURLToPath(new URL('../../../../main/entry', import.meta.url)),
});

/** The workers' own functions in this thread, with messages cloned as between threads: no time spent on loading. */
export const inlineWorkers: Workers = {
  start: (name, data) => inlineWorker((port) => runWorker(name, structuredClone(data), port)),
};

interface InlinePort {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

async function runWorker(name: string, data: unknown, port: InlinePort): Promise<void> {
  if (name === 'import') return runImportWorker(data, port);
  runFeatureWorker(data, (message) => {
    port.post(message);
  });
}

function inlineWorker(run: (port: InlinePort) => Promise<void>): WorkerHandle {
  let toWorker: (message: unknown) => void = () => undefined;
  let toService: (message: unknown) => void = () => undefined;
  let ended: (error: Error | undefined) => void = () => undefined;
  const work = Promise.resolve()
    .then(() =>
      run({
        post: (message) => {
          toService(structuredClone(message));
        },
        onMessage: (listener) => (toWorker = listener),
      }),
    )
    .then(
      () => {
        ended(undefined);
      },
      (error: unknown) => {
        ended(error instanceof Error ? error : new Error('the worker threw no error'));
      },
    );
  return {
    post: (message) => {
      toWorker(structuredClone(message));
    },
    onMessage: (listener) => (toService = listener),
    onExit: (listener) => (ended = listener),
    terminate: () => work,
  };
}

export interface TestBankOptions {
  readonly folder?: string;
  readonly workers?: Workers;
}

export function createTestBank(options: TestBankOptions = {}): TestBank {
  const { folder = mkdtempSync(path.join(tmpdir(), 'parley-bank-')), workers = inlineWorkers } = options;
  const log = recordingLog();
  const file = path.join(folder, 'home', 'bank.sqlite');
  const store = openStore({ file, migrations: bankMigrations, clock: realClock, log });
  const data = createDataService({
    store,
    workers,
    clock: realClock,
    random: systemRandom,
    log,
    onChange: () => undefined,
  });
  const close = async (): Promise<void> => {
    await data.close();
    store.close();
  };
  const start = async (source: string, changes: Partial<ColumnMapping> = {}): Promise<ImportId> => {
    const { mapping } = await data.inspect(source);
    return data.startImport({ source, mapping: { ...mapping, ...changes }, saveMapping: false });
  };
  return {
    folder,
    store,
    data,
    log,
    write: (name, content) => {
      const target = path.join(folder, name);
      writeFileSync(target, content);
      return target;
    },
    start,
    import: async (source, changes) => data.whenEnded(await start(source, changes)),
    reopen: async () => {
      await close();
      return createTestBank({ ...options, folder });
    },
    remove: async () => {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const ALL_ROWS = { after: 0, limit: 1000, search: '', label: 'all' } as const;
export const NO_FEATURES = { kind: 'none' } as const;
