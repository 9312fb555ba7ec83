/** What the bank does until it is killed: rounds released by hand and rounds under a scope, one after another. */
import { utcNow } from '#main/bank/review/gate-ports.ts';
import type { ScopeLimits } from '#shared/round/round-view.ts';
import { type BankUnderTest, openBank, resume } from '../gate/bank.ts';
import { PLAN, roundContext, roundId, RUN, stepsOfRound } from '../gate/terms.ts';
import type { KillMachine } from './machine.ts';

const BUDGET = { epsilon: 100, delta: 5e-7, unit: 'transaction', reason: 'proof' } as const;
const LIMITS: ScopeLimits = {
  minimumNoiseRatio: 0.9,
  maximumNoiseRatio: 2,
  minimumCosine: -1,
  maximumEpsilonPerRound: 2,
};
const FOLLOWING = { rounds: 2, limits: LIMITS };
const ROUND_MS = 60_000;
const UNDO_MS = 6000;

/** Rounds of the scenario: by hand, by hand with two to follow, then these two. */
export const SCENARIO_ROUNDS = 4;

/** Opens the store, goes on where the process before was ended, and takes part in the rounds up to `rounds`. */
export async function live(machine: KillMachine, rounds = SCENARIO_ROUNDS): Promise<BankUnderTest> {
  const bank = openBank(machine);
  if (bank.ledger.budget() === null) bank.ledger.setBudget(BUDGET);
  if (bank.rounds.run(RUN) === undefined) bank.rounds.addRun(PLAN, utcNow(machine.clock));
  const done = machine.recorder.history.filter((one) => one.kind === 'published').length;
  offer(machine, bank, done);
  machine.recorder.happened({ kind: 'restarted' });
  resume(bank);
  await settled(bank);
  for (let index = done; index < rounds; index++) {
    offer(machine, bank, index);
    await takePart(machine, bank);
    bank.gate.roundEvent(roundId(index), { kind: 'round-published', included: true });
    machine.recorder.happened({ kind: 'published', roundId: roundId(index) });
  }
  return bank;
}

function offer({ settings, clock, recorder }: KillMachine, bank: BankUnderTest, index: number): void {
  const round = roundContext({ number: index, index, closesAt: clock.monotonic() + ROUND_MS });
  settings.round = round;
  const { baseHash, runId } = round;
  const offered = {
    kind: 'offered',
    roundId: round.roundId,
    plannedSteps: stepsOfRound(index),
    baseHash,
  } as const;
  recorder.happened(offered);
  bank.participations.offer({ roundId: round.roundId, runId, index, baseHash, closesInMs: ROUND_MS });
  bank.participations.offerEvent(round.roundId, { kind: 'entered' });
}

/** Trains where nothing is held yet, and releases what waits; a scope does both by itself. */
async function takePart(machine: KillMachine, bank: BankUnderTest): Promise<void> {
  const { settings, clock } = machine;
  if (settings.round === undefined) return;
  const kind = bank.participations.get(settings.round.roundId)?.state.kind;
  if (kind === 'joined' || kind === 'stopped') await bank.gate.train(settings.round);
  await settled(bank);
  if (bank.participations.get(settings.round.roundId)?.state.kind === 'reviewing') ask(machine, bank);
  clock.advance(UNDO_MS);
  await settled(bank);
}

function ask({ settings, clock, recorder }: KillMachine, bank: BankUnderTest): void {
  const { round } = settings;
  const held = round === undefined ? undefined : bank.review.heldOfRound(round.roundId);
  if (round === undefined || held === undefined) return;
  const seen = { updateId: held.updateId, digest: held.header.payloadHash };
  const following = round.index === 1 ? FOLLOWING : null;
  const scope =
    following === null
      ? ({ kind: 'this-round' } as const)
      : ({ kind: 'rounds', following: following.rounds, limits: following.limits } as const);
  // Written down first: the process may end in the midst of the release.
  recorder.happened({ kind: 'asked', by: 'analyst', ...seen, atMs: clock.monotonic(), following });
  bank.gate.ask({ ...seen, scope, note: '' });
}

async function settled(bank: BankUnderTest): Promise<void> {
  do await new Promise<void>((resolve) => void setImmediate(resolve));
  while (bank.uploads.isSending());
}
