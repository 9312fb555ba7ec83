/** One whole run of a build, from import to the last published round, with every byte that leaves a bank kept and searched. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { realClock, sleep } from '#main/platform/clock.ts';
import { createFileLog } from '#main/platform/log.ts';
import { importData } from '#main/sample/consortium/bank-process.ts';
import { sampleBankCountry, SAMPLE_SPLIT } from '#main/sample/sample.ts';
import { type Charter } from '#shared/round/charter.ts';
import { presetCharter } from '#shared/round/presets.ts';
import type { RunId } from '#shared/ids.ts';
import { STANDING } from '../../../fakes/test-bank.ts';
import { startTestHub, type TestHub } from '../../../fakes/test-hub.ts';
import { scratchFolder } from '../scratch.ts';
import { type Build, type OpenedBank, openBank } from './bank.ts';
import { recoveredRows, sentUpdates } from './inversion.ts';
import { openPage, type TappedPage } from './page.ts';
import type { Canary } from './records.ts';
import type { Captured, Hit, Scan } from './scan.ts';
import { type Tap, tapTo } from './tap.ts';

const STEPS = 12;
const NOISE_MULTIPLIER = 3;
const DELTA = 5e-7;
const BUDGET = 6;
const RUN_LIMIT_MS = 240_000;

export interface CanaryPlan {
  readonly build: Build;
  /** One a bank. */
  readonly files: readonly string[];
  readonly canaries: readonly Canary[];
  readonly rounds: number;
  readonly scan: Scan;
}

export interface CanaryRun {
  readonly build: string;
  readonly hits: readonly Hit[];
  /** Planted rows that an update gives away by dW/db. */
  readonly recovered: number;
  /** Searched, by place. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly updates: number;
  /** Lengths of the updates: one, or the length tells something. */
  readonly updateLengths: number;
  /** Where sockets of this process went, beside loopback. */
  readonly foreignAddresses: readonly string[];
  /** Planted rows in the training data: what could leak at all. */
  readonly trained: number;
  /** Hits at the bridge once the page asks for a planted row, as the Data screen may: the search sees what passes there. */
  readonly seenOnData: number;
}

