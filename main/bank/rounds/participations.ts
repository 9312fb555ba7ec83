/**
 * This bank's part in each round: reads the state, advances it by the table, stores it in the caller's transaction.
 * The countdown of an Undo lives in memory only, so that a quit or a crash before its end means not released.
 */
import { FailureError } from '#shared/failure.ts';
import type { RoundId } from '#shared/ids.ts';
import {
  advance,
  type ParticipationEffect,
  type ParticipationEvent,
  type ParticipationState,
} from '#shared/round/participation.ts';
import type { ParticipationRecord, RoundsStore } from './store/records.ts';

export interface Participations {
  get(roundId: RoundId): ParticipationRecord | undefined;
  open(): readonly ParticipationRecord[];
  offer(record: Omit<ParticipationRecord, 'state' | 'trainings'>): ParticipationRecord;
  /** Stores the next state and returns the effects; throws `busy` when the event can't happen now. */
  apply(roundId: RoundId, event: ParticipationEvent): readonly ParticipationEffect[];
  /** As `apply`, for events that may come late or twice: answers no effects where the table refuses. */
  offerEvent(roundId: RoundId, event: ParticipationEvent): readonly ParticipationEffect[];
  noteRemaining(roundId: RoundId, closesInMs: number | null): void;
  /** Forgets what lived in memory when a transaction around `apply` was rolled back. */
  reload(roundId: RoundId): void;
}

type ParticipationsStore = Pick<RoundsStore, 'participation' | 'openParticipations' | 'saveParticipation'>;

export function createParticipations(store: ParticipationsStore): Participations {
  // Rounds in their countdown, and the newest state of each round touched by this process.
  const known = new Map<RoundId, ParticipationRecord>();

  const get = (roundId: RoundId): ParticipationRecord | undefined => {
    const record = known.get(roundId) ?? store.participation(roundId);
    if (record !== undefined) known.set(roundId, record);
    return record;
  };
  const save = (record: ParticipationRecord): ParticipationRecord => {
    known.set(record.roundId, record);
    // Never written: an unfinished countdown is no release.
    if (record.state.kind !== 'released') store.saveParticipation(record);
    return record;
  };
  const step = (roundId: RoundId, event: ParticipationEvent) => {
    const record = get(roundId);
    if (record === undefined)
      throw new FailureError('round-not-open', 'This bank has no part in that round', { roundId });
    return { record, outcome: advance(record.state, event) };
  };
  const take = (record: ParticipationRecord, state: ParticipationState): void => {
    if (state === record.state) return;
    const trainings = record.trainings + (state.kind === 'training' ? 1 : 0);
    save({ ...record, state, trainings });
  };

  return {
    get,
    open: () => store.openParticipations().map((record) => known.get(record.roundId) ?? record),
    offer: (record) => get(record.roundId) ?? save({ ...record, trainings: 0, state: { kind: 'offered' } }),
    apply: (roundId, event) => {
      const { record, outcome } = step(roundId, event);
      if (outcome.kind === 'refusal') throw new FailureError('busy', outcome.reason, { roundId });
      take(record, outcome.state);
      return outcome.effects;
    },
    offerEvent: (roundId, event) => {
      const { record, outcome } = step(roundId, event);
      if (outcome.kind === 'refusal') return [];
      take(record, outcome.state);
      return outcome.effects;
    },
    noteRemaining: (roundId, closesInMs) => {
      const record = get(roundId);
      // In memory until the next change of state is stored: a commit for every pull would buy nothing.
      if (record !== undefined) known.set(roundId, { ...record, closesInMs });
    },
    reload: (roundId) => void known.delete(roundId),
  };
}
