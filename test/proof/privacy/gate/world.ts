/** One sequence of the model test: a machine on which the bank is started, crashed, restored and tampered with. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LedgerMirror } from '#main/bank/privacy/kept-head.ts';
import type { UtcTime } from '#shared/ids.ts';
import { newScryptParameters } from '#main/platform/sealing.ts';
import { openReviewerStore } from '#main/bank/store/reviewers.ts';
import type { Accountant } from '#shared/privacy/accountant.ts';
import { DEFAULT_POLICY } from '#main/bank/settings/policy.ts';
import { utcNow } from '#main/bank/review/gate-ports.ts';
import { type FakeClock, fakeClock } from '../../../fakes/clock.ts';
import { type FakeTrainer, fakeTrainer } from '../../../fakes/bank-trainer.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { type BankSettings, type BankUnderTest, type Bug, openBank, resume } from './bank.ts';
import { NO_BUG } from './bugs.ts';
import type { Evidence } from './evidence.ts';
import { scratchFolder } from '../scratch.ts';
import { createFuse, type Fuse } from './fuse.ts';
import { type CommittedView, committedView, createRecorder, type Recorder } from './recorder.ts';
import { snapshotOf } from './snapshot.ts';
import { CHARTER, CHARTER_HASH, PLAN, REVIEWERS, roundContext, ROUNDS, stepsOfRound } from './terms.ts';
import { createFakeWire, type FakeWire } from './wire.ts';

/** ε grows like the square root of the steps: fast, monotone, and the first round costs most, as in truth. */
export const ACCOUNTANT: Accountant = {
  epsilon: (mechanisms) => 0.1 * Math.sqrt(mechanisms.reduce((steps, one) => steps + one.steps, 0)),
  crossCheck: (mechanisms) => 0.11 * Math.sqrt(mechanisms.reduce((steps, one) => steps + one.steps, 0)),
};
const BUDGET = { epsilon: 2, delta: 5e-7, unit: 'transaction', reason: 'proof' } as const;
const ROUND_SECONDS = 60;

export interface World {
  readonly file: string;
  readonly clock: FakeClock;
  readonly trainer: FakeTrainer;
  readonly wire: FakeWire;
  readonly recorder: Recorder;
  readonly settings: BankSettings;
  bank: BankUnderTest;
  /** The one that the next start begins with. */
  fuse: Fuse;
  /** Rounds that the hub opened. */
  rounds: number;
  /** Committed rounds. */
  index: number;
  /** Somebody keeps a copy of the store. */
  hasCopy: boolean;
  /** Hash of the head kept outside the file. */
  readonly mirroredHead: () => string;
  /** What somebody did to the files, and how it is undone. */
  damage: { readonly undo: () => void } | null;
  /** Starts the bank again: after a crash, or with other files in place. */
  restart(between?: () => void): void;
  openRound(): void;
  /** Undoes what somebody did to the files, and reads the rest. */
  evidence(): Evidence;
  close(): void;
}

export interface WorldOptions {
  readonly bug: Bug;
  readonly seed: string;
}

let template: Buffer | undefined;

/** A migrated store with a run and its reviewers, made once: every sequence starts from a copy. */
function templateStore(): Buffer {
  template ??= makeTemplate();
  return template;
}

