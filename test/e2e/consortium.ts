/** A real hub and two real member banks as processes, beside the app under test: what an analyst joins. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realClock } from '#main/platform/clock.ts';
import type { ProcessHandle } from '#main/platform/ports.ts';
import { createProcesses } from '#main/platform/processes/processes.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { type Consortium, planRun, startConsortium } from '#main/sample/consortium/consortium.ts';
import { demoCharter, demoStandingPolicy } from '#main/sample/consortium/plan.ts';
import { sampleBankCountry, sampleBankName, SAMPLE_SPLIT, writeSample } from '#main/sample/sample.ts';
import type { RunId } from '#shared/ids.ts';

const BANKS = 3;
const ROUNDS = 10;
const EPSILON = 4;
const DELTA = 5e-7;
const SEED = 1;

export interface TestConsortium extends Pick<Consortium, 'hub' | 'banks'> {
  readonly runId: RunId;
  /** The file that the analyst imports. */
  readonly dataFile: string;
  readonly hubHome: string;
  /** Empty folder for the app under test. */
  readonly appHome: string;
  /** Resolves when the processes are gone and their folder is, too. */
  close(): Promise<void>;
}

export async function startTestConsortium(): Promise<TestConsortium> {
  const entryDirectory = path.join(import.meta.dirname, '../../out/main');
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-analyst-'));
  const launch = {
    clock: realClock,
    processes: createProcesses({ entryDirectory }),
    environment: { PARLEY_THREADS: '1', PARLEY_LOG_LEVEL: 'error' },
    onProgress: () => undefined,
  };
  const [dataFile = '', ...peerFiles] = await writeSample({
    ...{ directory: path.join(directory, 'data'), banks: BANKS, seed: SEED, onShare: () => undefined },
    workers: createWorkers({ entryDirectory }),
  });
  const members = peerFiles.map((file, n) => ({
    name: sampleBankName(n + 1),
    dataFile: file,
    analyst: 'peer',
    homeCountry: sampleBankCountry(n + 1),
    budget: { epsilon: 2 * EPSILON, delta: DELTA, unit: 'transaction' as const },
    standing: demoStandingPolicy(ROUNDS, EPSILON),
  }));
  const consortium = await startConsortium({ directory, consortiumName: 'EU consortium', members }, launch);
  const charter = demoCharter(consortium.consortium, {
    ...{ features: 'card-v2', split: SAMPLE_SPLIT, recipe: 'few-rounds', rounds: ROUNDS, epsilon: EPSILON },
    ...{
      unit: 'transaction',
      delta: DELTA,
      seed: SEED,
      banks: BANKS,
      quorum: 2,
      deadlineSeconds: 600,
      title: 'Card fraud 2026',
    },
  });
  const runId = await planRun(consortium, charter, launch);
  return {
    ...{ hub: consortium.hub, banks: consortium.banks, runId, dataFile },
    hubHome: path.join(directory, 'hub'),
    appHome: path.join(directory, 'app'),
    close: async () => {
      const gone = [consortium.hub, ...consortium.banks].map(({ process }) => exited(process));
      consortium.stop();
      await Promise.all(gone);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function exited(process: ProcessHandle): Promise<void> {
  return new Promise((resolve) => {
    process.onExit(() => {
      resolve();
    });
  });
}
