/**
 * This bank's part in each round: reads the state, advances it by the table, stores it in the caller's transaction.
 *
 * Three states live in memory only. `offered` and `joined` cost nothing and come back with the next pull; `released` is a
 * countdown that a quit or a crash must end as not released.
 */
import { FailureError } from '#shared/failure.ts';
import type { RoundId } from '#shared/ids.ts';
import {
  advance,
  isFinal,
  type ParticipationEffect,
  type ParticipationEvent,
  type ParticipationState,
} from '#shared/round/participation.ts';
import type { ParticipationRecord, RoundsStore } from './store/records.ts';

export interface Participations {
  get(roundId: RoundId): ParticipationRecord | undefined;
  /** Every part that has not reached one of the named ends. */
  open(): readonly ParticipationRecord[];
  offer(record: Omit<ParticipationRecord, 'state' | 'trainings'>): ParticipationRecord;
  /** Stores the next state and returns the effects; throws `busy` when the event can't happen now. */
  apply(roundId: RoundId, event: ParticipationEvent): readonly ParticipationEffect[];
  /** As `apply`, for events that may come late or twice: answers no effects where the table refuses. */
  offerEvent(roundId: RoundId, event: ParticipationEvent): readonly ParticipationEffect[];
  /** As `apply`, without a write: for steps that may be forgotten, since nothing was charged or sent. */
  applyInMemory(roundId: RoundId, event: ParticipationEvent): void;
  noteRemaining(roundId: RoundId, closesInMs: number | null): void;
  /** Back to the state of `record` in memory: the transaction around `apply` was rolled back. */
  restore(record: ParticipationRecord): void;
  /** Back to the stored state: an unfinished countdown is forgotten. */
  reload(roundId: RoundId): void;
}

type ParticipationsStore = Pick<RoundsStore, 'participation' | 'openParticipations' | 'saveParticipation'>;

const IN_MEMORY_ONLY: ReadonlySet<ParticipationState['kind']> = new Set(['offered', 'joined', 'released']);

export function createParticipations(store: ParticipationsStore): Participations {
  const open = new Map(store.openParticipations().map((record) => [record.roundId, record] as const));

  const keep = (record: ParticipationRecord): ParticipationRecord => {
    if (isFinal(record.state)) open.delete(record.roundId);
    else open.set(record.roundId, record);
    return record;
  };
  const get = (roundId: RoundId): ParticipationRecord | undefined =>
    open.get(roundId) ?? store.participation(roundId);
  const step = (roundId: RoundId, event: ParticipationEvent) => {
    const record = get(roundId);
    if (record === undefined)
      throw new FailureError('round-not-open', 'This bank has no part in that round', { roundId });
    return { record, outcome: advance(record.state, event) };
  };
  const advanced = (record: ParticipationRecord, state: ParticipationState): ParticipationRecord => ({
    ...record,
    state,
    trainings: record.trainings + (state.kind === 'training' ? 1 : 0),
  });
  const take = (record: ParticipationRecord, state: ParticipationState): void => {
    if (state === record.state) return;
    const next = keep(advanced(record, state));
    if (!IN_MEMORY_ONLY.has(state.kind)) store.saveParticipation(next);
  };
  const required = (roundId: RoundId, event: ParticipationEvent) => {
    const { record, outcome } = step(roundId, event);
    if (outcome.kind === 'refusal') throw new FailureError('busy', outcome.reason, { roundId });
    return { record, outcome };
  };

  return {
    get,
    open: () => [...open.values()].sort((a, b) => a.index - b.index),
    offer: (record) => get(record.roundId) ?? keep({ ...record, trainings: 0, state: { kind: 'offered' } }),
    apply: (roundId, event) => {
      const { record, outcome } = required(roundId, event);
      take(record, outcome.state);
      return outcome.effects;
    },
    offerEvent: (roundId, event) => {
      const { record, outcome } = step(roundId, event);
      if (outcome.kind === 'refusal') return [];
      take(record, outcome.state);
      return outcome.effects;
    },
    applyInMemory: (roundId, event) => {
      const { record, outcome } = required(roundId, event);
      keep(advanced(record, outcome.state));
    },
    noteRemaining: (roundId, closesInMs) => {
      const record = open.get(roundId);
      // Written with the next change of state: a commit for every pull would buy nothing.
      if (record !== undefined) open.set(roundId, { ...record, closesInMs });
    },
    restore: (record) => void keep(record),
    reload: (roundId) => {
      const stored = store.participation(roundId);
      if (stored !== undefined) keep(stored);
    },
  };
}
