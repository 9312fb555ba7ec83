/** The round that is open in each run: its verified context, its deadline on the monotonic clock, and unattended training. */
import { errorFields } from '#main/platform/log.ts';
import type { RoundState } from '#shared/contract/federation.ts';
import { isFailure } from '#shared/failure.ts';
import type { RoundId, RunId } from '#shared/ids.ts';
import type { RoundContext } from '../review/round-context.ts';
import type { RoundsPorts } from './rounds-ports.ts';

export interface OpenRounds {
  note(context: RoundContext, state: RoundState): void;
  /** The open round in its training phase; undefined before and after. */
  context(roundId: RoundId): RoundContext | undefined;
  ofRun(runId: RunId): { readonly context: RoundContext; readonly state: RoundState } | undefined;
  drop(runId: RunId): void;
  /** Trains under a scope or the standing policy; without one the round waits for the analyst's click. */
  trainWhereAllowed(roundId: RoundId): void;
  /** Training that a crash or a quit interrupted may be repeated unattended; one that a person stopped may not. */
  noteInterrupted(roundId: RoundId): void;
  close(): void;
}

interface Open {
  readonly context: RoundContext;
  readonly state: RoundState;
  readonly cancelDeadline: () => void;
}

export function createOpenRounds(ports: RoundsPorts): OpenRounds {
  const open = new Map<RunId, Open>();
  const interrupted = new Set<RoundId>();
  const find = (roundId: RoundId): Open | undefined =>
    [...open.values()].find(({ context }) => context.roundId === roundId);
  const drop = (runId: RunId): void => {
    open.get(runId)?.cancelDeadline();
    open.delete(runId);
  };
  const trainable = (roundId: RoundId): RoundContext | undefined => {
    const round = find(roundId);
    if (round?.state.phase !== 'training') return undefined;
    const kind = ports.participations.get(roundId)?.state.kind;
    const isWaiting = kind === 'joined' || (kind === 'stopped' && interrupted.has(roundId));
    return isWaiting ? round.context : undefined;
  };
  return {
    note: (context, state) => {
      drop(context.runId);
      ports.participations.noteRemaining(context.roundId, state.closesInMs);
      const cancelDeadline =
        state.closesInMs === null
          ? () => undefined
          : ports.clock.after(state.closesInMs, () => {
              ports.gate.roundEvent(context.roundId, { kind: 'deadline-passed' });
            });
      open.set(context.runId, { context, state, cancelDeadline });
    },
    context: (roundId) => {
      const round = find(roundId);
      return round?.state.phase === 'training' ? round.context : undefined;
    },
    ofRun: (runId) => open.get(runId),
    drop,
    trainWhereAllowed: (roundId) => {
      const context = trainable(roundId);
      if (context === undefined) return;
      ports.gate.trainWithinScope(context).catch((error: unknown) => {
        // Refused before anything was charged: the round then waits for a person, who meets the same refusal.
        const fields = isFailure(error) ? { code: error.code } : errorFields(error);
        ports.log.warn('training.not-started', { roundId, ...fields });
      });
    },
    noteInterrupted: (roundId) => void interrupted.add(roundId),
    close: () => {
      for (const runId of [...open.keys()]) drop(runId);
    },
  };
}
