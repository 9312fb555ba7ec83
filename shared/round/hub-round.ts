/**
 * A round on the hub as a transition table: which event may happen when, where it leads and what follows.
 * Decides only. The shell (main/hub/rounds) stores the state and performs the effects, which are safe to repeat.
 */
import { z } from 'zod';
import { BankId } from '../ids.ts';
import type { Participation } from './charter.ts';

const Banks = z.array(BankId).readonly();
/** Committed rounds before this one: the recipe's r. */
const index = z.int().min(0);

export const HubRoundState = z.discriminatedUnion('kind', [
  /** Fewer joined members are present than the minimum cohort. */
  z.strictObject({ kind: z.literal('planned'), index }),
  /** The minimum cohort is there; the absent members get a while to come. */
  z.strictObject({ kind: z.literal('enrolling'), index, present: Banks }),
  z.strictObject({ kind: z.literal('training'), index, cohort: Banks, committed: Banks, declined: Banks }),
  z.strictObject({ kind: z.literal('aggregating'), index, cohort: Banks, committed: Banks }),
  z.strictObject({ kind: z.literal('published'), index, cohort: Banks, committed: Banks }),
  z.strictObject({ kind: z.literal('failed'), index, cohort: Banks, committed: Banks, reason: z.string() }),
  z.strictObject({
    kind: z.literal('cancelled'),
    index,
    cohort: Banks,
    committed: Banks,
    reason: z.string(),
  }),
]);
export type HubRoundState = z.infer<typeof HubRoundState>;
export type HubRoundKind = HubRoundState['kind'];

export type HubRoundEvent =
  /** Joined members that are connected now, and how many members have joined the run. */
  | { readonly kind: 'presence-changed'; readonly present: readonly BankId[]; readonly members: number }
  | { readonly kind: 'enrolment-ended' }
  | { readonly kind: 'bank-entered'; readonly bankId: BankId }
  | { readonly kind: 'bank-declined'; readonly bankId: BankId }
  | { readonly kind: 'updates-committed'; readonly bankIds: readonly BankId[] }
  | { readonly kind: 'deadline-passed' }
  | { readonly kind: 'checkpoint-published' }
  | { readonly kind: 'aggregation-failed'; readonly reason: string }
  | { readonly kind: 'cancelled'; readonly reason: string };
export type HubRoundEventKind = HubRoundEvent['kind'];

export type HubRoundEffect =
  | { readonly kind: 'start-enrolment-timer' }
  | { readonly kind: 'start-deadline' }
  | { readonly kind: 'stop-timers' }
  | { readonly kind: 'aggregate' }
  /** The round is over: plan the next one (`again`: the same step of the plan). */
  | { readonly kind: 'plan-next'; readonly again: boolean };

export type HubRoundAdvance =
  | { readonly kind: 'advanced'; readonly state: HubRoundState; readonly effects: readonly HubRoundEffect[] }
  | { readonly kind: 'refusal'; readonly reason: string };

export type CohortTerms = Pick<Participation, 'minimumCohort' | 'quorum'>;

type StateOf<K extends HubRoundKind> = Extract<HubRoundState, { kind: K }>;
type EventOf<K extends HubRoundEventKind> = Extract<HubRoundEvent, { kind: K }>;
type Rule<S extends HubRoundKind, E extends HubRoundEventKind> = (
  state: StateOf<S>,
  event: EventOf<E>,
  terms: CohortTerms,
) => HubRoundAdvance;
type Table = { readonly [S in HubRoundKind]: { readonly [E in HubRoundEventKind]?: Rule<S, E> } };

/** Before training starts. */
type Before = StateOf<'planned'> | StateOf<'enrolling'>;

function to(state: HubRoundState, ...effects: readonly HubRoundEffect[]): HubRoundAdvance {
  return { kind: 'advanced', state, effects };
}

function refuse(reason: string): HubRoundAdvance {
  return { kind: 'refusal', reason };
}

const STOP: HubRoundEffect = { kind: 'stop-timers' };

/** Members come and go before training starts: who is there, and whether that is enough. */
const presence = (
  state: Before,
  { present, members }: EventOf<'presence-changed'>,
  terms: CohortTerms,
): HubRoundAdvance => {
  if (present.length < terms.minimumCohort) return to({ kind: 'planned', index: state.index }, STOP);
  if (present.length >= members) return startTraining(state.index, present);
  const next: HubRoundState = { kind: 'enrolling', index: state.index, present: [...present] };
  return state.kind === 'enrolling' ? to(next) : to(next, { kind: 'start-enrolment-timer' });
};

function startTraining(round: number, present: readonly BankId[]): HubRoundAdvance {
  const cohort = [...present].sort();
  return to({ kind: 'training', index: round, cohort, committed: [], declined: [] }, STOP, {
    kind: 'start-deadline',
  });
}

