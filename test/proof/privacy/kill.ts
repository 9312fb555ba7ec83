/**
 * Slice `kill`: a bank killed with SIGKILL between and around charge, noise, release and send, at calls of its ports spread
 * over four rounds; then started again and judged (I1 to I3, I14). Nothing that was charged is free, nothing is sent that was not.
 */
import type { Check } from '../proof.ts';
import { callsOfALife, killedAt, type KilledLife } from './kill/kills.ts';
import { type PrivacySlice, scaled, type SliceOptions } from './slice.ts';

const KILLS = 200;
const SAYS_EVERY = 20;
/** Bugs that only an ended process can show, or shows best. */
const BUGS = ['send before charge', 'noise before charge', 're-noise after a restart'] as const;
/** Kills until a bug counts as not found. */
const MOST_FOR_A_BUG = 60;

export interface KillFigures {
  readonly kills: number;
  /** Different calls of ports at which the bank was killed, and how many a whole life has. */
  readonly points: number;
  readonly calls: number;
  readonly violations: readonly string[];
  readonly trainings: number;
  readonly chargedNotSent: number;
  readonly offeredAgain: number;
}

export interface FoundByKills {
  readonly name: string;
  readonly foundAfter: number | null;
}

export const kill: PrivacySlice = {
  name: 'kill',
  summary: 'kill -9 between and around charge and send: charged whenever bytes left or noise was drawn',
  minutes: 5,
  run: async (options) => {
    const figures = await killed(options);
    const bugs: FoundByKills[] = [];
    for (const name of BUGS) bugs.push(await huntByKills(name, figures.calls));
    return { table: table(figures, bugs), figures: { ...figures, bugs }, checks: checks(figures, bugs) };
  },
};

export async function killed(options: SliceOptions): Promise<KillFigures> {
  const { length: calls } = await callsOfALife();
  const lives: KilledLife[] = [];
  const at = spread(calls, scaled(KILLS, options), options.seed);
  for (const call of at) {
    lives.push(await killedAt({ call, bug: null }));
    if (lives.length % SAYS_EVERY === 0) options.say(`${String(lives.length)} of ${String(at.length)} kills`);
  }
  const total = (count: (life: KilledLife) => number): number =>
    lives.reduce((sum, life) => sum + count(life), 0);
  return {
    kills: lives.length,
    points: new Set(lives.map(({ point }) => point)).size,
    calls,
    violations: lives.flatMap(({ point, violations }) => violations.map((one) => `${point}: ${one}`)),
    trainings: total((life) => life.trainings),
    chargedNotSent: total((life) => life.chargedNotSent),
    offeredAgain: total((life) => life.offeredAgain),
  };
}

/** Evenly over all calls; the seed moves them. */
function spread(calls: number, count: number, seed: number): readonly number[] {
  const step = calls / count;
  const offset = (seed - 1) % Math.max(1, Math.floor(step));
  return Array.from({ length: count }, (_, k) => 1 + Math.min(calls - 1, Math.floor(k * step) + offset));
}

export async function huntByKills(name: string, calls: number): Promise<FoundByKills> {
  const at = spread(calls, MOST_FOR_A_BUG, 1);
  // From the middle of a life on, where charges and releases are under way.
  const order = [...at.slice(at.length / 3), ...at.slice(0, at.length / 3)];
  for (const [index, call] of order.entries()) {
    const { violations } = await killedAt({ call, bug: name });
    if (violations.length > 0) return { name, foundAfter: index + 1 };
  }
  return { name, foundAfter: null };
}

function table(figures: KillFigures, bugs: readonly FoundByKills[]): string {
  const { kills, points, calls, violations, trainings, chargedNotSent, offeredAgain } = figures;
  return [
    `${String(kills)} kills at ${String(points)} different calls, spread over the ${String(calls)} calls of a life: ${String(violations.length)} violations`,
    `${String(trainings)} trainings, ${String(chargedNotSent)} charged and not sent, ${String(offeredAgain)} offered again`,
    ...bugs.map(
      ({ name, foundAfter }) =>
        `  ${name.padEnd(34)}${foundAfter === null ? 'NOT FOUND' : `found after ${String(foundAfter)} kills`}`,
    ),
  ].join('\n');
}

function checks(figures: KillFigures, bugs: readonly FoundByKills[]): readonly Check[] {
  const missed = bugs.filter(({ foundAfter }) => foundAfter === null).map(({ name }) => name);
  return [
    {
      name: 'nothing is free and nothing leaves twice in two forms',
      passed: figures.violations.length === 0,
      detail: figures.violations[0] ?? `0 violations in ${String(figures.kills)} kills`,
    },
    {
      name: 'the kills reach charged trainings that were not sent, and updates offered again',
      passed: figures.chargedNotSent > 0 && figures.offeredAgain > 0,
      detail: `${String(figures.chargedNotSent)} and ${String(figures.offeredAgain)}`,
    },
    {
      name: 'seeded bugs are found',
      passed: missed.length === 0,
      detail: missed.length === 0 ? `${String(bugs.length)} of ${String(bugs.length)}` : missed.join(', '),
    },
  ];
}
