/**
 * The bank's part in one round as a transition table: which event may happen when, where it leads and what follows.
 * Decides only. The shell (main/bank/rounds) stores the state and performs the effects, which are safe to repeat.
 */
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { UpdateId } from '../ids.ts';

export const ParticipationState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('offered') }),
  z.strictObject({ kind: z.literal('joined') }),
  z.strictObject({ kind: z.literal('training') }),
  /** Training was interrupted: its charge stays. It can be started again, with a charge of its own. */
  z.strictObject({ kind: z.literal('stopped'), failure: Failure }),
  z.strictObject({ kind: z.literal('reviewing'), updateId: UpdateId }),
  /** Undo counts down. Lives in memory only: nothing is committed and a restart leads back to `reviewing`. */
  z.strictObject({ kind: z.literal('released'), updateId: UpdateId }),
  /** Approval and outbox row are committed: from here the bytes may have left. */
  z.strictObject({ kind: z.literal('sending'), updateId: UpdateId }),
  z.strictObject({ kind: z.literal('sent'), updateId: UpdateId }),
  z.strictObject({ kind: z.literal('completed'), included: z.boolean() }),
  z.strictObject({ kind: z.literal('declined') }),
  z.strictObject({ kind: z.literal('withheld'), updateId: UpdateId }),
  z.strictObject({ kind: z.literal('missed') }),
  z.strictObject({ kind: z.literal('withdrawn') }),
  z.strictObject({ kind: z.literal('refused'), failure: Failure }),
]);
export type ParticipationState = z.infer<typeof ParticipationState>;
export type ParticipationKind = ParticipationState['kind'];

export type ParticipationEvent =
  | { readonly kind: 'entered' }
  | { readonly kind: 'training-started' }
  | { readonly kind: 'training-failed'; readonly failure: Failure }
  | { readonly kind: 'update-held'; readonly updateId: UpdateId }
  | { readonly kind: 'release-asked' }
  | { readonly kind: 'undone' }
  | { readonly kind: 'release-committed' }
  | { readonly kind: 'receipt-stored' }
  | { readonly kind: 'update-refused'; readonly failure: Failure }
  | { readonly kind: 'withheld' }
  /** The held update never leaves, and this bank trains for the round again: with more noise. */
  | { readonly kind: 'discarded' }
  | { readonly kind: 'declined' }
  | { readonly kind: 'left-run' }
  | { readonly kind: 'deadline-passed' }
  /** The round is over: `included` says whether the published entry lists this bank's update. */
  | { readonly kind: 'round-published'; readonly included: boolean }
  | { readonly kind: 'round-abandoned' }
  | { readonly kind: 'restarted' };
export type ParticipationEventKind = ParticipationEvent['kind'];

export type ParticipationEffect =
  | { readonly kind: 'stop-training' }
  | { readonly kind: 'start-countdown'; readonly updateId: UpdateId }
  | { readonly kind: 'cancel-countdown'; readonly updateId: UpdateId }
  | { readonly kind: 'send'; readonly updateId: UpdateId }
  /** The other banks need not wait for this one. */
  | { readonly kind: 'tell-hub-declined' }
  /** What became of the charge, for the ledger. The charge itself is never given back. */
  | { readonly kind: 'record-outcome'; readonly updateId: UpdateId; readonly outcome: 'withheld' | 'late' };

export type Advance =
  | {
      readonly kind: 'advanced';
      readonly state: ParticipationState;
      readonly effects: readonly ParticipationEffect[];
    }
  | { readonly kind: 'refusal'; readonly reason: string };

type StateOf<K extends ParticipationKind> = Extract<ParticipationState, { kind: K }>;
type EventOf<K extends ParticipationEventKind> = Extract<ParticipationEvent, { kind: K }>;
type Rule<S extends ParticipationKind, E extends ParticipationEventKind> = (
  state: StateOf<S>,
  event: EventOf<E>,
) => Advance;
type Table = {
  readonly [S in ParticipationKind]: { readonly [E in ParticipationEventKind]?: Rule<S, E> };
};

const NOTHING: readonly ParticipationEffect[] = [];

function to(state: ParticipationState, effects: readonly ParticipationEffect[] = NOTHING): Advance {
  return { kind: 'advanced', state, effects };
}

const RESTART_FAILURE: Failure = {
  code: 'training-stopped',
  message: 'Parley ended while this round was training',
  nextStep: 'The charge stays recorded. Start the training again from Rounds.',
};

const miss = (): Advance => to({ kind: 'missed' });
const decline = (): Advance => to({ kind: 'declined' }, [{ kind: 'tell-hub-declined' }]);
const withdraw = (): Advance => to({ kind: 'withdrawn' });
const complete = (_: unknown, event: { readonly included: boolean }): Advance =>
  to({ kind: 'completed', included: event.included });
