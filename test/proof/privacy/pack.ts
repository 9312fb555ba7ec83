/** Slice `pack`: the verifier accepts real packs and refuses every forged one, each for its own reason; its ε bounds hold. */
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { stream } from '#main/sample/generator/stream.ts';
import { verifyPack } from '../../../resources/verify-pack.mjs';
import { MUTATION_GROUPS } from '../../main/bank/pack/mutations/all.ts';
import { forge, type Mutation, openPack } from '../../main/bank/pack/mutations/forge.ts';
import { makePackWorld, type PackWorld } from '../../main/bank/pack/pack-world.ts';
import type { Check } from '../proof.ts';
import { type PrivacySlice, scaled, type SliceOptions } from './slice.ts';

const DAMAGED_BYTES = 5000;
const LEAST_MUTATIONS = 50;
const PACKS = ['whole', 'withNotes', 'oneRun', 'earlier', 'neighbour', 'alone'] as const;

interface PackFigures {
  readonly packs: number;
  /** Real packs that were refused, with the reason. */
  readonly wronglyRefused: readonly string[];
  readonly groups: readonly GroupFigures[];
  readonly damagedBytes: number;
  readonly damagedAccepted: number;
  readonly epsilon: { readonly least: number; readonly byPld: number; readonly most: number };
  readonly bytes: number;
  readonly milliseconds: number;
}

interface GroupFigures {
  readonly group: string;
  readonly mutations: number;
  /** Names of those that were accepted. */
  readonly accepted: readonly string[];
  /** Names of those that were refused for another reason than expected. */
  readonly otherwise: readonly string[];
}

export const pack: PrivacySlice = {
  name: 'pack',
  summary: "the regulator's pack: real ones accepted, forged ones refused, by the one-file verifier",
  minutes: 1,
  run: async (options) => {
    const world = await makePackWorld();
    try {
      const figures = measure(world, options);
      return { table: table(figures), figures, checks: checks(figures) };
    } finally {
      world.remove();
    }
  },
};

function measure(world: PackWorld, options: SliceOptions): PackFigures {
  const wronglyRefused = PACKS.flatMap((name) => {
    const verdict = verifyPack(world[name]);
    return verdict.kind === 'refused' ? [`${name}: ${verdict.reason}`] : [];
  });
  options.say(`${String(PACKS.length)} real packs checked`);
  const groups = Object.entries(MUTATION_GROUPS).map(([group, mutations]) => tried(world, group, mutations));
  options.say('every named forgery tried');
  const damagedBytes = scaled(DAMAGED_BYTES, options);
  const started = performance.now();
  verifyPack(world.whole);
  const milliseconds = performance.now() - started;
  return {
    packs: PACKS.length,
    ...{ wronglyRefused, groups, damagedBytes, milliseconds },
    damagedAccepted: acceptedDamage(world, { seed: options.seed, count: damagedBytes }),
    epsilon: epsilonOf(world),
    bytes: Buffer.byteLength(world.whole),
  };
}

function tried(world: PackWorld, group: string, mutations: readonly Mutation[]): GroupFigures {
  const results = mutations.map((mutation) => ({ mutation, verdict: verifyPack(forge(mutation, world)) }));
  const accepted = results.filter(({ verdict }) => verdict.kind === 'accepted');
  const otherwise = results.filter(
    ({ mutation, verdict }) => verdict.kind === 'refused' && !mutation.reason.test(verdict.reason),
  );
  return {
    ...{ group, mutations: mutations.length },
    accepted: accepted.map(({ mutation }) => mutation.name),
    otherwise: otherwise.map(({ mutation }) => mutation.name),
  };
}

