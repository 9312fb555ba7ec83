/** The only automatic release there is: inside a running scope, by limits on the held bytes and public values alone. */
import type { FailureError } from '#shared/failure.ts';
import type { ScopeRecord } from '../store/scopes.ts';
import { isChargedAsPlanned, roundCost } from './cost.ts';
import type { GatePorts } from './gate-ports.ts';
import { type LimitInput, type OutsideLimit, outsideLimits } from './limits.ts';
import { policyAtRelease } from './release-policy.ts';
import { remainingMs, type RoundContext } from './round-context.ts';
import { writeRelease } from './write-release.ts';
import { closeScope, closeScopeWhenSpent, plannedEpsilon } from './scoping.ts';
import type { HeldStatistics, HeldUpdate } from './store.ts';

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
  const { statistics, header, charge } = held;
  const input = limitInput(ports, { figures: statistics, header, charge, round, scope });
  const { noiseRatio, cosine, epsilon } = input;
  const figures = { noiseRatio, cosine, epsilon };
  const note = (sent: boolean): void => {
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
  writeRelease(ports, held, { source: 'scope', scope, figures });
  closeScopeWhenSpent(ports, scope);
  return true;
}

/** The figures of the held bytes that a limit may look at. The type keeps the raw ones of the same record out. */
type HeldFigures = Pick<HeldStatistics, 'isWellFormed' | 'noiseRatio' | 'cosineWithLastPublished'>;

interface Deciding extends Pick<AutomaticInput, 'round' | 'scope'> {
  readonly figures: HeldFigures;
  readonly header: HeldUpdate['header'];
  readonly charge: HeldUpdate['charge'];
}

function limitInput(ports: GatePorts, { figures, header, charge, round, scope }: Deciding): LimitInput {
  return {
    refusedByPolicy: refusedByPolicy(policyAtRelease(ports, { charge, round })),
    isWellFormed: figures.isWellFormed && header.baseHash === round.baseHash,
    isModelHealthy: round.model.alarms.length === 0 && (round.index === 0 || round.model.sumCheck !== 'none'),
    isChargedAsPlanned: isChargedAsPlanned(charge, roundCost(round.charter, round.index)),
    noiseRatio: figures.noiseRatio,
    cosine: figures.cosineWithLastPublished,
    epsilon: epsilonOf(charge, scope, round.index),
  };
}

function epsilonOf(charge: HeldUpdate['charge'], scope: ScopeRecord, index: number): number {
  if (charge === null) return 0;
  // A charge outside the hold (a repeated round) has its own figure.
  return charge.fromHold === null ? charge.epsilonAfter - charge.epsilonBefore : plannedEpsilon(scope, index);
}

/** What the local policy refused, as the figure that a scope stops at. */
export function refusedByPolicy(problem: FailureError): OutsideLimit;
export function refusedByPolicy(problem: FailureError | null): OutsideLimit | null;
export function refusedByPolicy(problem: FailureError | null): OutsideLimit | null {
  if (problem === null) return null;
  const { figure = problem.code, value, limit } = problem.details;
  return {
    figure: `local policy: ${String(figure)}`,
    value: numberOrNull(value),
    limit: numberOrNull(limit),
  };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
