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
import type { PrivacyUnit } from '#shared/round/charter.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';
import type { Clock, Processes, Workers } from '#main/platform/ports.ts';
import { approve, importData, type MemberPlan, startBank } from '#main/sample/consortium/bank-process.ts';
import { type Consortium, planRun, startConsortium } from '#main/sample/consortium/consortium.ts';
import { startHub } from '#main/sample/consortium/hub-process.ts';
import { demoCharter, demoStandingPolicy, type DemoTerms } from '#main/sample/consortium/plan.ts';
import { sampleBankCountry, sampleBankName, SAMPLE_SPLIT, writeSample } from '#main/sample/sample.ts';
import { type DemoChoice, keepDemo, type KeptDemo, readKeptDemo } from './kept-demo.ts';

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
  start(choice: DemoChoice): Promise<void>;
  /** Goes on with a demonstration that ran when the app was closed. */
  resume(): void;
  stop(): void;
  /** Ends the processes; a demonstration that runs is taken up again at the next start. */
  close(): void;
}

const EPSILON = 4;
/** A person reviews every round: the peers wait for that long. */
const DEADLINE_SECONDS = 1800;
const CONSORTIUM_NAME = 'Demo consortium';

export function createDemoService(options: DemoServiceOptions): DemoService {
  const own = createClient(bankContract, { request: options.answer });
  const directory = join(options.home, 'demo');
  let state: DemoState = { kind: 'off' };
  let consortium: Pick<Consortium, 'hub' | 'stop'> | undefined;
  const change = (next: DemoState): void => {
    state = next;
    options.onChanged();
  };
  const follow = async (peers: number, started: Promise<Pick<Consortium, 'hub' | 'stop'>>): Promise<void> => {
    try {
      consortium = await started;
      change({ kind: 'running', hubAddress: consortium.hub.address, peers });
    } catch (error) {
      change({ kind: 'failed', failure: asFailure(error) });
    }
  };
  const bring = (phase: string): BringUp => {
    change({ kind: 'starting', phase, share: 0 });
    const onPhase = (now: string, share: number): void => {
      change({ kind: 'starting', phase: now, share });
    };
    return { options, own, directory, onPhase };
  };
  const takeUp = (kept: KeptDemo): void => {
    void follow(kept.peers, restart(bring('starting the hub'), kept));
  };
  return {
    state: () => state,
    start: async (choice) => {
      if (state.kind === 'starting' || state.kind === 'running')
        throw new FailureError('demo-running', 'The demo consortium runs already');
      const kept = readKeptDemo(directory);
      if (kept === undefined) await refuseStoreInUse(own);
      if (kept === undefined) void follow(choice.peers, found(bring('generating transactions'), choice));
      else takeUp(keepDemo(directory, { ...kept, isWanted: true }));
    },
    resume: () => {
      const kept = readKeptDemo(directory);
      if (kept?.isWanted === true) takeUp(kept);
    },
    stop: () => {
      const kept = readKeptDemo(directory);
      if (kept !== undefined) keepDemo(directory, { ...kept, isWanted: false });
      consortium?.stop();
      consortium = undefined;
      change({ kind: 'off' });
    },
    close: () => {
      consortium?.stop();
    },
  };
}

interface BringUp {
  readonly options: DemoServiceOptions;
  readonly own: Client<BankContract>;
  readonly directory: string;
  readonly onPhase: (phase: string, share: number) => void;
}

async function found(demo: BringUp, choice: DemoChoice): Promise<Consortium> {
  const { directory } = demo;
  const { clock, processes, workers } = demo.options;
  const banks = choice.peers + 1;
  const onShare = (share: number): void => {
    demo.onPhase('generating transactions', share);
  };
  const seed = choice.seed;
  const files = await writeSample({ directory: join(directory, 'data'), banks, seed, workers, onShare });
  const unit = await unitOf(demo.own);
  const plans = files.map((dataFile, n) => memberPlan(n, dataFile, unit));
  const [ownPlan, ...peerPlans] = plans;
  if (ownPlan === undefined) throw new FailureError('internal', 'The sample has no bank');
  const launch = { clock, processes, onProgress: demo.onPhase };
  const members = { directory, consortiumName: CONSORTIUM_NAME, members: peerPlans };
  const consortium = await startConsortium(members, launch);
  try {
    await joinOwnBank(demo, { consortium, plan: ownPlan });
    const charter = demoCharter(consortium.consortium, terms(choice, banks, unit));
    await planRun(consortium, charter, launch);
    keepDemo(directory, { ...choice, address: consortium.hub.address, isWanted: true });
    return consortium;
  } catch (error) {
    consortium.stop();
    throw error;
  }
}

/** The same stores at the same address: the app's own bank finds its hub again by itself. */
async function restart(demo: BringUp, kept: KeptDemo): Promise<Pick<Consortium, 'hub' | 'stop'>> {
  const { clock, processes } = demo.options;
  const started: { stop(): void }[] = [];
  const stop = (): void => {
    for (const one of started) one.stop();
  };
  try {
    const home = join(demo.directory, 'hub');
    const listen = kept.address.replace('http://', '');
    const hub = await startHub({ home, consortiumName: CONSORTIUM_NAME, processes, listen });
    started.push(hub);
    for (let n = 0; n < kept.peers; n++) {
      const bank = { name: sampleBankName(n + 1), home: join(demo.directory, `bank-${String(n)}`) };
      demo.onPhase('starting the peer banks', n / kept.peers);
      started.push(await startBank(bank, { clock, processes }));
    }
    return { hub, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** A store's unit is fixed with its first budget: the demonstration takes that of the own bank. */
async function unitOf(own: Client<BankContract>): Promise<PrivacyUnit> {
  const { budget } = await own['privacy.state']({});
  return budget?.unit ?? 'transaction';
}

function terms(choice: DemoChoice, banks: number, unit: PrivacyUnit): DemoTerms {
  const { rounds, delta } = noisyPreset({ recipe: 'few-rounds', unit });
  return {
    features: 'card-v2',
    split: SAMPLE_SPLIT,
    recipe: 'few-rounds',
    unit,
    rounds,
    epsilon: EPSILON,
    delta,
    seed: choice.seed,
    banks,
    quorum: Math.min(3, banks),
    deadlineSeconds: DEADLINE_SECONDS,
    title: 'Card fraud, demonstration',
  };
}

function memberPlan(index: number, dataFile: string, unit: PrivacyUnit): Omit<MemberPlan, 'home'> {
  const { rounds, delta } = noisyPreset({ recipe: 'few-rounds', unit });
  return {
    name: sampleBankName(index),
    dataFile,
    analyst: 'demonstration',
    homeCountry: sampleBankCountry(index),
    // Twice the plan: a round that fails is charged again.
    budget: { epsilon: 2 * EPSILON, delta, unit },
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
  // Whatever was stated before: the generated rows are all that this store will hold.
  await own['app.setHomeCountry']({ homeCountry: plan.homeCountry });
  const { budget } = await own['privacy.state']({});
  if (budget === null && plan.budget !== null)
    await own['privacy.setBudget']({ ...plan.budget, reason: 'demo consortium' });
  const bank = { name: plan.name, client: own };
  await importData(bank, plan, {
    clock: options.clock,
    onShare: (share) => {
      demo.onPhase('importing transactions', share);
    },
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
