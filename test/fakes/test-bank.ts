/** A whole bank backend in a folder of its own: real store, ledger, gate and sockets; only the training is a fake. */
import path from 'node:path';
import { type Bank, type BankOptions, createBank } from '#main/bank/create.ts';
import type { Trainer } from '#main/bank/training/trainer.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { realClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Log } from '#main/platform/ports.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import { connectFederation } from '#main/wire/federation-client.ts';
import { bankContract, type BankContract, type StandingPolicy } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';
import type { RunView } from '#shared/round/round-view.ts';
import type { RunId } from '#shared/ids.ts';
import { type FakeTrainer, fakeTrainer } from './bank-trainer.ts';
import type { TestHub } from './test-hub.ts';

export interface TestBank {
  readonly name: string;
  readonly home: string;
  readonly client: Client<BankContract>;
  readonly trainer: FakeTrainer;
  readonly bank: Bank;
  run(runId: RunId): Promise<RunView>;
  /** Pulls the bank's own contract until `find` answers. */
  until<T>(what: string, find: () => Promise<T | undefined>): Promise<T>;
  close(): Promise<void>;
}

export interface TestBankOptions {
  readonly name: string;
  readonly home: string;
  readonly log?: Log;
  readonly connect?: typeof connectFederation;
  /** A trainer that really trains, instead of the fake; `own`: the product's, on imported rows. */
  readonly trainer?: Trainer | 'own';
}

export async function openTestBank(options: TestBankOptions): Promise<TestBank> {
  const { name, home, log = silentLog } = options;
  const trainer = fakeTrainer(name);
  const bank = await createBank({
    home,
    clock: realClock,
    random: systemRandom,
    log,
    secrets: createSecrets({
      directory: path.join(home, 'keys'),
      key: { kind: 'none' },
      random: systemRandom,
    }),
    workers: createWorkers({ entryDirectory: path.resolve('main/entry') }),
    processes: {
      start: () => {
        throw new Error('no processes in this test');
      },
    },
    connectFederation: options.connect ?? connectFederation,
    host: 'headless',
    version: '0.0.0',
    threads: 1,
    ...trainerOf(options.trainer ?? trainer),
  });
  const client = createClient(bankContract, {
    request: (method, input) => bank.answer(method, input, undefined),
  });
  return {
    ...{ name, home, client, trainer, bank },
    run: async (runId) => {
      const found = (await client['runs.list']({})).find((run) => run.runId === runId);
      if (found === undefined) throw new Error(`${name} does not know the run`);
      return found;
    },
    until: (what, find) => until(`${name}: ${what}`, find),
    close: () => bank.close(),
  };
}

function trainerOf(trainer: Trainer | 'own'): Pick<BankOptions, 'trainer'> {
  return trainer === 'own' ? {} : { trainer: () => trainer };
}

export async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  const deadline = realClock.monotonic() + 15_000;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (realClock.monotonic() > deadline) throw new Error(`${what} did not happen within 15 s`);
    await new Promise<void>((resolve) => realClock.after(5, resolve));
  }
}

/** Names, budget and rows, as after the first steps; the rows are counted only, since the trainer is a fake. */
export async function setUp(
  { client, name, home }: TestBank,
  budget = 6,
  unit: PrivacyUnit = 'transaction',
): Promise<void> {
  const { delta } = noisyPreset({ recipe: 'few-rounds', unit });
  await client['app.setUp']({ bankName: name, analyst: `Analyst of ${name}` });
  await client['privacy.setBudget']({ epsilon: budget, delta, unit, reason: 'test' });
  const store = connectStore(path.join(home, 'bank.sqlite'));
  store.database.exec(
    `INSERT INTO data_versions (version, last_row_no, last_account_no, last_terminal_no, rows, changed_from)
     VALUES (1, 20000, 1, 1, 20000, 0)`,
  );
  store.close();
}

export async function enrol(bank: TestBank, hub: Pick<TestHub, 'operator'>): Promise<void> {
  const { client } = bank;
  const { bank: own } = await client['app.state']({});
  const { invite } = await hub.operator['banks.invite']({ bankName: bank.name });
  await client['consortium.join']({ invite });
  const entry = (await hub.operator['banks.list']({})).find(
    (one) => one.keyFingerprint === own?.keyFingerprint,
  );
  if (entry === undefined) throw new Error('the bank did not enrol');
  await hub.operator['banks.approve']({ bankId: entry.bankId, keyFingerprint: entry.keyFingerprint });
  await bank.until('membership', async () => {
    const { hub: link } = await client['app.state']({});
    return link.kind === 'joined' && link.membership === 'member' ? true : undefined;
  });
}

export async function joinRun(bank: TestBank, runId: RunId): Promise<void> {
  const { client } = bank;
  await bank.until('the run is offered', async () =>
    (await client['runs.list']({})).find((run) => run.runId === runId),
  );
  await client['runs.join']({ runId });
}

export const STANDING: StandingPolicy = {
  kind: 'on',
  rounds: 100,
  limits: { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 2 },
};
