/** What people decide about the update on the screen: one of them, or two who sign. */
import type { ScopeLimits } from '#shared/round/round-view.ts';
import { CHARTER, REVIEWERS } from './terms.ts';
import type { World } from './world.ts';

const LIMITS: ScopeLimits = {
  minimumNoiseRatio: 0.9,
  maximumNoiseRatio: 2,
  minimumCosine: -1,
  maximumEpsilonPerRound: 1,
};
/** What a wider release covers. */
export const FOLLOWING = { rounds: 3, limits: LIMITS };

/** The update that a person sees, with the digest on the screen. */
export function onScreen({ bank, settings }: World) {
  const held = settings.round === undefined ? undefined : bank.review.heldOfRound(settings.round.roundId);
  return held === undefined ? undefined : { updateId: held.updateId, digest: held.header.payloadHash };
}

export type Following = typeof FOLLOWING | null;

export function ask(world: World, following: Following): void {
  decide(world, following, 'analyst');
}

/** By whoever decides: one person, or both reviewers. */
export function askByAll(world: World, following: Following): void {
  if (world.settings.mode === 'one') ask(world, following);
  else for (const reviewer of REVIEWERS.keys()) sign(reviewer, following)(world);
}

export function sign(reviewer: number, following: Following) {
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

/** Discards what is on the screen and trains again with more noise. */
export async function retrain(world: World): Promise<void> {
  const seen = onScreen(world);
  if (seen === undefined) return;
  const noiseMultiplier = 1.5 * CHARTER.privacy.noiseMultiplier;
  await world.bank.gate.retrain({ ...seen, noiseMultiplier, note: '' });
  world.recorder.happened({ kind: 'discarded', updateId: seen.updateId });
}

export function mode(to: 'one' | 'two') {
  return (world: World): void => {
    if (world.settings.mode === to) return;
    world.settings.mode = to;
    world.recorder.happened({ kind: 'mode-set', mode: to, atMs: world.clock.monotonic() });
    world.bank.ports.transact(() => {
      world.bank.gate.reviewModeChanged();
    });
  };
}
