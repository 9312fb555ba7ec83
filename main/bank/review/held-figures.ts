/**
 * Figures of held bytes that could not be computed when the bytes were held: the bytes are kept, nothing is released, and
 * every look at the review computes them again.
 */
import { errorFields } from '#main/platform/log.ts';
import { FailureError } from '#shared/failure.ts';
import type { GatePorts } from './gate-ports.ts';
import { type FigureSource, statisticsOf } from './held.ts';
import type { RoundContext } from './round-context.ts';
import type { HeldStatistics, HeldUpdate } from './store.ts';

/** With `areComputed` false when computing them failed: a fault in a figure must not cost the charged bytes. */
export function statisticsAtHolding(ports: Pick<GatePorts, 'log'>, source: FigureSource): HeldStatistics {
  try {
    return statisticsOf(source);
  } catch (error) {
    ports.log.error('review.figures-failed', { roundId: source.round.roundId, ...errorFields(error) });
    return {
      ...{ layers: [], noiseRatio: null, cosineWithLastPublished: null, cosineWithOwnLast: null },
      differenceNorm: null,
      ...source.outcome.statistics,
      isWellFormed: false,
      isModelHealthy: source.round.model.alarms.length === 0,
      localEffect: source.outcome.localEffect,
      dataVersion: source.dataVersion,
      areComputed: false,
    };
  }
}

/** The update with its figures, computed now where they were not. Throws `figures-failed` when they still can't be. */
export function withFigures(
  ports: Pick<GatePorts, 'log' | 'lastIncluded'>,
  held: HeldUpdate,
  round: RoundContext,
): HeldUpdate {
  if (held.statistics.areComputed) return held;
  const { localEffect, dataVersion } = held.statistics;
  const outcome = { payload: held.payload, statistics: rawOf(held.statistics), localEffect };
  const before = ports.lastIncluded(held.runId);
  const statistics = statisticsAtHolding(ports, {
    ...{ round, outcome, before, dataVersion },
    charge: held.charge,
  });
  if (statistics.areComputed) return { ...held, statistics };
  throw new FailureError('figures-failed', 'The figures of the held update could not be computed', {
    updateId: held.updateId,
  });
}

function rawOf(statistics: HeldStatistics): FigureSource['outcome']['statistics'] {
  const { sampledUnits, clippedShare, nonFiniteRows, seconds, rowsPerSecond, engine } = statistics;
  return { sampledUnits, clippedShare, nonFiniteRows, seconds, rowsPerSecond, engine };
}
