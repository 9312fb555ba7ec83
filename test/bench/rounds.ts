/**
 * What a round costs beyond training: five real banks and a real hub with stores, ledgers and sockets, one noisy sum of
 * 3,521 weights a round, under a standing policy. Training is replaced by prepared noise, so all else is what is measured.
 * Hub and banks share one process here, so the figure is their work one after another.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { StandingPolicy } from '#shared/contract/bank.ts';
import type { RunId } from '#shared/ids.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { enrol, joinRun, openTestBank, setUp, type TestBank } from '../fakes/test-bank.ts';
import { startTestHub, temporaryFolder, type TestHub } from '../fakes/test-hub.ts';
import type { BenchResult } from './result.ts';

const BANKS = ['Ahorn', 'Birke', 'Cedar', 'Dolde', 'Eiche'];
/** Before these the caches are cold. */
const WARM_UP = 10;
const MEASURED = 100;
/** Releases every round by itself: the prepared noise is as large as the charter's. */
const STANDING: StandingPolicy = {
  kind: 'on',
  rounds: WARM_UP + MEASURED + 1,
  limits: { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 2 },
};
/** Much of it, so that all rounds stay inside the budget. */
const NOISE_MULTIPLIER = 8;
const BUDGET = 50;

export async function benchRounds(): Promise<readonly BenchResult[]> {
  const folder = temporaryFolder();
  const hub = await startTestHub({ home: path.join(folder.path, 'hub') });
  const banks: TestBank[] = [];
  try {
    const bareMs = bareFlush(path.join(folder.path, 'bare'));
    for (const name of BANKS) banks.push(await openBank(name, hub, folder.path));
    const runId = await planRounds(hub);
    await Promise.all(banks.map((bank) => joinRun(bank, runId)));
    const from = await committedAt(hub, runId, WARM_UP);
    const cpuBefore = process.cpuUsage();
    const until = await committedAt(hub, runId, WARM_UP + MEASURED);
    const cpu = process.cpuUsage(cpuBefore);
    const cpuMs = (cpu.user + cpu.system) / 1000 / MEASURED;
    return figures({ roundMs: (until - from) / MEASURED, cpuMs, bareMs });
  } finally {
    await Promise.all(banks.map((bank) => bank.close()));
    await hub.close();
    folder.remove();
  }
}

interface Measured {
  readonly roundMs: number;
  /** Processor time of all parties, which other programs of the machine disturb less than the clock. */
  readonly cpuMs: number;
  readonly bareMs: number;
}

function figures({ roundMs, cpuMs, bareMs }: Measured): readonly BenchResult[] {
  return [
    { name: 'rounds/bare-flush', value: bareMs, unit: 'ms' },
    {
      name: 'rounds/cost-beyond-training',
      value: roundMs,
      unit: 'ms a round',
      ratio: roundMs / bareMs,
      against: 'one bare write and fsync of the same disk (5 banks and hub in one process)',
    },
    { name: 'rounds/processor', value: cpuMs, unit: 'ms a round' },
  ];
}

async function openBank(name: string, hub: TestHub, folder: string): Promise<TestBank> {
  const bank = await openTestBank({ name, home: path.join(folder, name) });
  await setUp(bank, BUDGET);
  await enrol(bank, hub);
  await bank.client['policy.setStanding']({ policy: STANDING });
  return bank;
}

async function planRounds({ operator }: TestHub): Promise<RunId> {
  const { consortium } = await operator['hub.status']({});
  if (consortium === null) throw new Error('no consortium');
  const charter = presetCharter({
    consortium: { id: consortium.id, name: consortium.name },
    title: 'bench',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe: 'one-step',
    rounds: WARM_UP + MEASURED + 1,
    noiseMultiplier: NOISE_MULTIPLIER,
    participation: { minimumCohort: BANKS.length, quorum: BANKS.length, deadlineSeconds: 600 },
  });
  return (await operator['runs.plan']({ charter })).runId;
}

/** The moment at which so many rounds are committed, to a few milliseconds. */
async function committedAt({ operator }: TestHub, runId: RunId, rounds: number): Promise<number> {
  for (;;) {
    const run = (await operator['runs.list']({})).find((one) => one.runId === runId);
    if (run?.status === 'cancelled') throw new Error('the run was cancelled');
    if ((run?.committed ?? 0) >= rounds) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const FLUSHES = 100;
const FLUSHED_BYTES = 4096;

/** Median of one appended page and its fsync, in milliseconds. */
function bareFlush(file: string): number {
  const descriptor = openSync(file, 'w');
  const page = new Uint8Array(FLUSHED_BYTES);
  const times = Array.from({ length: FLUSHES }, () => {
    const started = performance.now();
    writeSync(descriptor, page);
    fsyncSync(descriptor);
    return performance.now() - started;
  }).sort((a, b) => a - b);
  closeSync(descriptor);
  return times[FLUSHES / 2] ?? Number.NaN;
}