/** Goes on when nobody is left to wait for. */
function settle(state: StateOf<'training'>, terms: CohortTerms): HubRoundAdvance {
  const decided = new Set([...state.committed, ...state.declined]);
  return state.cohort.every((bankId) => decided.has(bankId)) ? close(state, terms) : to(state);
}

function close(
  { index: round, cohort, committed }: StateOf<'training'>,
  terms: CohortTerms,
): HubRoundAdvance {
  if (committed.length >= terms.quorum)
    return to({ kind: 'aggregating', index: round, cohort, committed }, STOP, { kind: 'aggregate' });
  const reason = `quorum not met: ${String(committed.length)} of ${String(terms.quorum)}`;
  return to({ kind: 'failed', index: round, cohort, committed, reason }, STOP, {
    kind: 'plan-next',
    again: true,
  });
}

/** A bank that comes late, or comes back after it declined, is waited for again. */
const enter: Rule<'training', 'bank-entered'> = (state, { bankId }) => {
  if (state.cohort.includes(bankId) && !state.declined.includes(bankId)) return to(state);
  const cohort = [...new Set([...state.cohort, bankId])].sort();
  return to({ ...state, cohort, declined: state.declined.filter((one) => one !== bankId) });
};

const decline: Rule<'training', 'bank-declined'> = (state, { bankId }, terms) => {
  if (!state.cohort.includes(bankId)) return refuse('the bank is not in the cohort');
  // An acknowledged update is in the round (I5): declining afterwards changes nothing.
  if (state.committed.includes(bankId) || state.declined.includes(bankId)) return to(state);
  return settle({ ...state, declined: [...state.declined, bankId] }, terms);
};

const commit: Rule<'training', 'updates-committed'> = (state, { bankIds }, terms) => {
  const stranger = bankIds.find((bankId) => !state.cohort.includes(bankId));
  if (stranger !== undefined) return refuse('an update came from outside the cohort');
  const committed = [...new Set([...state.committed, ...bankIds])].sort();
  return settle(
    { ...state, committed, declined: state.declined.filter((one) => !committed.includes(one)) },
    terms,
  );
};

const cancelEarly = (state: Before, { reason }: EventOf<'cancelled'>): HubRoundAdvance =>
  to({ kind: 'cancelled', index: state.index, cohort: [], committed: [], reason }, STOP);

const cancelLate = (
  state: StateOf<'training'> | StateOf<'aggregating'>,
  { reason }: EventOf<'cancelled'>,
): HubRoundAdvance => {
  const { cohort, committed } = state;
  return to({ kind: 'cancelled', index: state.index, cohort, committed, reason }, STOP);
};

export const HUB_ROUND_TABLE: Table = {
  planned: { 'presence-changed': presence, cancelled: cancelEarly },
  enrolling: {
    'presence-changed': presence,
    'enrolment-ended': (state) => startTraining(state.index, state.present),
    cancelled: cancelEarly,
  },
  training: {
    // Presence no longer matters: a bank trains on while its link is down.
    'presence-changed': (state) => to(state),
    'bank-entered': enter,
    'bank-declined': decline,
    'updates-committed': commit,
    'deadline-passed': (state, _, terms) => close(state, terms),
    cancelled: cancelLate,
  },
  aggregating: {
    'presence-changed': (state) => to(state),
    'checkpoint-published': ({ index: round, cohort, committed }) =>
      to({ kind: 'published', index: round, cohort, committed }, { kind: 'plan-next', again: false }),
    'aggregation-failed': ({ index: round, cohort, committed }, { reason }) =>
      to({ kind: 'failed', index: round, cohort, committed, reason }, { kind: 'plan-next', again: true }),
    cancelled: cancelLate,
  },
  published: {},
  failed: {},
  cancelled: {},
};

/** Pure: the next state with its effects, or why this event can't happen now. */
export function advanceHubRound(
  state: HubRoundState,
  event: HubRoundEvent,
  terms: CohortTerms,
): HubRoundAdvance {
  const rules: Partial<
    Record<HubRoundEventKind, (state: never, event: never, terms: CohortTerms) => HubRoundAdvance>
  > = HUB_ROUND_TABLE[state.kind];
  const rule = rules[event.kind];
  if (rule === undefined) return refuse(`${event.kind} does not happen in a round that is ${state.kind}`);
  // The table pairs each state with the rules of its own kind; the compiler can't follow the look-up.
  return rule(state as never, event as never, terms);
}

export function isOver(state: HubRoundState): boolean {
  return state.kind === 'published' || state.kind === 'failed' || state.kind === 'cancelled';
}