function makeTemplate(): Buffer {
  const folder = scratchFolder('parley-template-');
  try {
    const file = path.join(folder, 'bank.sqlite');
    const clock = fakeClock();
    const bank = openBank(machine({ file, clock, bug: NO_BUG }));
    bank.rounds.addRun(PLAN, utcNow(clock));
    addReviewers(bank, utcNow(clock));
    bank.close();
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Their rows; what they sign with is in the harness, so no passphrase opens these. */
function addReviewers({ database }: BankUnderTest, addedAt: UtcTime): void {
  const store = openReviewerStore(database);
  const sealedKey = { derivation: newScryptParameters(seededRandom('reviewers'), 2 ** 14), sealed: '00' };
  for (const { reviewerId, name, publicKey } of REVIEWERS)
    store.add({ reviewerId, name, publicKey, addedAt, sealedKey });
}

function freshSettings(): BankSettings {
  return { policy: DEFAULT_POLICY, standing: { kind: 'off' }, mode: 'one', round: undefined };
}

function machine(parts: { readonly file: string; readonly clock: FakeClock; readonly bug: Bug }) {
  const recorder = createRecorder(() => {
    throw new RangeError('nothing is sent while the template is made');
  });
  return {
    ...parts,
    random: seededRandom('template'),
    trainer: fakeTrainer('template'),
    wire: createFakeWire(recorder, parts.clock),
    mirror: memoryMirror(),
    accountant: ACCOUNTANT,
    settings: freshSettings(),
    fuse: createFuse(),
    drawNoise: () => undefined,
  };
}

/** The key store's part, in memory; `head` is the hash of what it holds. */
function memoryMirror(): LedgerMirror & { head(): string } {
  let head: Parameters<LedgerMirror['mirrorHead']>[0] | undefined;
  return {
    readMirroredHead: () => head,
    mirrorHead: (next) => void (head = next),
    head: () => head?.hash ?? '',
  };
}

export function createWorld({ bug, seed }: WorldOptions): World {
  const folder = scratchFolder('parley-world-');
  const file = path.join(folder, 'bank.sqlite');
  writeFileSync(file, templateStore());
  const clock = fakeClock();
  const trainer = fakeTrainer(seed);
  let view: CommittedView | undefined;
  const recorder = createRecorder(() => (view ??= committedView(file)));
  const mirror = memoryMirror();
  const parts = {
    ...{ file, clock, trainer, recorder, bug, mirror },
    random: seededRandom(seed),
    wire: createFakeWire(recorder, clock),
    accountant: ACCOUNTANT,
    settings: freshSettings(),
    mirroredHead: () => mirror.head(),
    drawNoise: (roundId: string | null, noiseMultiplier = CHARTER.privacy.noiseMultiplier) => {
      const steps = stepsOfRound(world.settings.round?.index ?? 0);
      recorder.noise({ roundId, purpose: 'update', steps, noiseMultiplier });
    },
  };
  const open = (fuse: Fuse): BankUnderTest => openBank({ ...parts, fuse });
  const shut = (bank: BankUnderTest): void => {
    bank.close();
    view?.close();
    view = undefined;
  };
  const first = createFuse();
  const world: World = {
    ...parts,
    fuse: first,
    bank: open(first),
    rounds: 0,
    index: 0,
    hasCopy: false,
    damage: null,
    restart: (between = () => undefined) => {
      world.fuse.arm(1);
      shut(world.bank);
      between();
      world.fuse = createFuse();
      world.bank = open(world.fuse);
      recorder.happened({ kind: 'restarted' });
      offerRound(world);
      resume(world.bank);
    },
    openRound: () => {
      world.rounds++;
      const closesAt = clock.monotonic() + ROUND_SECONDS * 1000;
      world.settings.round = roundContext({ number: world.rounds, index: world.index, closesAt });
      const { roundId, baseHash } = world.settings.round;
      const plannedSteps = stepsOfRound(world.index);
      recorder.happened({ kind: 'offered', roundId, plannedSteps, baseHash });
      offerRound(world);
    },
    evidence: () => {
      world.damage?.undo();
      world.damage = null;
      return {
        history: recorder.history,
        wire: recorder.wire,
        store: snapshotOf(file),
        undoMs: DEFAULT_POLICY.undoSeconds * 1000,
        charterHash: CHARTER_HASH,
      };
    },
    close: () => {
      shut(world.bank);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  world.restart();
  world.bank.ledger.setBudget(BUDGET);
  world.openRound();
  return world;
}

/** The hub's word that the round is open, as often as it likes: the bank remembers its own part. */
export function offerRound({ settings, bank, clock }: World): void {
  const { round } = settings;
  if (round === undefined) return;
  const closesInMs = Math.max(0, (round.closesAt ?? 0) - clock.monotonic());
  const { roundId, runId, index, baseHash } = round;
  bank.participations.offer({ roundId, runId, index, baseHash, closesInMs });
  bank.participations.offerEvent(roundId, { kind: 'entered' });
}

/** Waits until nothing that the last action set going still runs. */
export async function settled({ bank }: World): Promise<void> {
  do await new Promise<void>((resolve) => void setImmediate(resolve));
  while (bank.uploads.isSending());
}

/** The next round advances the run while it has rounds left. */
export function nextIndex(index: number): number {
  return Math.min(index + 1, ROUNDS - 1);
}
