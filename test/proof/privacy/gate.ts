/** Slice `gate`: random action sequences against the real gate, ledger and store; then the same against seeded bugs (I1 to I3, I14). */
import fc from 'fast-check';
import type { Check } from '../proof.ts';
import { NO_BUG, SEEDED_BUGS, type SeededBug } from './gate/bugs.ts';
import { inWords, judged, type JudgedSequence, sequences } from './gate/sequences.ts';
import { type PrivacySlice, scaled, type SliceOptions } from './slice.ts';

const SEQUENCES = 10_000;
/** A bug that this many sequences do not find counts as not found. */
const MOST_FOR_A_BUG = 2000;
const SAYS_EVERY = 500;

export interface GateFigures {
  readonly sequences: number;
  readonly actions: number;
  /** Sequences that broke a promise, the first of them in words. */
  readonly violated: number;
  readonly firstViolation: string | null;
  readonly reached: Reached;
}

/** How often the interesting cases came up: a harness that never reaches them proves nothing. */
export interface Reached {
  readonly trainings: number;
  /** Updates that were discarded for a training with more noise. */
  readonly discarded: number;
  readonly releasesByHand: number;
  /** Of these, those that two reviewers signed. */
  readonly releasesByTwo: number;
  readonly automaticReleases: number;
  readonly transmissions: number;
  readonly resent: number;
  readonly crashes: number;
  readonly scopesStoppedByLimit: number;
  readonly budgetExhausted: number;
  readonly digestChanged: number;
  readonly ledgerBroken: number;
}

export interface FoundBug {
  readonly name: string;
  readonly rule: string;
  /** Sequences until it was found; null: not found. */
  readonly foundAfter: number | null;
  /** The shortest sequence that shows it, after shrinking. */
  readonly shortest: string | null;
}

export const gate: PrivacySlice = {
  name: 'gate',
  summary: 'random sequences of actions against the real gate, and against seeded bugs',
  minutes: 7,
  run: async (options) => {
    const figures = await clean(options);
    const bugs: FoundBug[] = [];
    for (const bug of SEEDED_BUGS) {
      const found = await hunt(bug, { seed: options.seed, most: MOST_FOR_A_BUG, shrinks: true });
      options.say(bugLine(found));
      bugs.push(found);
    }
    return { table: table(figures, bugs), figures: { ...figures, bugs }, checks: checks(figures, bugs) };
  },
};

/** The product, without any bug seeded. */
export async function clean(options: SliceOptions): Promise<GateFigures> {
  const count = scaled(SEQUENCES, options);
  let figures: GateFigures = {
    ...{ sequences: 0, actions: 0, violated: 0, firstViolation: null },
    reached: NOTHING_REACHED,
  };
  const property = fc.asyncProperty(sequences, async (actions) => {
    const outcome = await judged(actions, NO_BUG);
    const [violation] = outcome.violations;
    const words =
      violation === undefined ? null : `${violation.rule} (${violation.detail}): ${inWords(actions)}`;
    figures = {
      sequences: figures.sequences + 1,
      actions: figures.actions + actions.length,
      violated: figures.violated + (violation === undefined ? 0 : 1),
      firstViolation: figures.firstViolation ?? words,
      reached: sum(figures.reached, reachedBy(outcome)),
    };
    if (figures.sequences % SAYS_EVERY === 0)
      options.say(
        `${String(figures.sequences)} of ${String(count)} sequences, ${String(figures.violated)} violated`,
      );
  });
  await fc.assert(property, { numRuns: count, seed: options.seed });
  return figures;
}

/** How many sequences it takes until the judge names the rule that this bug breaks. */
export async function hunt(
  { name, rule, bug }: SeededBug,
  { seed, most, shrinks }: { readonly seed: number; readonly most: number; readonly shrinks: boolean },
): Promise<FoundBug> {
  const property = fc.asyncProperty(sequences, async (actions) => {
    const { violations } = await judged(actions, bug);
    return !violations.some((violation) => violation.rule === rule);
  });
  const found = await fc.check(property, { numRuns: most, seed, endOnFailure: !shrinks });
  const shortest = found.counterexample === null ? null : inWords(found.counterexample[0]);
  return { name, rule, foundAfter: found.failed ? found.numRuns : null, shortest };
}

