/** What a person, a hub, a clock, a thief and a power switch can do to a bank, in any order. */
import { ask, askByAll, type Following, FOLLOWING, mode, onScreen, retrain, sign } from './decisions.ts';
import { type HubMood } from './wire.ts';
import { keepCopy, restoreCopy, tamperWithBytes, tamperWithLedger } from './thief.ts';
import { nextIndex, settled, offerRound, type World } from './world.ts';

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
  'whole-round-undone',
  'whole-round-retrained',
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
  'retrain',
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

function undo(world: World): void {
  const seen = onScreen(world);
  if (seen === undefined) return;
  world.bank.gate.undo(seen.updateId);
  world.recorder.happened({ kind: 'undone', updateId: seen.updateId });
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

export const DOES: Readonly<Record<ActionName, (world: World) => void | Promise<void>>> = {
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
  'whole-round-undone': async (world) => {
    await train(world, 'train');
    askByAll(world, null);
    undo(world);
    wait(6000)(world);
    await settled(world);
  },
  'whole-round-retrained': async (world) => {
    await train(world, 'train');
    await retrain(world);
    askByAll(world, null);
    wait(6000)(world);
    await settled(world);
    published(world);
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
  undo,
  withhold: (world) => {
    const seen = onScreen(world);
    if (seen === undefined) return;
    world.bank.gate.withhold(seen.updateId, '');
    world.recorder.happened({ kind: 'withheld', updateId: seen.updateId });
  },
  retrain,
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
  'keep-copy': keepCopy,
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
    world.recorder.noise({ roundId, purpose: 'evaluation', ...mechanism });
  },
};

function setBudget({ bank }: World, factor: number): void {
  const { epsilon = 1, delta = 5e-7 } = bank.ledger.budget() ?? {};
  bank.ledger.setBudget({ epsilon: epsilon * factor, delta, unit: 'transaction', reason: 'proof' });
}
