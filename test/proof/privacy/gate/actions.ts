/** What a person, a hub, a clock, a thief and a power switch can do to a bank, in any order. */
import Database from 'better-sqlite3';
import { copyFileSync, rmSync } from 'node:fs';
import { isFailure } from '#shared/failure.ts';
import type { ScopeLimits } from '#shared/round/round-view.ts';
import type { SeenCharge } from './evidence.ts';
import { Crash } from './fuse.ts';
import { committedView } from './recorder.ts';
import { type HubMood } from './wire.ts';
import { REVIEWERS } from './terms.ts';
import { nextIndex, offerRound, type World } from './world.ts';

const LIMITS: ScopeLimits = {
  minimumNoiseRatio: 0.9,
  maximumNoiseRatio: 2,
  minimumCosine: -1,
  maximumEpsilonPerRound: 1,
};
const FOLLOWING = { rounds: 3, limits: LIMITS };

export const ACTIONS = [
  'open-round',
  'train',
  'train-within-scope',
  'train-and-stop',
  'whole-round',
  'whole-round-and-following',
  'whole-round-within-scope',
  'whole-round-by-two',
  'whole-round-tampered',
  'odd-round-within-scope',
  'odd-noise',
  'missing-noise',
  'usual-noise',
  'release',
  'release-wider',
  'two-decide',
  'one-decides',
  'first-signs',
  'second-signs',
  'first-signs-wider',
  'second-signs-wider',
  'take-signature-back',
  'undo',
  'withhold',
  'wait-a-second',
  'wait-ten-seconds',
  'deadline',
  'published',
  'crash',
  'quit',
  'stop-scope',
  'standing-on',
  'standing-off',
  'hub-takes-all',
  'hub-unreachable',
  'hub-breaks-after-offer',
  'hub-loses-receipt',
  'hub-refuses',
  'hub-is-busy',
  'hub-forgets',
  'hub-asks-again',
  'tamper-with-bytes',
  'tamper-with-ledger',
  'keep-copy',
  'restore-copy',
  'repair',
  'raise-budget',
  'lower-budget',
  'evaluate',
] as const;
export type ActionName = (typeof ACTIONS)[number];

/** An action, and the port call at which the process ends in the midst of it. */
export interface Action {
  readonly name: ActionName;
  readonly crashAt: number | null;
}

/** Does it, lets everything settle, starts again after a crash; answers the failure code of a refusal. */
export async function perform(world: World, action: Action): Promise<string | null> {
  world.fuse.arm(action.crashAt);
  const refusal = await attempt(world, action.name);
  await settled(world);
  if (world.fuse.isBlown()) world.restart();
  else world.fuse.arm(null);
  await settled(world);
  noteFigures(world);
  return refusal;
}

async function attempt(world: World, name: ActionName): Promise<string | null> {
  try {
    await DOES[name](world);
    return null;
  } catch (error) {
    if (error instanceof Crash) return 'crash';
    // A hub's or a person's step behind the fuse fails with it; anything else is a bug of product or harness.
    if (isFailure(error)) return error.code;
    if (world.fuse.isBlown()) return 'crash';
    throw error;
  }
}

async function settled({ bank }: World): Promise<void> {
  do await new Promise<void>((resolve) => void setImmediate(resolve));
  while (bank.uploads.isSending());
}

function noteFigures(world: World): void {
  const { ledger, database } = world.bank;
  const { budget, chargedEpsilon, heldEpsilon, health } = ledger.state();
  world.recorder.happened({
    kind: 'figures',
    budget: budget?.epsilon ?? 0,
    charged: chargedEpsilon,
    held: heldEpsilon,
    isVerified: health.kind === 'verified',
    scopes: scopesIn(database),
  });
}

interface ScopeRow {
  readonly number: number;
  readonly source: string;
  readonly state: string;
}

function scopesIn(database: Database.Database): readonly ScopeRow[] {
  return database
    .prepare<[], ScopeRow>(
      "SELECT scope_no AS number, source, state ->> 'kind' AS state FROM scope ORDER BY scope_no",
    )
    .all();
}