/** Packs with one byte exchanged that the verifier took all the same. */
function acceptedDamage(
  world: PackWorld,
  { seed, count }: { readonly seed: number; readonly count: number },
): number {
  const random = stream(seed, 'pack');
  const bytes = Buffer.from(world.whole);
  let accepted = 0;
  for (let i = 0; i < count; i++) {
    const at = random.whole(0, bytes.length - 1);
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ random.whole(1, 255);
    if (verifyPack(damaged.toString('utf8')).kind === 'accepted') accepted++;
  }
  return accepted;
}

/** ε of all charges: the verifier's two bounds, and Parley's own figure between them. */
function epsilonOf(world: PackWorld): PackFigures['epsilon'] {
  const verdict = verifyPack(world.whole);
  const [least, most] = verdict.kind === 'accepted' ? verdict.summary.epsilon.charged : [Infinity, 0];
  const charges = openPack(world.whole).updates.flatMap(({ charge }) => (charge === null ? [] : [charge]));
  const evaluations = charges.flatMap(({ evaluation }) => (evaluation === null ? [] : [evaluation]));
  const mechanisms = [...charges, ...evaluations].map(({ mechanism }) => mechanism);
  return { least, byPld: epsilonByPld(mechanisms, 5e-7), most };
}

function table({ packs, groups, damagedBytes, damagedAccepted, epsilon, ...rest }: PackFigures): string {
  const lines = groups.map(({ group, mutations, accepted, otherwise }) => {
    const refused = mutations - accepted.length;
    return `  ${group.padEnd(34)} ${String(refused)} of ${String(mutations)} refused, ${String(refused - otherwise.length)} for the reason expected`;
  });
  const total = groups.reduce((sum, { mutations }) => sum + mutations, 0);
  return [
    `Real packs: ${String(packs - rest.wronglyRefused.length)} of ${String(packs)} accepted (the largest ${String(rest.bytes)} bytes, checked in ${rest.milliseconds.toFixed(0)} ms)`,
    `Forged packs, by a bank that signs anew and rebuilds its chains (${String(total)} ways):`,
    ...lines,
    `One byte of the file exchanged: ${String(damagedBytes - damagedAccepted)} of ${String(damagedBytes)} refused`,
    `ε of all charges: ${epsilon.least.toFixed(3)} ≤ ${epsilon.byPld.toFixed(3)} (PLD) ≤ ${epsilon.most.toFixed(3)}`,
  ].join('\n');
}

function checks({ wronglyRefused, groups, damagedBytes, damagedAccepted, epsilon }: PackFigures): Check[] {
  const total = groups.reduce((sum, { mutations }) => sum + mutations, 0);
  const accepted = groups.flatMap((group) => group.accepted);
  const otherwise = groups.flatMap((group) => group.otherwise);
  return [
    {
      name: 'every real pack is accepted',
      passed: wronglyRefused.length === 0,
      detail: wronglyRefused.join('; ') || `${String(PACKS.length)} packs`,
    },
    {
      name: `at least ${String(LEAST_MUTATIONS)} forgeries, each refused`,
      passed: total >= LEAST_MUTATIONS && accepted.length === 0,
      detail: accepted.length === 0 ? `${String(total)} forgeries` : `accepted: ${accepted.join('; ')}`,
    },
    {
      name: 'each for its own reason',
      passed: otherwise.length === 0,
      detail: otherwise.length === 0 ? 'as expected' : otherwise.join('; '),
    },
    {
      name: 'no exchanged byte is accepted',
      passed: damagedAccepted === 0,
      detail: `${String(damagedAccepted)} of ${String(damagedBytes)}`,
    },
    {
      name: "the verifier's bounds hold Parley's ε, and are not idle",
      passed:
        epsilon.least <= epsilon.byPld &&
        epsilon.byPld <= epsilon.most &&
        epsilon.least > 0.9 * epsilon.byPld &&
        epsilon.most < 1.3 * epsilon.byPld,
      detail: `${epsilon.least.toFixed(3)} ≤ ${epsilon.byPld.toFixed(3)} ≤ ${epsilon.most.toFixed(3)}`,
    },
  ];
}
