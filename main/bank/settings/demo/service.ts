/**
 * The demo consortium beside the app: a hub and peer banks as processes, with generated data; the app's own bank gets
 * generated data too and is released by hand. The store becomes a demonstration store: real data needs another one.
 */
import { join } from 'node:path';
import { type BankContract, bankContract, type DemoState } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';
import type { Reply } from '#shared/contract/transport.ts';
import { FailureError } from '#shared/failure.ts';
import { DEFAULT_DELTA, DEFAULT_ROUNDS } from '#shared/round/presets.ts';
import type { Clock, Processes, Workers } from '#main/platform/ports.ts';
import { approve, importData, type MemberPlan } from '#main/sample/consortium/bank-process.ts';
import { type Consortium, planRun, startConsortium } from '#main/sample/consortium/consortium.ts';
import { demoCharter, demoStandingPolicy } from '#main/sample/consortium/plan.ts';
import { sampleBankName, SAMPLE_SPLIT, writeSample } from '#main/sample/sample.ts';

export interface DemoServiceOptions {
  readonly home: string;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly workers: Workers;
  /** The app's own bank, through its own contract: the demonstration does nothing that a person could not. */
  readonly answer: (method: string, input: unknown) => Promise<Reply>;
  readonly onChanged: () => void;
}

export interface DemoService {
  state(): DemoState;
  /** Answers at once; the state tells how far it is. Refused when the store holds data of its own. */
  start(choice: { readonly peers: number; readonly seed: number }): Promise<void>;
  stop(): void;
}

const EPSILON = 4;
/** A person reviews every round: the peers wait for that long. */
const DEADLINE_SECONDS = 1800;
const CONSORTIUM_NAME = 'Demo consortium';

export function createDemoService(options: DemoServiceOptions): DemoService {
  const own = createClient(bankContract, { request: options.answer });
  let state: DemoState = { kind: 'off' };
  let consortium: Consortium | undefined;
  const change = (next: DemoState): void => {
    state = next;
    options.onChanged();
  };
  const stop = (): void => {
    consortium?.stop();
    consortium = undefined;
    change({ kind: 'off' });
  };
  return {
    state: () => state,
    stop,
    start: async ({ peers, seed }) => {
      if (state.kind === 'starting' || state.kind === 'running')
        throw new FailureError('demo-running', 'The demo consortium runs already');
      await refuseStoreInUse(own);
      change({ kind: 'starting', phase: 'generating transactions', share: 0 });
      bringUp({
        options,
        own,
        peers,
        seed,
        onPhase: (phase, share) => change({ kind: 'starting', phase, share }),
      }).then(
        (started) => {
          consortium = started;
          change({ kind: 'running', hubAddress: started.hub.address, peers });
        },
        (error: unknown) => change({ kind: 'failed', failure: asFailure(error) }),
      );
    },
  };
}

interface BringUp {
  readonly options: DemoServiceOptions;
  readonly own: Client<BankContract>;
  readonly peers: number;
  readonly seed: number;
  readonly onPhase: (phase: string, share: number) => void;
}

async function bringUp(demo: BringUp): Promise<Consortium> {
  const { options, own } = demo;
  const { clock, processes, workers } = options;
  const directory = join(options.home, 'demo');
  const banks = demo.peers + 1;
  const files = await writeSample({
    directory: join(directory, 'data'),
    banks,
    seed: demo.seed,
    workers,
    onShare: (share) => demo.onPhase('generating transactions', share),
  });
  const plans = files.map((dataFile, n) => memberPlan(sampleBankName(n), dataFile));
  const [ownPlan, ...peerPlans] = plans;
  if (ownPlan === undefined) throw new FailureError('internal', 'The sample has no bank');
  const launch = { clock, processes, onProgress: demo.onPhase };
  const consortium = await startConsortium(
    { directory, consortiumName: CONSORTIUM_NAME, members: peerPlans },
    launch,
  );
  try {
    demo.onPhase('joining', 0);
    await joinOwnBank(demo, { consortium, plan: ownPlan });
    const charter = demoCharter(consortium.consortium, {
      features: 'card-v2',
      split: SAMPLE_SPLIT,
      recipe: 'few-rounds',
      rounds: DEFAULT_ROUNDS['few-rounds'],
      epsilon: EPSILON,
      delta: DEFAULT_DELTA,
      seed: demo.seed,
      banks,
      quorum: Math.min(3, banks),
      deadlineSeconds: DEADLINE_SECONDS,
      title: 'Card fraud, demonstration',
    });
    await planRun(consortium, charter, launch);
    return consortium;
  } catch (error) {
    consortium.stop();
    throw error;
  }
}

function memberPlan(name: string, dataFile: string): Omit<MemberPlan, 'home'> {
  const rounds = DEFAULT_ROUNDS['few-rounds'];
  return {
    name,
    dataFile,
    analyst: 'demonstration',
    // Twice the plan: a round that fails is charged again.
    budget: { epsilon: 2 * EPSILON, delta: DEFAULT_DELTA, unit: 'transaction' },
    standing: demoStandingPolicy(rounds, EPSILON),
  };
}

/** What a person would do: names, budget, import, invitation; the run itself is joined on the screen. */
async function joinOwnBank(
  demo: BringUp,
  member: { readonly consortium: Consortium; readonly plan: Omit<MemberPlan, 'home'> },
): Promise<void> {
  const { own, options } = demo;
  const { plan, consortium } = member;
  if ((await own['app.state']({})).bank === null)
    await own['app.setUp']({ bankName: plan.name, analyst: 'Demo analyst' });
  const { budget } = await own['privacy.state']({});
  if (budget === null && plan.budget !== null)
    await own['privacy.setBudget']({ ...plan.budget, reason: 'demo consortium' });
  const bank = { name: plan.name, client: own };
  await importData(bank, plan, {
    clock: options.clock,
    onShare: (share) => demo.onPhase('importing transactions', share),
  });
  const { invite } = await consortium.hub.client['banks.invite']({ bankName: plan.name });
  await own['consortium.join']({ invite });
  await approve(bank, consortium.hub, options.clock);
}

/** Never mixes generated rows into a bank's own: the store is empty, or was made by an earlier demonstration. */
async function refuseStoreInUse(own: Client<BankContract>): Promise<void> {
  const [app, data] = await Promise.all([own['app.state']({}), own['data.summary']({})]);
  if (data.rows > 0 || app.hub.kind === 'joined')
    throw new FailureError(
      'already-set-up',
      'This store holds data or belongs to a consortium; the demonstration needs an empty one',
    );
}

function asFailure(error: unknown) {
  if (error instanceof FailureError) return error.toFailure();
  return new FailureError('internal', 'The demo consortium could not be started').toFailure();
}