const completeWithout = (): Advance => to({ kind: 'completed', included: false });

/** Nothing is trained or held: a bank that has only been offered the round, joined it, or been interrupted in it. */
const idleEnds = {
  declined: decline,
  'left-run': withdraw,
  'deadline-passed': miss,
  'round-published': miss,
  'round-abandoned': miss,
} as const;

interface Held {
  readonly updateId: UpdateId;
}

const late = ({ updateId }: Held): Advance =>
  to({ kind: 'missed' }, [{ kind: 'record-outcome', updateId, outcome: 'late' }]);

const lateInCountdown = ({ updateId }: Held): Advance =>
  to({ kind: 'missed' }, [
    { kind: 'cancel-countdown', updateId },
    { kind: 'record-outcome', updateId, outcome: 'late' },
  ]);

const stopAnd = (next: Advance): Advance =>
  next.kind === 'refusal' ? next : to(next.state, [{ kind: 'stop-training' }, ...next.effects]);

export const PARTICIPATION_TABLE: Table = {
  offered: { ...idleEnds, entered: () => to({ kind: 'joined' }) },
  joined: { ...idleEnds, 'training-started': () => to({ kind: 'training' }) },
  training: {
    'training-failed': (_, { failure }) => to({ kind: 'stopped', failure }),
    'update-held': (_, { updateId }) => to({ kind: 'reviewing', updateId }),
    restarted: () => to({ kind: 'stopped', failure: RESTART_FAILURE }),
    declined: () => stopAnd(decline()),
    'left-run': () => stopAnd(withdraw()),
    'deadline-passed': () => stopAnd(miss()),
    'round-published': () => stopAnd(miss()),
    'round-abandoned': () => stopAnd(miss()),
  },
  stopped: { ...idleEnds, 'training-started': () => to({ kind: 'training' }) },
  reviewing: {
    'release-asked': ({ updateId }) =>
      to({ kind: 'released', updateId }, [{ kind: 'start-countdown', updateId }]),
    withheld: ({ updateId }) =>
      to({ kind: 'withheld', updateId }, [
        { kind: 'record-outcome', updateId, outcome: 'withheld' },
        { kind: 'tell-hub-declined' },
      ]),
    // The hub is not told: it sees only that the update comes later.
    discarded: ({ updateId }) =>
      to({ kind: 'joined' }, [{ kind: 'record-outcome', updateId, outcome: 'withheld' }]),
    'left-run': ({ updateId }) =>
      to({ kind: 'withdrawn' }, [{ kind: 'record-outcome', updateId, outcome: 'withheld' }]),
    'deadline-passed': late,
    'round-published': late,
    'round-abandoned': late,
  },
  released: {
    undone: ({ updateId }) => to({ kind: 'reviewing', updateId }, [{ kind: 'cancel-countdown', updateId }]),
    'release-committed': ({ updateId }) => to({ kind: 'sending', updateId }, [{ kind: 'send', updateId }]),
    restarted: ({ updateId }) => to({ kind: 'reviewing', updateId }),
    'left-run': ({ updateId }) =>
      to({ kind: 'withdrawn' }, [
        { kind: 'cancel-countdown', updateId },
        { kind: 'record-outcome', updateId, outcome: 'withheld' },
      ]),
    'deadline-passed': lateInCountdown,
    'round-published': lateInCountdown,
    'round-abandoned': lateInCountdown,
  },
  sending: {
    'receipt-stored': ({ updateId }) => to({ kind: 'sent', updateId }),
    'update-refused': (_, { failure }) => to({ kind: 'refused', failure }),
    // The acknowledgement may be lost while the round goes on: the published entry is the truth.
    'round-published': complete,
    'round-abandoned': completeWithout,
    restarted: ({ updateId }) => to({ kind: 'sending', updateId }, [{ kind: 'send', updateId }]),
  },
  sent: { 'round-published': complete, 'round-abandoned': completeWithout },
  completed: {},
  declined: {},
  withheld: {},
  missed: {},
  withdrawn: {},
  refused: {},
};

/** True for the named ends: nothing leads out of them. */
export function isFinal(state: ParticipationState): boolean {
  return Object.keys(PARTICIPATION_TABLE[state.kind]).length === 0;
}

/** What the event does to the state, or why it can't happen now. Pure. */
export function advance(state: ParticipationState, event: ParticipationEvent): Advance {
  const rules: Partial<Record<ParticipationEventKind, (state: never, event: never) => Advance>> =
    PARTICIPATION_TABLE[state.kind];
  const rule = rules[event.kind];
  if (rule !== undefined) return rule(state as never, event as never);
  // A restart changes only what lived in memory.
  if (event.kind === 'restarted') return to(state);
  return {
    kind: 'refusal',
    reason: `"${event.kind}" can't happen while this bank's part is "${state.kind}"`,
  };
}
