/**
 * Real packs of a small federation in this process: three banks at a hub over sockets, two private runs and one without noise, releases by hand,
 * under a scope, by two reviewers and under a standing policy, one update withheld, one discarded for a training with more
 * noise, and one too late.
 */
import path from 'node:path';
import { createBankKey } from '#main/bank/settings/bank-key.ts';
import type { KeyPair } from '#main/wire/identity.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { connectStore } from '#main/platform/sqlite/open.ts';
import type { ReviewerCredential } from '#shared/round/reviewer-view.ts';
import type { ReleaseScope, ReviewView } from '#shared/round/review-view.ts';
import type { RunId } from '#shared/ids.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { enrol, joinRun, openTestBank, setUp, STANDING, type TestBank } from '../../../fakes/test-bank.ts';
import { planTestRun, startTestHub, temporaryFolder, type TestHub } from '../../../fakes/test-hub.ts';

export interface PackWorld {
  /** Of the bank that did everything: every run, without notes. */
  readonly whole: string;
  readonly withNotes: string;
  /** Its first run alone. */
  readonly oneRun: string;
  /** Before the second run: an earlier state of the same bank. */
  readonly earlier: string;
  /** Of another bank of the same runs. */
  readonly neighbour: string;
  /** Of a bank that joined no consortium. */
  readonly alone: string;
  /** What the operator sees of the first bank's ledger. */
  readonly hubHead: string;
  /** The first bank's key, and one that nobody knows. */
  readonly key: KeyPair;
  readonly first: RunId;
  /** The first bank's folder, closed. */
  readonly home: string;
  /** Its store as it was before the second run. */
  readonly olderStore: string;
  remove(): void;
}

export const NOTE = 'Looked at with the head of fraud prevention';

export async function makePackWorld(): Promise<PackWorld> {
  const folder = temporaryFolder();
  const hub = await startTestHub({ home: path.join(folder.path, 'hub') });
  const banks: TestBank[] = [];
  const open = async (name: string): Promise<TestBank> => {
    const bank = await openTestBank({ name, home: path.join(folder.path, name) });
    banks.push(bank);
    await setUp(bank, 9);
    return bank;
  };
  try {
    const [own, birke, cedar] = [await open('Ahorn'), await open('Birke'), await open('Cedar')];
    for (const bank of banks) await enrol(bank, hub);
    for (const bank of [birke, cedar]) await setStanding(bank);
    const first = await firstRun(hub, own, banks);
    const earlier = await packOf(own);
    const olderStore = path.join(folder.path, 'older.sqlite');
    snapshot(own, olderStore);
    await runWithoutNoise(hub, own, banks);
    await secondRun(hub, own, banks);
    return {
      whole: await packOf(own),
      withNotes: await packOf(own, { withNotes: true }),
      oneRun: await packOf(own, { runId: first }),
      earlier,
      neighbour: await packOf(birke),
      alone: await packOf(await open('Dorn')),
      hubHead: await ledgerHeadOf(hub, 'Ahorn'),
      key: keyOf(own),
      first,
      home: own.home,
      olderStore,
      remove: () => {
        folder.remove();
      },
    };
  } finally {
    await Promise.all(banks.map((bank) => bank.close()));
    await hub.close();
  }
}

/** A backup of the open store, as an operator of machines would take one. */
function snapshot({ home }: TestBank, file: string): void {
  const store = connectStore(path.join(home, 'bank.sqlite'));
  store.database.prepare('VACUUM INTO ?').run(file);
  store.close();
}

async function packOf(
  { client }: TestBank,
  choice: { readonly runId?: RunId; readonly withNotes?: boolean } = {},
): Promise<string> {
  return (await client['audit.pack']({ withNotes: false, ...choice })).text;
}

async function ledgerHeadOf(hub: TestHub, name: string): Promise<string> {
  const bank = (await hub.operator['banks.list']({})).find((one) => one.name === name);
  return bank?.ledgerHead ?? '';
}

function keyOf({ home }: TestBank): KeyPair {
  const directory = path.join(home, 'keys');
  const secrets = createSecrets({ directory, key: { kind: 'none' }, random: systemRandom });
  return createBankKey(secrets, systemRandom).required();
}

async function setStanding({ client }: TestBank): Promise<void> {
  await client['policy.setStanding']({ policy: STANDING, countersigned: [] });
}