const NOTHING_REACHED: Reached = {
  trainings: 0,
  discarded: 0,
  releasesByHand: 0,
  releasesByTwo: 0,
  automaticReleases: 0,
  transmissions: 0,
  resent: 0,
  crashes: 0,
  scopesStoppedByLimit: 0,
  budgetExhausted: 0,
  digestChanged: 0,
  ledgerBroken: 0,
};

function reachedBy({ evidence, steps }: JudgedSequence): Reached {
  const { history, wire, store } = evidence;
  const ended = (code: string): number => steps.filter((step) => step.endsWith(`: ${code}`)).length;
  const offers = wire.filter(({ call }) => call === 'offer');
  const last = history.findLast((one) => one.kind === 'figures');
  return {
    trainings: history.filter((one) => one.kind === 'noise').length,
    discarded: history.filter((one) => one.kind === 'discarded').length,
    releasesByHand: store.releases.filter(({ source }) => source === 'review').length,
    releasesByTwo: store.releases.filter(({ signers }) => signers === 2).length,
    automaticReleases: store.releases.filter(({ source }) => source === 'scope').length,
    transmissions: wire.length,
    resent: offers.length - new Set(offers.map(({ updateId }) => updateId)).size,
    crashes: ended('crash') + steps.filter((step) => step.startsWith('crash:')).length,
    scopesStoppedByLimit: last?.scopes.filter(({ state }) => state === 'stopped-by-limit').length ?? 0,
    budgetExhausted: ended('budget-exhausted'),
    digestChanged: ended('digest-changed'),
    ledgerBroken: ended('ledger-broken'),
  };
}

function sum(a: Reached, b: Reached): Reached {
  return {
    trainings: a.trainings + b.trainings,
    discarded: a.discarded + b.discarded,
    releasesByHand: a.releasesByHand + b.releasesByHand,
    releasesByTwo: a.releasesByTwo + b.releasesByTwo,
    automaticReleases: a.automaticReleases + b.automaticReleases,
    transmissions: a.transmissions + b.transmissions,
    resent: a.resent + b.resent,
    crashes: a.crashes + b.crashes,
    scopesStoppedByLimit: a.scopesStoppedByLimit + b.scopesStoppedByLimit,
    budgetExhausted: a.budgetExhausted + b.budgetExhausted,
    digestChanged: a.digestChanged + b.digestChanged,
    ledgerBroken: a.ledgerBroken + b.ledgerBroken,
  };
}

function bugLine({ name, foundAfter }: FoundBug): string {
  const found = foundAfter === null ? 'NOT FOUND' : `found after ${String(foundAfter)} sequences`;
  return `${name.padEnd(34)}${found}`;
}

function table(figures: GateFigures, bugs: readonly FoundBug[]): string {
  const { reached } = figures;
  return [
    `${String(figures.sequences)} sequences of ${String(figures.actions)} actions: ${String(figures.violated)} broke a promise`,
    `reached: ${Object.entries(reached)
      .map(([name, count]) => `${name} ${String(count)}`)
      .join(', ')}`,
    'seeded bugs, by the rule that each breaks:',
    ...bugs.map((bug) => `  ${bugLine(bug)}`),
  ].join('\n');
}

function checks(figures: GateFigures, bugs: readonly FoundBug[]): readonly Check[] {
  const missed = bugs.filter(({ foundAfter }) => foundAfter === null).map(({ name }) => name);
  const unreached = Object.entries(figures.reached).filter(([, count]) => count === 0);
  return [
    {
      name: 'I1, I2, I3 and I14 hold',
      passed: figures.violated === 0,
      detail: figures.firstViolation ?? `0 violations in ${String(figures.sequences)} sequences`,
    },
    {
      name: 'the sequences reach the interesting cases',
      passed: unreached.length === 0,
      detail: unreached.length === 0 ? 'all of them' : unreached.map(([name]) => name).join(', '),
    },
    {
      name: 'seeded bugs are found',
      passed: missed.length === 0,
      detail: missed.length === 0 ? `${String(bugs.length)} of ${String(bugs.length)}` : missed.join(', '),
    },
  ];
}