/** The update that a person sees, with the digest on the screen. */
function onScreen({ bank, settings }: World) {
  const held = settings.round === undefined ? undefined : bank.review.heldOfRound(settings.round.roundId);
  return held === undefined ? undefined : { updateId: held.updateId, digest: held.header.payloadHash };
}

type Following = typeof FOLLOWING | null;

function ask(world: World, following: Following): void {
  decide(world, following, 'analyst');
}

/** By whoever decides: one person, or both reviewers. */
function askByAll(world: World, following: Following): void {
  if (world.settings.mode === 'one') ask(world, following);
  else for (const reviewer of REVIEWERS.keys()) sign(reviewer, following)(world);
}

function sign(reviewer: number, following: Following) {
  return (world: World): void => {
    decide(world, following, reviewer);
  };
}

/** By one person's click, or as one of two reviewers. */
function decide(world: World, following: Following, by: 'analyst' | number): void {
  const seen = onScreen(world);
  if (seen === undefined) return;
  const { rounds, limits } = following ?? FOLLOWING;
  const scope =
    following === null
      ? ({ kind: 'this-round' } as const)
      : ({ kind: 'rounds', following: rounds, limits } as const);
  const atMs = world.clock.monotonic();
  const signer = by === 'analyst' ? undefined : REVIEWERS[by];
  if (signer === undefined) world.bank.gate.ask({ ...seen, scope, note: '' });
  else world.bank.gate.sign({ ...seen, scope, note: '' }, signer);
  world.recorder.happened({ kind: 'asked', by: signer?.name ?? 'analyst', ...seen, atMs, following });
}

function mode(to: 'one' | 'two') {
  return (world: World): void => {
    if (world.settings.mode === to) return;
    world.settings.mode = to;
    world.recorder.happened({ kind: 'mode-set', mode: to, atMs: world.clock.monotonic() });
    world.bank.ports.transact(() => {
      world.bank.gate.reviewModeChanged();
    });
  };
}

function hub(mood: HubMood) {
  return (world: World): void => {
    world.wire.mood = mood;
    if (mood !== 'unreachable') void world.bank.uploads.kick();
  };
}

function noise(ratio: number) {
  return (world: World): void => {
    world.trainer.noiseRatio = ratio;
  };
}

function standing(following: Following) {
  return (world: World): void => {
    world.settings.standing = following === null ? { kind: 'off' } : { kind: 'on', ...following };
    world.recorder.happened({ kind: 'standing-set', following });
    world.bank.gate.standingChanged();
  };
}

async function train(world: World, way: 'train' | 'trainWithinScope'): Promise<void> {
  const { round } = world.settings;
  if (round !== undefined) await world.bank.gate[way](round);
}

