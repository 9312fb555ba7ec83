/** The demonstration from start to table: data, processes, one run under a standing policy, comparison. */
import { join } from 'node:path';
import { createFeatureService } from '#main/bank/features/service.ts';
import { BANK_STORE_FILE } from '#main/bank/store/file.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import type { Clock, Log, Processes, Workers } from '#main/platform/ports.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { REFERENCE_SPLIT } from '#shared/round/presets.ts';
import type { MemberPlan, RunningBank } from '../consortium/bank-process.ts';
import { type Consortium, planRun, startConsortium } from '../consortium/consortium.ts';
import { demoCharter, demoStandingPolicy } from '../consortium/plan.ts';
import { partitionFile } from '../partition.ts';
import { sampleBankCountry, sampleBankName, SAMPLE_SPLIT, writeSample } from '../sample.ts';
import { compareModels } from './compare.ts';
import { followRun, traffic } from './federate.ts';
import type { DemoOptions } from './options.ts';
import type { DemoBank, DemoOutcome } from './outcome.ts';
import { type BankRows, withSharedCards } from './shared-cards.ts';
import { readCards } from './store.ts';

export interface DemoPorts {
  /** Empty folder for data and stores; the caller removes it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly processes: Processes;
  readonly workers: Workers;
  readonly threads: number;
  readonly onProgress: (phase: string, share: number) => void;
  /** Called as soon as there is something to stop. */
  readonly onStarted: (consortium: Pick<Consortium, 'stop'>) => void;
}

interface Member {
  readonly name: string;
  readonly homeCountry: string | null;
  readonly file: string;
}

const ANALYST = 'demonstration';
const DEADLINE_SECONDS = 120;
/** A repeated round is charged again: the budget leaves room for a few. */
const BUDGET_ROOM = 1.25;

export async function runDemo(options: DemoOptions, ports: DemoPorts): Promise<DemoOutcome> {
  const members = await prepareData(options, ports);
  const consortium = await startConsortium(
    {
      directory: ports.directory,
      consortiumName: 'Demonstration',
      members: members.map((member) => memberPlan(member, options)),
    },
    { ...ports, environment: { PARLEY_THREADS: '1' } },
  );
  ports.onStarted(consortium);
  const charter = charterOf(consortium, options);
  const runId = await planRun(consortium, charter, ports);
  const federated = await federate(consortium, runId, ports);
  const charged = await Promise.all(consortium.banks.map((bank) => chargedEpsilon(bank, options)));
  const weights = await publishedWeights(consortium, runId);
  const federationQuality = await hubsQuality(consortium, runId);
  const engine = (await consortium.banks[0]?.client['app.state']({}))?.engine.inUse ?? 'kernel';
  const homes = consortium.banks.map((bank) => bank.home);
  consortium.stop();
  const sets = withSharedCards(
    await Promise.all(homes.map((home) => rowsOf(home, charter, ports))),
    charter.evaluation,
  );
  const compared = compareModels({
    ...{ charter, banks: sets, federated: weights },
    openEngine: (setup) =>
      createKernel({
        ...setup,
        threads: ports.threads,
        startThread: (data) => void ports.workers.start('kernel', data),
      }),
    onShare: (share) => {
      ports.onProgress('training the rivals', share);
    },
  });
  const banks = members.map((member, n): DemoBank => {
    const comparedBank = compared.banks[n];
    const train = sets[n]?.train;
    if (comparedBank === undefined || train === undefined) throw new RangeError('every bank is compared');
    return {
      name: member.name,
      rows: train.rows,
      frauds: train.y.reduce((total, label) => total + label, 0),
      ...comparedBank,
      epsilon: charged[n] ?? 'Infinity',
    };
  });
  return {
    engine,
    seed: options.seed,
    rounds: options.rounds,
    ...federated,
    epsilon: worst(charged),
    delta: options.delta,
    overall: compared.overall,
    banks,
    federationQuality,
  };
}