/** Rounds 1 by hand, 2 with a scope over 3 and 4, 5 withheld, 6 discarded, trained for with more noise and released by two reviewers, 7 too late: the operator cancels. */
async function firstRun(hub: TestHub, own: TestBank, banks: readonly TestBank[]): Promise<RunId> {
  const { client } = own;
  const { local } = await client['policy.read']({});
  await client['policy.setLocal']({
    policy: { ...local, undoSeconds: 0 },
    reason: 'A test does not wait',
    countersigned: [],
  });
  const runId = await plan(hub, { title: 'Cards, few rounds', recipe: 'few-rounds', rounds: 9 });
  await Promise.all(banks.map((bank) => joinRun(bank, runId)));
  await release(own, await reviewOf(own, runId, 0), { kind: 'this-round' });
  const second = await reviewOf(own, runId, 1);
  if (second.scope === null) throw new Error('the second update does not wait');
  const limits = second.scope.defaultLimits;
  await release(own, second, { kind: 'rounds', following: 2, limits });
  const fifth = await reviewOf(own, runId, 4);
  await client['review.withhold']({ updateId: fifth.updateId, note: NOTE });
  const credentials = await twoReviewers(own);
  const sixth = await withMoreNoise(own, await reviewOf(own, runId, 5));
  for (const reviewer of credentials) {
    const { updateId, digest } = sixth;
    await client['review.sign']({ updateId, digest, scope: { kind: 'this-round' }, note: NOTE, reviewer });
  }
  await client['reviewers.setMode']({
    mode: 'one',
    reason: 'The test goes on',
    countersigned: [...credentials],
  });
  await reviewOf(own, runId, 6);
  await hub.operator['runs.cancel']({ runId, reason: 'A test of late updates' });
  await own.until('the last update is late', async () =>
    (await client['review.current']({}))?.state.kind === 'late' ? true : undefined,
  );
  return runId;
}

/** Two rounds of model differences under a standing policy: what the ledger does not account for. */
async function runWithoutNoise(hub: TestHub, own: TestBank, banks: readonly TestBank[]): Promise<void> {
  await setStanding(own);
  for (const { client } of banks) {
    const { local } = await client['policy.read']({});
    const policy = { ...local, allowRunsWithoutNoise: true };
    await client['policy.setLocal']({ policy, reason: 'A test without noise', countersigned: [] });
  }
  const participation = { enrolSeconds: 30, deadlineSeconds: 600, largestTier: 262_144 };
  const { runId } = await planTestRun(hub.operator, { recipe: 'fedavgm', rounds: 2, participation });
  await Promise.all(banks.map((bank) => joinRun(bank, runId)));
  await completed(own, runId, 2);
}

async function completed(own: TestBank, runId: RunId, rounds: number): Promise<void> {
  await own.until('the run is completed', async () => {
    const run = await own.run(runId);
    return run.status === 'completed' && run.committed === rounds ? true : undefined;
  });
}

/** Three single steps under a standing policy, to the end. */
async function secondRun(hub: TestHub, own: TestBank, banks: readonly TestBank[]): Promise<void> {
  const runId = await plan(hub, { title: 'Cards, single steps', recipe: 'one-step', rounds: 3 });
  await Promise.all(banks.map((bank) => joinRun(bank, runId)));
  await completed(own, runId, 3);
}

interface Planned {
  readonly title: string;
  readonly recipe: 'few-rounds' | 'one-step';
  readonly rounds: number;
}

async function plan(hub: TestHub, { title, recipe, rounds }: Planned): Promise<RunId> {
  const { consortium } = await hub.operator['hub.status']({});
  if (consortium === null) throw new Error('no consortium');
  const charter = presetCharter({
    consortium: { id: consortium.id, name: consortium.name },
    ...{ title, recipe, rounds },
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    noiseMultiplier: 4,
    histogram: { kind: 'on', everyRounds: 3, noiseStandardDeviation: 20, rowsPerUnit: 1 },
    participation: { quorum: 2, enrolSeconds: 30, deadlineSeconds: 600 },
  });
  const small = { ...charter, model: { ...charter.model, layers: [21, 4, 1] } };
  return (await hub.operator['runs.plan']({ charter: small })).runId;
}

/** Trains round `index` by a click and answers its review. */
async function reviewOf(own: TestBank, runId: RunId, index: number): Promise<ReviewView> {
  const round = await own.until(`round ${String(index + 1)} waits for the click`, async () => {
    const { round: now } = await own.run(runId);
    return now?.index === index && now.phase === 'training' && now.participation.kind === 'joined'
      ? now
      : undefined;
  });
  await own.client['rounds.train']({ roundId: round.roundId });
  return own.until('the review', async () => {
    const review = await own.client['review.current']({});
    return review?.roundId === round.roundId ? review : undefined;
  });
}

/** Discards it and trains again with half as much noise again; answers the new update. */
async function withMoreNoise(own: TestBank, review: ReviewView): Promise<ReviewView> {
  const { updateId, digest, terms } = review;
  const noiseMultiplier = 1.5 * terms.agreedNoiseMultiplier;
  const { client } = own;
  await client['review.retrain']({ updateId, digest, noiseMultiplier, note: NOTE });
  return own.until('the noisier update', async () => (await client['review.current']({})) ?? undefined);
}

async function release(own: TestBank, review: ReviewView, scope: ReleaseScope): Promise<void> {
  const { updateId, digest } = review;
  await own.client['review.release']({ updateId, digest, scope, note: NOTE });
}

async function twoReviewers({ client }: TestBank): Promise<readonly ReviewerCredential[]> {
  const credentials: ReviewerCredential[] = [];
  for (const name of ['Ada', 'Ben']) {
    const passphrase = `${name} keeps this to herself`;
    const { reviewerId } = await client['reviewers.add']({ name, passphrase, countersigned: [] });
    credentials.push({ reviewerId, passphrase });
  }
  await client['reviewers.setMode']({ mode: 'two', reason: '', countersigned: [] });
  return credentials;
}
