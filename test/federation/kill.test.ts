/** kill -9 of a real hub process at random instants: it restarts into the same rounds and ends with the same models (I5, I6). */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock, sleep } from '#main/platform/clock.ts';
import { connectControl } from '#main/wire/control.ts';
import { hubContract } from '#shared/contract/hub.ts';
import { FailureError, isFailure } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { waitFor, type FakeBank } from '../fakes/fake-bank.ts';
import { addBanks, planTestRun, startTestHub, temporaryFolder } from '../fakes/test-hub.ts';
import { seededRandom } from '../fakes/random.ts';
import { replayLog } from '../fakes/replay-log.ts';

const ROUNDS = 10;
const KILLS = 5;
const NAMES = ['Ahorn', 'Birke', 'Cedar'];
const ENTRY = path.resolve(import.meta.dirname, '../../main/entry/hub.ts');

const folders: { remove(): void }[] = [];
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) folder.remove();
});

interface HubProcess {
  readonly address: string;
  kill(): Promise<void>;
}

async function startHubProcess(home: string, port: number): Promise<HubProcess> {
  const args = [ENTRY, 'serve', '--home', home, '--listen', `127.0.0.1:${String(port)}`, '--name', 'Test'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      children.delete(child);
      resolve();
    }),
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\/\/\S+/.exec(line)?.[0];
    if (address !== undefined)
      return {
        address,
        kill: async () => {
          child.kill('SIGKILL');
          await ended;
        },
      };
  }
  throw new Error('the hub ended before it served');
}

/** Sends in every round until the run is completed, however often the hub is gone meanwhile. */
async function takePart(bank: FakeBank, runId: RunId, charter: Charter): Promise<void> {
  for (;;) {
    const next = await waitFor(bank.client, async ({ runs }) => {
      const run = runs.find((one) => one.runId === runId);
      if (run?.status === 'completed') return { kind: 'completed' as const };
      const round = run?.round;
      if (run === undefined || round?.phase !== 'training' || round.own.kind === 'committed')
        return undefined;
      if (!round.cohort.includes(bank.bankId())) await bank.client.joinRound({ roundId: round.roundId });
      return { kind: 'open' as const, run };
    });
    if (next.kind === 'completed') return;
    try {
      await bank.send(bank.update(charter, next.run));
    } catch (error) {
      const mayHappen = ['hub-unreachable', 'not-found', 'round-closed', 'run-not-open'];
      if (!isFailure(error) || !mayHappen.includes(error.code)) throw error;
    }
  }
}

async function undisturbed(): Promise<readonly string[]> {
  const folder = temporaryFolder();
  folders.push(folder);
  const hub = await startTestHub({ home: folder.path });
  const banks = await addBanks(hub, NAMES);
  try {
    return await wholeRun(hub, banks);
  } finally {
    for (const bank of banks) bank.close();
    await hub.close();
  }
}

async function wholeRun(
  hub: Pick<Awaited<ReturnType<typeof startTestHub>>, 'operator'>,
  banks: readonly FakeBank[],
  meanwhile: (runId: RunId) => Promise<void> = () => Promise.resolve(),
): Promise<readonly string[]> {
  const choice = { recipe: 'few-rounds', rounds: ROUNDS, layers: [21, 8, 1] } as const;
  const { runId, charter } = await planTestRun(hub.operator, choice);
  for (const bank of banks) await bank.join(runId, 512);
  const run = Promise.all(banks.map((bank) => takePart(bank, runId, charter)));
  await Promise.all([run, meanwhile(runId)]);
  const [bank] = banks;
  if (bank === undefined) throw new FailureError('internal', 'no banks');
  return replayLog(bank, runId, charter);
}

describe('a hub killed at random instants', () => {
  it('finishes the run with bit-identical models', { timeout: 60_000 }, async () => {
    const expected = await undisturbed();
    const folder = temporaryFolder();
    folders.push(folder);
    let hub = await startHubProcess(folder.path, 0);
    const { address } = hub;
    const port = Number(new URL(address).port);
    const control = await connectControl({ contract: hubContract, home: folder.path });
    const banks = await addBanks({ operator: control.client, address }, NAMES);
    const random = seededRandom('instants');
    let kills = 0;
    const watcher = banks[0];
    if (watcher === undefined) throw new Error('no banks');
    const killing = async (runId: RunId): Promise<void> => {
      for (; kills < KILLS; kills++) {
        // Spread over the run: somewhere in every second round.
        await waitFor(watcher.client, ({ runs }) =>
          runs.find((run) => run.runId === runId && run.committed >= 2 * kills),
        );
        await sleep(realClock, (random.bytes(1)[0] ?? 0) / 10);
        await hub.kill();
        hub = await startHubProcess(folder.path, port);
      }
    };
    const log = await wholeRun({ operator: control.client }, banks, killing);
    control.close();
    for (const bank of banks) bank.close();
    await hub.kill();
    expect(kills).toBe(KILLS);
    expect(log).toEqual(expected);
    // Each restart checks its log and audit.
    const last = await startTestHub({ home: folder.path });
    expect((await last.operator['hub.status']({})).verified).toBe(true);
    const [run] = await last.operator['runs.list']({});
    expect(run).toMatchObject({ status: 'completed', committed: ROUNDS });
    await last.close();
  });
});
