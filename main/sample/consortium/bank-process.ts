/** A member bank of the sample consortium: a process of its own, steered through the bank's contract. */
import { mkdirSync } from 'node:fs';
import {
  type BankContract,
  bankContract,
  type LocalPolicy,
  type StandingPolicy,
} from '#shared/contract/bank.ts';
import type { Client } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import type { Clock, ProcessHandle, Processes } from '../../platform/ports.ts';
import { connectControl } from '../../wire/control.ts';
import type { RunningHub } from './hub-process.ts';
import { until } from './until.ts';

export interface RunningBank {
  readonly name: string;
  readonly home: string;
  readonly client: Client<BankContract>;
  readonly process: ProcessHandle;
  stop(): void;
}

export interface MemberPlan {
  readonly name: string;
  readonly home: string;
  /** CSV or CSV.gz whose columns map by themselves. */
  readonly dataFile: string;
  readonly analyst: string;
  /** null where the file names no country. */
  readonly homeCountry: string | null;
  /** null for a run without noise: nothing is charged. */
  readonly budget: { readonly epsilon: number; readonly delta: number; readonly unit: PrivacyUnit } | null;
  readonly standing: StandingPolicy;
}

export interface Launch {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `bank serve --no-ui` on a store, new or not. */
export async function startBank(
  bank: Pick<MemberPlan, 'name' | 'home'>,
  launch: Launch,
): Promise<RunningBank> {
  mkdirSync(bank.home, { recursive: true, mode: 0o700 });
  const process = launch.processes.start(
    'bank',
    ['serve', '--no-ui', '--home', bank.home],
    launch.environment,
  );
  await process.waitForLine(/serving/i);
  const control = await connectControl({ contract: bankContract, home: bank.home });
  return {
    name: bank.name,
    home: bank.home,
    client: control.client,
    process,
    stop: () => {
      control.close();
      process.kill('SIGTERM');
    },
  };
}

/** Takes a new bank through the first run: names, budget, policies. */
export async function setUpBank({ client }: RunningBank, plan: MemberPlan): Promise<void> {
  const { name: bankName, analyst, homeCountry } = plan;
  await client['app.setUp']({ bankName, analyst, ...(homeCountry === null ? {} : { homeCountry }) });
  if (plan.budget !== null)
    await client['privacy.setBudget']({ ...plan.budget, reason: 'sample consortium' });
  await client['policy.setLocal']({ policy: await samplePolicy(client, plan), reason: 'sample consortium' });
  await client['policy.setStanding']({ policy: plan.standing });
}

async function samplePolicy(client: Client<BankContract>, plan: MemberPlan): Promise<LocalPolicy> {
  // Any split of a file can be shown, also one in which a bank holds nearly all of it.
  const local = { ...(await client['policy.read']({})).local, maximumWeightShare: 1 };
  if (plan.budget !== null) return local;
  return { ...local, allowRunsWithoutNoise: true, minimumNoiseMultiplier: 0 };
}

/** Imports the bank's file; resolves with the rows added once the import is committed. */
export async function importData(
  bank: Pick<RunningBank, 'name' | 'client'>,
  plan: Pick<MemberPlan, 'dataFile'>,
  options: { readonly clock: Clock; readonly onShare: (share: number) => void },
): Promise<number> {
  const inspection = await bank.client['data.inspect']({ source: plan.dataFile });
  const { importId } = await bank.client['data.startImport']({
    source: inspection.source,
    mapping: inspection.mapping,
    saveMapping: false,
  });
  return until(
    async () => {
      const progress = await bank.client['data.importProgress']({ importId });
      options.onShare(progress.share);
      switch (progress.state.kind) {
        case 'running':
          return undefined;
        case 'done':
          return progress.added;
        case 'cancelled':
          throw new FailureError('import-cancelled', `The import of ${bank.name} was cancelled`);
        case 'failed':
          throw FailureError.from(progress.state.failure);
      }
    },
    { clock: options.clock, everyMs: 200, timeoutMs: 600_000, what: `The import of ${bank.name}` },
  );
}

/** Invitation, enrolment and approval: the demonstration owns the hub, so it compares the fingerprints itself. */
export async function enrol(bank: RunningBank, hub: RunningHub, clock: Clock): Promise<void> {
  const { invite } = await hub.client['banks.invite']({ bankName: bank.name });
  await bank.client['consortium.join']({ invite });
  await approve(bank, hub, clock);
}

/** Approves the bank whose key fingerprint the bank itself shows, and waits until the bank knows. */
export async function approve(
  bank: Pick<RunningBank, 'name' | 'client'>,
  hub: Pick<RunningHub, 'client'>,
  clock: Clock,
): Promise<void> {
  const wait = { clock, everyMs: 100, timeoutMs: 30_000 };
  const own = await bank.client['app.state']({});
  const entry = await until(
    async () =>
      (await hub.client['banks.list']({})).find((one) => one.keyFingerprint === own.bank?.keyFingerprint),
    { ...wait, what: `The enrolment of ${bank.name}` },
  );
  await hub.client['banks.approve']({ bankId: entry.bankId, keyFingerprint: entry.keyFingerprint });
  await until(
    async () => {
      const { hub: link } = await bank.client['app.state']({});
      return link.kind === 'joined' && link.membership === 'member' ? true : undefined;
    },
    { ...wait, what: `The approval of ${bank.name}` },
  );
}