async function trainAndStop(world: World): Promise<void> {
  const { round } = world.settings;
  if (round === undefined) return;
  const { gate } = world.bank;
  const training = heldBack(world, () => gate.train(round));
  const stopping = gate.stopTraining(round.roundId).finally(() => {
    // A crash in between: the thread of a dead process ends too.
    world.trainer.release();
  });
  const ends = await Promise.allSettled([stopping, training]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** What starts while `action` runs waits for `trainer.release`. */
function heldBack<T>({ trainer }: World, action: () => T): T {
  trainer.isHeldBack = true;
  try {
    return action();
  } finally {
    trainer.isHeldBack = false;
  }
}

async function wholeRound(world: World, following: Following): Promise<void> {
  await train(world, 'train');
  askByAll(world, following);
  wait(6000)(world);
  await settled(world);
  published(world);
}

function wait(ms: number) {
  return (world: World): void => {
    world.clock.advance(ms);
    const { round } = world.settings;
    if (round !== undefined && (round.closesAt ?? 0) <= world.clock.monotonic())
      world.bank.gate.roundEvent(round.roundId, { kind: 'deadline-passed' });
  };
}

function published(world: World): void {
  const { round } = world.settings;
  const seen = onScreen(world);
  if (round === undefined) return;
  const included = seen !== undefined && world.wire.taken(seen.updateId);
  world.bank.gate.roundEvent(round.roundId, { kind: 'round-published', included });
  world.index = nextIndex(world.index);
  world.openRound();
}

const DOES: Readonly<Record<ActionName, (world: World) => void | Promise<void>>> = {
  'open-round': (world) => {
    const { round } = world.settings;
    if (round !== undefined) world.bank.gate.roundEvent(round.roundId, { kind: 'round-abandoned' });
    world.openRound();
  },
  train: (world) => train(world, 'train'),
  'train-within-scope': (world) => train(world, 'trainWithinScope'),
  'train-and-stop': trainAndStop,
  'whole-round': (world) => wholeRound(world, null),
  'whole-round-and-following': (world) => wholeRound(world, FOLLOWING),
  'whole-round-within-scope': async (world) => {
    await train(world, 'trainWithinScope');
    await settled(world);
    published(world);
  },
  'odd-noise': noise(3),
  'missing-noise': noise(0.5),
  'usual-noise': noise(1),
  release: (world) => {
    ask(world, null);
  },
  'release-wider': (world) => {
    ask(world, FOLLOWING);
  },
  'whole-round-by-two': async (world) => {
    mode('two')(world);
    await wholeRound(world, null);
  },
  'whole-round-tampered': async (world) => {
    await train(world, 'train');
    tamperWithBytes(world);
    askByAll(world, null);
    wait(6000)(world);
  },
  'odd-round-within-scope': async (world) => {
    const { noiseRatio } = world.trainer;
    world.trainer.noiseRatio = 3;
    await train(world, 'trainWithinScope');
    world.trainer.noiseRatio = noiseRatio;
    await settled(world);
    published(world);
  },
  'two-decide': mode('two'),
  'one-decides': mode('one'),
  'first-signs': sign(0, null),
  'second-signs': sign(1, null),
  'first-signs-wider': sign(0, FOLLOWING),
  'second-signs-wider': sign(1, FOLLOWING),
  'take-signature-back': (world) => {
    const seen = onScreen(world);
    if (seen === undefined) return;
    world.bank.gate.unsign(seen.updateId);
    world.recorder.happened({ kind: 'undone', updateId: seen.updateId });
  },
  undo: (world) => {
    const seen = onScreen(world);
    if (seen === undefined) return;
    world.bank.gate.undo(seen.updateId);
    world.recorder.happened({ kind: 'undone', updateId: seen.updateId });
  },
  withhold: (world) => {
    const seen = onScreen(world);
    if (seen === undefined) return;
    world.bank.gate.withhold(seen.updateId, '');
    world.recorder.happened({ kind: 'withheld', updateId: seen.updateId });
  },
  'wait-a-second': wait(1000),
  'wait-ten-seconds': wait(10_000),
  deadline: (world) => {
    const { round } = world.settings;
    if (round !== undefined) world.bank.gate.roundEvent(round.roundId, { kind: 'deadline-passed' });
  },
  published,
  crash: (world) => {
    world.restart();
  },
  quit: async (world) => {
    await world.bank.gate.close();
    world.restart();
  },
  'stop-scope': (world) => {
    const { round } = world.settings;
    if (round !== undefined) world.bank.gate.stopScope(round.runId);
  },
  'standing-on': standing(FOLLOWING),
  'standing-off': standing(null),
  'hub-takes-all': hub('takes-all'),
  'hub-unreachable': hub('unreachable'),
  'hub-breaks-after-offer': hub('breaks-after-offer'),
  'hub-loses-receipt': hub('loses-receipt'),
  'hub-refuses': hub('refuses'),
  'hub-is-busy': hub('is-busy'),
  'hub-forgets': (world) => {
    world.wire.forget();
    void world.bank.uploads.kick();
  },
  'hub-asks-again': (world) => {
    offerRound(world);
    void world.bank.uploads.kick();
  },
  'tamper-with-bytes': tamperWithBytes,
  'tamper-with-ledger': tamperWithLedger,
  'keep-copy': (world) => {
    if (world.damage !== null) return;
    world.bank.database.pragma('wal_checkpoint(TRUNCATE)');
    copyFileSync(world.file, `${world.file}.copy`);
    world.copy = { head: world.bank.ledger.head().hash, mirrored: world.mirroredHead() };
  },
  'restore-copy': restoreCopy,
  repair: (world) => {
    world.damage?.undo();
    world.damage = null;
  },
  'raise-budget': (world) => {
    setBudget(world, 1.3);
  },
  'lower-budget': (world) => {
    setBudget(world, 0.9);
  },
  evaluate: (world) => {
    const roundId = world.settings.round?.roundId ?? null;
    const mechanism = { samplingRate: 1, noiseMultiplier: 20, steps: 1 };
    const charge = { runId: null, roundId, mechanism, clippingNorm: 1, hold: null };
    world.bank.ports.ledger.charge({ ...charge, purpose: 'evaluation' });
    world.recorder.noise({ roundId, purpose: 'evaluation', steps: 1 });
  },
};

function setBudget({ bank }: World, factor: number): void {
  const { epsilon = 1, delta = 5e-7 } = bank.ledger.budget() ?? {};
  bank.ledger.setBudget({ epsilon: epsilon * factor, delta, unit: 'transaction', reason: 'proof' });
}

/** Changes a row of an append-only table past the app, as a thief with a SQLite shell would. */
function changeRow(file: string, sql: { readonly trigger: string; readonly update: string }): void {
  const thief = new Database(file, { timeout: 2000 });
  try {
    const found = thief
      .prepare<[string], { readonly sql: string }>('SELECT sql FROM sqlite_schema WHERE name = ?')
      .get(sql.trigger);
    if (found === undefined) throw new RangeError(`the store has no trigger ${sql.trigger}`);
    thief.transaction(() => {
      thief.exec(`DROP TRIGGER ${sql.trigger}`);
      thief.exec(sql.update);
      thief.exec(found.sql);
    })();
  } finally {
    thief.close();
  }
}

/** The last held update gets another byte; its header stays. */
function tamperWithBytes(world: World): void {
  changeRow(world.file, {
    trigger: 'held_update_no_update',
    update: `UPDATE held_update SET payload = CAST(substr(payload, 1, length(payload) - 1) || x'5A' AS BLOB)
             WHERE rowid = (SELECT max(rowid) FROM held_update)`,
  });
}

const CHEAPER = `body = replace(body, '"steps":', '"steps":1')`;
const DEARER = `body = replace(body, '"steps":1', '"steps":')`;

/** The newest charge says that it paid for other steps. */
function tamperWithLedger(world: World): void {
  if (world.damage !== null) return;
  const last = world.bank.database
    .prepare<[], { readonly sequence: number | null }>(
      "SELECT max(sequence) AS sequence FROM privacy_ledger WHERE kind = 'charge'",
    )
    .get()?.sequence;
  if (typeof last !== 'number') return;
  const change = (to: string): void => {
    changeRow(world.file, {
      trigger: 'privacy_ledger_keeps_values',
      update: `UPDATE privacy_ledger SET ${to} WHERE sequence = ${String(last)}`,
    });
  };
  change(CHEAPER);
  world.damage = {
    undo: () => {
      change(DEARER);
      world.recorder.happened({ kind: 'repaired' });
    },
  };
  world.recorder.happened({ kind: 'damaged', what: 'ledger' });
}

function chargesIn(file: string): readonly SeenCharge[] {
  const view = committedView(file);
  try {
    return view.charges();
  } finally {
    view.close();
  }
}

/** The kept copy takes the place of the store; the newest file is put aside until it is repaired. */
function restoreCopy(world: World): void {
  if (world.damage !== null || world.copy === null) return;
  const { head, mirrored } = world.copy;
  const isOlder = mirrored !== world.mirroredHead();
  const isWithinLag = !isOlder && head !== world.bank.ledger.head().hash;
  const put = (from: string): void => {
    for (const suffix of ['-wal', '-shm']) rmSync(`${world.file}${suffix}`, { force: true });
    copyFileSync(from, world.file);
  };
  world.bank.database.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(world.file, `${world.file}.newest`);
  if (isOlder) world.recorder.happened({ kind: 'damaged', what: 'old-file' });
  world.restart(() => {
    put(`${world.file}.copy`);
  });
  if (isWithinLag) world.recorder.happened({ kind: 'set-back-within-lag', charges: chargesIn(world.file) });
  if (!isOlder) return;
  world.damage = {
    undo: () => {
      world.restart(() => {
        put(`${world.file}.newest`);
      });
      world.recorder.happened({ kind: 'repaired' });
    },
  };
}
