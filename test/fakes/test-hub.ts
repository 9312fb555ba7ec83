/** A hub in a folder of its own, on real SQLite and real sockets, with the clock and the chance that a test gives it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHub, type Hub } from '#main/hub/create.ts';
import { realClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';
import { hubContract, type HubContract } from '#shared/contract/hub.ts';
import type { RunId } from '#shared/ids.ts';
import { hubAnswer } from '#main/hub/cli/hub-answer.ts';
import type { Charter, Participation } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT, type RecipeName } from '#shared/round/presets.ts';
import { createFakeBank, type FakeBank } from './fake-bank.ts';

export interface TestHub {
  readonly home: string;
  readonly hub: Hub;
  readonly operator: Client<HubContract>;
  readonly address: string;
  close(): Promise<void>;
}

export interface TestHubOptions {
  readonly home: string;
  readonly port?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-test-'));
  return {
    path: folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Opens or reopens the hub of `home`, founds the consortium if new, and serves. */
export async function startTestHub(options: TestHubOptions): Promise<TestHub> {
  const { home, clock = realClock, random = systemRandom, log = silentLog } = options;
  const secrets = createSecrets({ directory: path.join(home, 'keys'), key: { kind: 'none' }, random });
  const hub = createHub({ home, version: '0.0.0', clock, random, log, secrets });
  const operator = createClient(hubContract, { request: hubAnswer(hub, { random, log }) });
  const { consortium } = await operator['hub.status']({});
  if (consortium === null) await operator['hub.init']({ consortiumName: 'Test consortium' });
  const address = await hub.serve({ host: '127.0.0.1', port: options.port ?? 0 });
  return { home, hub, operator, address, close: () => hub.close() };
}

/** Enrolled and approved banks, connected. */
export async function addBanks(
  hub: Pick<TestHub, 'operator' | 'address'>,
  names: readonly string[],
): Promise<readonly FakeBank[]> {
  const banks: FakeBank[] = [];
  for (const name of names) {
    const bank = createFakeBank({ name, address: hub.address });
    const { invite } = await hub.operator['banks.invite']({ bankName: name });
    await bank.enrol(invite);
    const entry = (await hub.operator['banks.list']({})).find((one) => one.bankId === bank.bankId());
    if (entry === undefined) throw new Error(`${name} did not enrol`);
    await hub.operator['banks.approve']({ bankId: entry.bankId, keyFingerprint: entry.keyFingerprint });
    banks.push(bank);
  }
  return banks;
}

export interface TestCharter {
  readonly recipe?: RecipeName;
  readonly rounds?: number;
  readonly layers?: readonly number[];
  readonly participation?: Partial<Participation>;
  readonly openPayloads?: boolean;
}

/** A small model and few rounds; noise at .1 where the recipe has any. */
export async function testCharter(operator: Client<HubContract>, choice: TestCharter = {}): Promise<Charter> {
  const { consortium } = await operator['hub.status']({});
  if (consortium === null) throw new Error('no consortium');
  const recipe = choice.recipe ?? 'fedavgm';
  const charter = presetCharter({
    consortium: { id: consortium.id, name: consortium.name },
    title: 'A test run',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe,
    rounds: choice.rounds ?? 3,
    noiseMultiplier: recipe === 'few-rounds' || recipe === 'one-step' ? 0.1 : 0,
    participation: { largestTier: 4096, enrolSeconds: 30, deadlineSeconds: 600, ...choice.participation },
  });
  return {
    ...charter,
    openPayloads: choice.openPayloads ?? true,
    model: { ...charter.model, layers: [...(choice.layers ?? [21, 4, 1])] },
  };
}

export async function planTestRun(
  operator: Client<HubContract>,
  choice: TestCharter = {},
): Promise<{ readonly runId: RunId; readonly charter: Charter }> {
  const charter = await testCharter(operator, choice);
  const { runId } = await operator['runs.plan']({ charter });
  return { runId, charter };
}
