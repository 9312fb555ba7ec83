/** The only automatic release there is: inside a running scope, by limits on the held bytes and public values alone. */
import { canonicalJson } from '#shared/canonical.ts';
import type { ScopeRecord } from '../store/scopes.ts';
import { roundMechanism } from './cost.ts';
import type { GatePorts } from './gate-ports.ts';
import { type LimitInput, outsideLimits } from './limits.ts';
import { remainingMs, type RoundContext } from './round-context.ts';
import { writeRelease } from './releases.ts';
import { closeScope, closeScopeWhenSpent, plannedEpsilon } from './scoping.ts';
import type { HeldUpdate } from './store.ts';

export interface AutomaticInput {
  readonly held: HeldUpdate;
  readonly round: RoundContext;
  readonly scope: ScopeRecord;
}

/**
 * Releases the update when every figure is inside, else stops the scope and leaves the update for a person.
 * Joins the caller's transaction; true when it was released.
 */
export function decideAutomatically(ports: GatePorts, { held, round, scope }: AutomaticInput): boolean {
  const input = limitInput({ held, round, scope });
  const { noiseRatio, cosine, epsilon } = input;
  const note = (sent: boolean): void => {
    const figures = { noiseRatio, cosine, epsilon };
    ports.scopes.addRound(scope.number, { roundId: round.roundId, index: round.index, figures, sent });
  };
  const outside = outsideLimits(input, scope.limits);
  if (outside !== null) {
    note(false);
    closeScope(ports, scope, { kind: 'stopped-by-limit', index: round.index, ...outside });
    return false;
  }
  // Too late is no fault of a figure: the deadline's own event follows.
  if (remainingMs(round, ports.clock.monotonic()) === 0) return false;
  note(true);
  ports.participations.apply(round.roundId, { kind: 'release-asked' });
  writeRelease(ports, held, { source: 'scope', scope, note: '' });
  closeScopeWhenSpent(ports, scope);
  return true;
}

function limitInput({ held, round, scope }: AutomaticInput): LimitInput {
  const planned = roundMechanism(round.charter, round.index);
  const { statistics, charge, header } = held;
  return {
    isWellFormed: statistics.isWellFormed && header.baseHash === round.baseHash,
    isModelHealthy: round.model.alarms.length === 0 && (round.index === 0 || round.model.sumCheck !== 'none'),
    isChargedAsPlanned:
      canonicalJson(charge === null ? null : { ...charge.mechanism }) ===
      canonicalJson(planned === null ? null : { ...planned }),
    noiseRatio: statistics.noiseRatio,
    cosine: statistics.cosineWithLastPublished,
    epsilon: epsilonOf(held, scope, round.index),
  };
}

function epsilonOf({ charge }: HeldUpdate, scope: ScopeRecord, index: number): number {
  if (charge === null) return 0;
  // A charge outside the hold (a repeated round) has its own figure.
  return charge.fromHold === null ? charge.epsilonAfter - charge.epsilonBefore : plannedEpsilon(scope, index);
}
