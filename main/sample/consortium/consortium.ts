/** The sample consortium: one hub and its member banks as processes, brought to the first round of one run. */
import { join } from 'node:path';
import { FailureError } from '#shared/failure.ts';
import type { ConsortiumId, RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import {
  enrol,
  importData,
  type Launch,
  type MemberPlan,
  type RunningBank,
  setUpBank,
  startBank,
} from './bank-process.ts';
import { type RunningHub, startHub } from './hub-process.ts';
import { until } from './until.ts';

export interface ConsortiumPlan {
  readonly directory: string;
  readonly consortiumName: string;
  readonly members: readonly Omit<MemberPlan, 'home'>[];
}

export interface Consortium {
  readonly hub: RunningHub;
  readonly consortium: { readonly id: ConsortiumId; readonly name: string };
  readonly banks: readonly RunningBank[];
  readonly stop: () => void;
}

export interface ConsortiumLaunch extends Launch {
  /** Share of the set-up that is done, with the phase in words. */
  readonly onProgress: (phase: string, share: number) => void;
}

/** Starts hub and banks, imports, enrols and approves. What was started is stopped when any of it fails. */
export async function startConsortium(plan: ConsortiumPlan, launch: ConsortiumLaunch): Promise<Consortium> {
  const started: { stop(): void }[] = [];
  const stop = (): void => {
    for (const one of started) one.stop();
  };
  try {
    launch.onProgress('starting the hub', 0);
    const hub = await startHub({
      home: join(plan.directory, 'hub'),
      consortiumName: plan.consortiumName,
      processes: launch.processes,
    });
    started.push(hub);
    const { consortium } = await hub.client['hub.status']({});
    if (consortium === null) throw new FailureError('internal', 'The hub serves without a consortium');
    const members = plan.members.map((member, n) => ({
      ...member,
      home: join(plan.directory, `bank-${String(n)}`),
    }));
    const banks = await Promise.all(
      members.map(async (member) => {
        const bank = await startBank(member, launch);
        started.push(bank);
        await setUpBank(bank, member);
        return bank;
      }),
    );
    await importAll(banks, members, launch);
    for (const bank of banks) await enrol(bank, hub, launch.clock);
    return { hub, consortium, banks, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function importAll(
  banks: readonly RunningBank[],
  members: readonly MemberPlan[],
  launch: ConsortiumLaunch,
): Promise<void> {
  const shares = banks.map(() => 0);
  await Promise.all(
    members.map(async (member, n) => {
      const bank = banks[n];
      if (bank === undefined) return;
      await importData(bank, member, {
        clock: launch.clock,
        onShare: (share) => {
          shares[n] = share;
          launch.onProgress('importing transactions', mean(shares));
        },
      });
    }),
  );
}

/** Plans the run and lets every bank counter-sign it; the first round opens when all of them have. */
export async function planRun(
  consortium: Pick<Consortium, 'hub' | 'banks'>,
  charter: Charter,
  launch: Pick<ConsortiumLaunch, 'clock' | 'onProgress'>,
): Promise<RunId> {
  const { runId } = await consortium.hub.client['runs.plan']({ charter });
  let ready = 0;
  await Promise.all(
    consortium.banks.map(async (bank) => {
      await until(
        async () =>
          (await bank.client['runs.list']({})).some((run) => run.runId === runId) ? true : undefined,
        {
          clock: launch.clock,
          everyMs: 100,
          timeoutMs: 30_000,
          what: `The offer of the run to ${bank.name}`,
        },
      );
      await bank.client['runs.join']({ runId });
      ready++;
      launch.onProgress('computing features', ready / consortium.banks.length);
    }),
  );
  return runId;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
}
