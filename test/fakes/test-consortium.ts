/** A real hub and whole banks for one test file: made anew before each test, closed and removed after it. */
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { RunId } from '#shared/ids.ts';
import type { Charter, PrivacyUnit } from '#shared/round/charter.ts';
import { presetCharter, type CharterChoice, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { enrol, joinRun, openTestBank, setUp, type TestBank, type TestBankOptions } from './test-bank.ts';
import { startTestHub, temporaryFolder, type TestHub } from './test-hub.ts';

export interface TestConsortium {
  readonly folder: string;
  hub: TestHub;
  /** In the order in which they were opened. */
  readonly banks: TestBank[];
  /** A bank in a folder of its own, before its first steps. */
  open(options: Omit<TestBankOptions, 'home'>): Promise<TestBank>;
  /** One with name, budget and counted rows, that the operator has approved. */
  openMember(options: Omit<TestBankOptions, 'home'>, unit?: PrivacyUnit): Promise<TestBank>;
  /** A run of a small model, unless `adjust` makes another charter of the preset's. */
  plan(asked?: Partial<CharterChoice>, adjust?: (charter: Charter) => Charter): Promise<RunId>;
  joinAll(runId: RunId): Promise<void>;
}

/** Call it once at the top of a file. `names`: members that every test starts with. */
export function testConsortium(names: readonly string[] = []): TestConsortium {
  let folder: ReturnType<typeof temporaryFolder> | undefined;
  let hub: TestHub | undefined;
  const banks: TestBank[] = [];
  const consortium: TestConsortium = {
    get folder() {
      return present(folder).path;
    },
    get hub() {
      return present(hub);
    },
    set hub(next) {
      hub = next;
    },
    banks,
    open: async (options) => {
      const bank = await openTestBank({ ...options, home: path.join(consortium.folder, options.name) });
      banks.push(bank);
      return bank;
    },
    openMember: async (options, unit = 'transaction') => {
      const bank = await consortium.open(options);
      await setUp(bank, BUDGET, unit);
      await enrol(bank, consortium.hub);
      return bank;
    },
    plan: (asked = {}, adjust = withSmallModel) => planRun(consortium.hub, asked, adjust),
    joinAll: async (runId) => {
      await Promise.all(banks.map((bank) => joinRun(bank, runId)));
    },
  };
  beforeEach(async () => {
    folder = temporaryFolder();
    hub = await startTestHub({ home: path.join(folder.path, 'hub') });
    for (const name of names) await consortium.openMember({ name });
  });
  afterEach(async () => {
    await Promise.all(banks.splice(0).map((bank) => bank.close()));
    await hub?.close();
    folder?.remove();
  });
  return consortium;
}

const BUDGET = 6;

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the consortium is there within a test only');
  return value;
}

function withSmallModel(charter: Charter): Charter {
  return { ...charter, model: { ...charter.model, layers: [21, 4, 1] } };
}

async function planRun(
  hub: TestHub,
  asked: Partial<CharterChoice>,
  adjust: (charter: Charter) => Charter,
): Promise<RunId> {
  const { consortium } = await hub.operator['hub.status']({});
  if (consortium === null) throw new Error('no consortium');
  const charter = presetCharter({
    consortium: { id: consortium.id, name: consortium.name },
    ...{ title: 'A test run', features: 'card-v1', split: REFERENCE_SPLIT, recipe: 'few-rounds' },
    ...{ rounds: 2, noiseMultiplier: 4 },
    participation: { enrolSeconds: 30, deadlineSeconds: 600 },
    ...asked,
  });
  return (await hub.operator['runs.plan']({ charter: adjust(charter) })).runId;
}

/** The round of a run that this bank has joined and may train for. */
export function openRound(bank: TestBank, runId: RunId) {
  return bank.until('the round opens', async () => {
    const open = (await bank.run(runId)).round;
    return open?.phase === 'training' && open.participation.kind === 'joined' ? open : undefined;
  });
}

export function completed(bank: TestBank, runId: RunId): Promise<true> {
  return bank.until('the run is completed', async () => {
    const run = await bank.run(runId);
    return run.status === 'completed' && run.committed === run.planned ? true : undefined;
  });
}