async function prepareData(options: DemoOptions, ports: DemoPorts): Promise<readonly Member[]> {
  const directory = join(ports.directory, 'data');
  if (options.data.kind === 'file') {
    ports.onProgress('splitting the file into banks', 0);
    const { file, partitionFile: partition, partitionColumn: column } = options.data;
    const parts = await partitionFile({ dataFile: file, partitionFile: partition, column, directory });
    return parts.map((part) => ({ name: part.name, homeCountry: null, file: part.file }));
  }
  const files = await writeSample({
    ...{ directory, banks: options.data.banks, seed: options.seed, workers: ports.workers },
    onShare: (share) => {
      ports.onProgress('generating transactions', share);
    },
  });
  return files.map((file, n) => ({ name: sampleBankName(n), homeCountry: sampleBankCountry(n), file }));
}

function memberPlan(member: Member, options: DemoOptions): Omit<MemberPlan, 'home'> {
  const { epsilon, delta, rounds, unit } = options;
  return {
    name: member.name,
    dataFile: member.file,
    analyst: ANALYST,
    homeCountry: member.homeCountry,
    budget: epsilon === null ? null : { epsilon: epsilon * BUDGET_ROOM, delta, unit },
    standing: demoStandingPolicy(rounds, epsilon),
  };
}

function charterOf(consortium: Consortium, options: DemoOptions): Charter {
  const isReference = options.data.kind === 'file';
  return demoCharter(consortium.consortium, {
    features: isReference ? 'card-v1' : 'card-v2',
    split: isReference ? REFERENCE_SPLIT : SAMPLE_SPLIT,
    recipe: options.recipe,
    unit: options.unit,
    rounds: options.rounds,
    epsilon: options.epsilon,
    delta: options.delta,
    seed: options.seed,
    banks: consortium.banks.length,
    quorum: Math.min(3, consortium.banks.length),
    deadlineSeconds: DEADLINE_SECONDS,
    title: isReference ? 'Card fraud, reference data' : 'Card fraud, generated data',
  });
}

async function federate(
  consortium: Consortium,
  runId: RunId,
  ports: DemoPorts,
): Promise<Pick<DemoOutcome, 'seconds' | 'bytesUp' | 'bytesDown'>> {
  const before = await traffic(consortium.banks);
  const from = ports.clock.monotonic();
  await followRun(consortium, runId, {
    clock: ports.clock,
    onShare: (share) => {
      ports.onProgress('federated training', share);
    },
  });
  const seconds = (ports.clock.monotonic() - from) / 1000;
  const after = await traffic(consortium.banks);
  return { seconds, bytesUp: after.bytesUp - before.bytesUp, bytesDown: after.bytesDown - before.bytesDown };
}

async function chargedEpsilon(bank: RunningBank, { epsilon }: DemoOptions): Promise<number | 'Infinity'> {
  if (epsilon === null) return 'Infinity';
  return (await bank.client['privacy.state']({})).chargedEpsilon;
}

function worst(charged: readonly (number | 'Infinity')[]): number | 'Infinity' {
  return charged.reduce<number | 'Infinity'>(
    (most, one) => (most === 'Infinity' || one === 'Infinity' ? 'Infinity' : Math.max(most, one)),
    0,
  );
}

/** All banks have recomputed the same model, or the demonstration failed. */
async function publishedWeights(consortium: Consortium, runId: RunId): Promise<Float64Array> {
  const models = await Promise.all(consortium.banks.map((bank) => bank.client['models.export']({ runId })));
  const [first] = models;
  if (first === undefined || models.some((model) => model.checkpointHash !== first.checkpointHash))
    throw new FailureError('checkpoint-invalid', 'The banks do not hold the same model at the end');
  return Float64Array.from(first.weights);
}

async function hubsQuality({ hub }: Consortium, runId: RunId): Promise<DemoOutcome['federationQuality']> {
  const runs = await hub.client['runs.list']({});
  return runs.find((run) => run.runId === runId)?.quality ?? [];
}

async function rowsOf(home: string, charter: Charter, ports: DemoPorts): Promise<BankRows> {
  const store = connectStore(join(home, BANK_STORE_FILE));
  const service = createFeatureService({ ...ports, store, onChange: () => undefined });
  try {
    return { set: await service.open(charter), cards: readCards(store.database) };
  } finally {
    await service.close();
    store.close();
  }
}
