/** One run whose hub or bank is killed again and again at random instants, until it is finished all the same. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realClock, sleep } from '#main/platform/clock.ts';
import { createProcesses } from '#main/platform/processes/processes.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { type RunningBank, startBank } from '#main/sample/consortium/bank-process.ts';
import { planRun, startConsortium } from '#main/sample/consortium/consortium.ts';
import { type RunningHub, startHub } from '#main/sample/consortium/hub-process.ts';
import { demoCharter, demoStandingPolicy } from '#main/sample/consortium/plan.ts';
import { sampleBankCountry, sampleBankName, SAMPLE_SPLIT, writeSample } from '#main/sample/sample.ts';
import type { Stream } from '#main/sample/generator/stream.ts';
import type { RunId } from '#shared/ids.ts';
import { judge, type Verdict } from './judge.ts';
import type { Victim } from './options.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const BANKS = 3;
const EPSILON = 4;
const DELTA = 5e-7;
/** Longest wait between two kills; a round takes a fraction of it. */
const LONGEST_LIFE_MS = 1500;
const RUN_LIMIT_MS = 300_000;

export interface KilledRun extends Verdict {
  readonly kills: number;
  readonly seconds: number;
}

export interface KillPlan {
  readonly victim: Victim;
  /** At most so many; the run may end before. */
  readonly kills: number;
  readonly rounds: number;
  readonly random: Stream;
}

interface Actors {
  hub: RunningHub;
  readonly banks: RunningBank[];
}

export async function killedRun(plan: KillPlan): Promise<KilledRun> {
  const built = path.join(ROOT, 'out/main');
  const entryDirectory = existsSync(path.join(built, 'hub.js')) ? built : path.join(ROOT, 'main/entry');
  const launch = {
    clock: realClock,
    processes: createProcesses({ entryDirectory }),
    environment: { PARLEY_THREADS: '1', PARLEY_LOG_LEVEL: 'error' },
    onProgress: () => undefined,
  };
  const directory = mkdtempSync(path.join(tmpdir(), 'parley-kill-'));
  const from = realClock.monotonic();
  try {
    const workers = createWorkers({ entryDirectory });
    const files = await writeSample({
      directory: path.join(directory, 'data'),
      banks: BANKS,
      seed: 1,
      workers,
      onShare: () => undefined,
    });
    const consortium = await startConsortium(
      { directory, consortiumName: 'Kill', members: files.map((file, n) => member(file, n, plan)) },
      launch,
    );
    const charter = demoCharter(consortium.consortium, {
      ...{
        features: 'card-v2',
        split: SAMPLE_SPLIT,
        recipe: 'few-rounds',
        unit: 'transaction',
        rounds: plan.rounds,
        epsilon: EPSILON,
      },
      ...{ delta: DELTA, seed: 1, banks: BANKS, quorum: 2, deadlineSeconds: 20, title: 'Kill' },
    });
    const actors: Actors = { hub: consortium.hub, banks: [...consortium.banks] };
    const runId = await planRun(consortium, charter, launch);
    const kills = await killUntilDone(plan, { actors, runId, launch });
    await finished(actors, runId);
    for (const bank of actors.banks) bank.stop();
    actors.hub.stop();
    await sleep(realClock, 1000);
    const verdict = judge({
      hubHome: path.join(directory, 'hub'),
      bankHomes: actors.banks.map((bank) => bank.home),
    });
    return { ...verdict, kills, seconds: (realClock.monotonic() - from) / 1000 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function member(dataFile: string, index: number, { rounds }: KillPlan) {
  return {
    name: sampleBankName(index),
    dataFile,
    analyst: 'proof',
    homeCountry: sampleBankCountry(index),
    // A repeated round is charged again: twice the plan, so that kills can't exhaust it.
    budget: { epsilon: 2 * EPSILON, delta: DELTA, unit: 'transaction' as const },
    standing: demoStandingPolicy(rounds, EPSILON),
  };
}

interface Scene {
  readonly actors: Actors;
  readonly runId: RunId;
  readonly launch: Parameters<typeof startBank>[1];
}

async function killUntilDone(plan: KillPlan, scene: Scene): Promise<number> {
  const { actors, runId } = scene;
  let kills = 0;
  while (kills < plan.kills) {
    await sleep(realClock, plan.random.between(0, LONGEST_LIFE_MS));
    if (await isCompleted(actors.hub, runId)) break;
    if (plan.victim === 'hub') actors.hub = await restartHub(actors.hub, scene);
    else await restartBank(plan.random.whole(0, BANKS - 1), scene);
    kills++;
  }
  return kills;
}

async function restartHub(hub: RunningHub, { actors, launch }: Scene): Promise<RunningHub> {
  await killed(hub);
  const home = path.join(path.dirname(actors.banks[0]?.home ?? ''), 'hub');
  const listen = hub.address.replace('http://', '');
  return startHub({ home, consortiumName: 'Kill', processes: launch.processes, listen });
}

async function restartBank(index: number, { actors, launch }: Scene): Promise<void> {
  const bank = actors.banks[index];
  if (bank === undefined) return;
  await killed(bank);
  actors.banks[index] = await startBank(bank, launch);
}

function killed(victim: RunningHub | RunningBank): Promise<void> {
  return new Promise((resolve) => {
    victim.process.onExit(() => {
      resolve();
    });
    victim.process.kill('SIGKILL');
  });
}

async function isCompleted(hub: RunningHub, runId: RunId): Promise<boolean> {
  const run = (await hub.client['runs.list']({})).find((one) => one.runId === runId);
  return run?.status === 'completed';
}

/** Hub and banks are done, or the proof says that they are not. */
async function finished({ hub, banks }: Actors, runId: RunId): Promise<void> {
  const end = realClock.monotonic() + RUN_LIMIT_MS;
  for (;;) {
    const states = await Promise.all(
      banks.map(async (bank) => (await bank.client['runs.list']({})).find((one) => one.runId === runId)),
    );
    if (
      (await isCompleted(hub, runId)) &&
      states.every((run) => run !== undefined && run.committed === run.planned)
    )
      return;
    if (realClock.monotonic() > end) throw new RangeError('the run did not finish after the last kill');
    await sleep(realClock, 200);
  }
}