export async function canaryRun(plan: CanaryPlan): Promise<CanaryRun> {
  const folder = scratchFolder('parley-canary-');
  const temporary = watchTemporary(path.join(folder, 'tmp'));
  const addresses = watchAddresses();
  const hubHome = path.join(folder, 'hub');
  const logs = path.join(folder, 'logs');
  const hub = await startTestHub({
    home: hubHome,
    log: createFileLog({ directory: path.join(logs, 'hub'), level: 'debug', clock: realClock }),
  });
  const tap = await tapTo(hub.address);
  const banks: Member[] = [];
  try {
    for (const [index, file] of plan.files.entries())
      banks.push(await memberBank({ plan, hub, tap, folder, index, file }));
    const charter = await planRun(hub, plan.rounds);
    const { runId } = await hub.operator['runs.plan']({ charter });
    await takePart(banks, runId);
    const exported = await Promise.all(banks.map(({ page }) => exportedFiles(page, runId)));
    const planted = await plantedInputs(banks, charter, plan.canaries);
    const loopback = banks.flatMap(({ page }) => page.captured());
    const seenOnData = await hitsOnData(banks[0], plan);
    await Promise.all(banks.map(({ page }) => page.close()));
    await Promise.all(banks.map(({ bank }) => bank.close()));
    await hub.close();
    const sent = sentUpdates(hubHome);
    const captured = [
      ...tap.captured('wire'),
      ...loopback,
      ...filesIn(logs, 'log'),
      ...filesIn(hubHome, "hub's store"),
      ...temporary.captured(),
      { place: 'exported files', bytes: Buffer.from(exported.flat().join('\n')) },
    ];
    return {
      build: plan.build.name,
      hits: captured.flatMap(plan.scan),
      recovered: sent.reduce((total, update) => total + recoveredRows(update, charter, planted), 0),
      bytes: bytesByPlace(captured),
      updates: sent.length,
      updateLengths: new Set(sent.map(({ payload }) => payload.length)).size,
      foreignAddresses: addresses.foreign(),
      trained: planted.length,
      seenOnData,
    };
  } finally {
    temporary.stop();
    addresses.stop();
    await tap.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface MemberPlan {
  readonly plan: CanaryPlan;
  readonly hub: TestHub;
  readonly tap: Tap;
  readonly folder: string;
  readonly index: number;
  readonly file: string;
}

interface Member extends OpenedBank {
  /** What a browser shows of this bank; the import stays off it, since Data shows rows. */
  readonly page: TappedPage;
}

async function memberBank(member: MemberPlan): Promise<Member> {
  const { plan, hub, tap, folder, index, file } = member;
  const name = `Bank ${String(index)}`;
  const home = path.join(folder, 'banks', String(index));
  const opened = await openBank({
    ...{ name, home, address: tap.address, build: plan.build },
    logs: path.join(folder, 'logs', String(index)),
  });
  const { client, bank } = opened;
  const page = await openPage(bank, path.join(folder, 'pages', String(index)));
  await client['app.setUp']({ bankName: name, analyst: 'proof', homeCountry: sampleBankCountry(index) });
  await client['privacy.setBudget']({ epsilon: BUDGET, delta: DELTA, unit: 'transaction', reason: 'proof' });
  await client['policy.setStanding']({ policy: STANDING });
  await importData({ name, client }, { dataFile: file }, { clock: realClock, onShare: () => undefined });
  const { invite } = await hub.operator['banks.invite']({ bankName: name });
  await client['consortium.join']({ invite });
  const own = (await client['app.state']({})).bank?.keyFingerprint;
  const entry = (await hub.operator['banks.list']({})).find((one) => one.keyFingerprint === own);
  if (entry === undefined) throw new RangeError(`${name} did not enrol`);
  await hub.operator['banks.approve']({ bankId: entry.bankId, keyFingerprint: entry.keyFingerprint });
  return { ...opened, page };
}

async function planRun(hub: TestHub, rounds: number): Promise<Charter> {
  const { consortium } = await hub.operator['hub.status']({});
  if (consortium === null) throw new RangeError('the hub has no consortium');
  const charter = presetCharter({
    consortium: { id: consortium.id, name: consortium.name },
    ...{ title: 'Canary', features: 'card-v2', split: SAMPLE_SPLIT, recipe: 'few-rounds' },
    ...{ rounds, noiseMultiplier: NOISE_MULTIPLIER, delta: DELTA },
    participation: { enrolSeconds: 60, deadlineSeconds: 600 },
  });
  return charter.recipe.kind === 'few-rounds'
    ? { ...charter, recipe: { ...charter.recipe, steps: STEPS } }
    : charter;
}

/** Joins and waits for the end, asking what the screens other than Data ask. */
async function takePart(banks: readonly Member[], runId: RunId): Promise<void> {
  const end = realClock.monotonic() + RUN_LIMIT_MS;
  const joined = new Set<string>();
  for (;;) {
    const states = await Promise.all(
      banks.map(async ({ name, page: { client } }) => {
        const run = (await client['runs.list']({})).find((one) => one.runId === runId);
        if (run !== undefined && !joined.has(name) && run.obstacle === null) {
          joined.add(name);
          await client['runs.join']({ runId });
        }
        await askAsScreensDo(client, runId);
        return run;
      }),
    );
    if (states.every((run) => run !== undefined && run.committed === run.planned)) return;
    if (realClock.monotonic() > end) throw new RangeError('the run did not finish');
    await sleep(realClock, 200);
  }
}

async function askAsScreensDo(client: TappedPage['client'], runId: RunId): Promise<void> {
  await client['app.state']({});
  await client['review.current']({});
  await client['privacy.state']({});
  await client['privacy.ledger']({});
  await client['models.list']({});
  await client['policy.read']({});
  await client['rounds.history']({ runId });
  await client['audit.list']({});
}

async function hitsOnData(member: Member | undefined, { canaries, scan }: CanaryPlan): Promise<number> {
  const own = canaries.find(({ bank }) => bank === 0);
  if (member === undefined || own === undefined) throw new RangeError('the first bank has no planted record');
  await member.page.client['data.transactions']({ search: own.transaction });
  return member.page
    .captured()
    .filter(({ place }) => place === 'loopback down')
    .flatMap(scan).length;
}

/** Files that are made to be handed on: to a regulator, and to the bank's other systems. */
async function exportedFiles(
  { client }: Pick<TappedPage, 'client'>,
  runId: RunId,
): Promise<readonly string[]> {
  const { text: pack } = await client['audit.pack']({ runId, withNotes: true });
  const { text: entries } = await client['audit.export']({});
  return [pack, entries, JSON.stringify(await client['models.export']({ runId }))];
}

/** Inputs of the planted rows that training reads. */
async function plantedInputs(
  banks: readonly OpenedBank[],
  charter: Charter,
  canaries: readonly Canary[],
): Promise<readonly Float32Array[]> {
  const times = new Set(canaries.map(({ at }) => at));
  const sets = await Promise.all(banks.map(({ features }) => features.open(charter)));
  return sets.flatMap(({ train }) =>
    [...train.occurredAt.entries()]
      .filter(([, at]) => times.has(at))
      .map(([row]) => train.x.slice(row * train.width, (row + 1) * train.width)),
  );
}

function filesIn(folder: string, place: string): readonly Captured[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ place, bytes: readFileSync(path.join(entry.parentPath, entry.name)) }));
}

const EVERY_MS = 25;

/** Whatever appears in the folder for temporary files, also what is deleted again later than a look. */
function watchTemporary(folder: string): { captured(): readonly Captured[]; stop(): void } {
  mkdirSync(folder);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  const seen = new Map<string, Buffer>();
  const look = (): void => {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      seen.set(`name ${file}`, Buffer.from(file));
      if (entry.isFile()) seen.set(file, readFileSync(file));
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    captured: () => {
      look();
      return [...seen.values()].map((bytes) => ({ place: 'temporary files', bytes }));
    },
    stop: () => {
      clearInterval(timer);
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    },
  };
}

/** Where sockets of this process connect to. */
function watchAddresses(): { foreign(): readonly string[]; stop(): void } {
  const foreign = new Set<string>();
  const note = (message: unknown): void => {
    const socket =
      typeof message === 'object' && message !== null && 'socket' in message ? message.socket : undefined;
    if (!(socket instanceof Socket)) return;
    socket.once('connect', () => {
      const address = socket.remoteAddress ?? 'unknown';
      if (!address.includes('127.0.0.1')) foreign.add(address);
    });
    socket.once('lookup', (_error: unknown, _address: unknown, _family: unknown, host: string) => {
      if (host !== '127.0.0.1' && host !== 'localhost') foreign.add(host);
    });
  };
  subscribe('net.client.socket', note);
  return {
    foreign: () => [...foreign],
    stop: () => {
      unsubscribe('net.client.socket', note);
    },
  };
}

function bytesByPlace(captured: readonly Captured[]): Readonly<Record<string, number>> {
  const bytes: Record<string, number> = {};
  for (const one of captured) bytes[one.place] = (bytes[one.place] ?? 0) + one.bytes.length;
  return bytes;
}
