/** A bank's part in a round as the timeline shows it: seven stages, and where this part stands or ended. */
import { type ParticipationView, type RunView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { type Tone } from '../../ui/status-badge.tsx';

export const STAGES = [
  'offered',
  'joined',
  'training',
  'reviewing',
  'released',
  'sent',
  'completed',
] as const;
export type Stage = (typeof STAGES)[number];

export interface Standing {
  /** Index in STAGES of the stage reached. */
  readonly reached: number;
  readonly tone: Tone;
  readonly words: string;
  /** An end other than "completed": nothing follows. */
  readonly isEnd: boolean;
}

const at = (stage: Stage): number => STAGES.indexOf(stage);

const standing = (stage: Stage, tone: Tone, words: string): Standing => ({
  reached: at(stage),
  tone,
  words,
  isEnd: false,
});

const end = (stage: Stage, tone: Tone, words: string): Standing => ({
  reached: at(stage),
  tone,
  words,
  isEnd: true,
});

export function standingOf(participation: ParticipationView): Standing {
  const { parts } = text.rounds;
  switch (participation.kind) {
    case 'offered':
    case 'joined':
    case 'training':
    case 'reviewing':
      return standing(participation.kind, 'info', parts[participation.kind]);
    case 'released':
    case 'sending':
      return standing('released', 'leaves', parts[participation.kind]);
    case 'sent':
      return standing('sent', 'good', parts.sent);
    case 'completed':
      return participation.included
        ? standing('completed', 'good', parts.completedIn)
        : standing('completed', 'warn', parts.completedOut);
    case 'stopped':
      return standing('training', 'warn', parts.stopped);
    case 'declined':
      return end('joined', 'neutral', parts.declined);
    case 'withheld':
      return end('reviewing', 'neutral', parts.withheld);
    case 'missed':
      return end('joined', 'warn', parts.missed);
    case 'withdrawn':
      return end('joined', 'neutral', parts.withdrawn);
    case 'refused':
      return end('released', 'bad', parts.refused);
  }
}

/** The run in one sentence when it has no current round. */
export function runWords(run: Pick<RunView, 'status' | 'joined'>): string {
  switch (run.status) {
    case 'open':
      return run.joined ? text.rounds.betweenRounds : text.rounds.openToJoin;
    case 'completed':
      return text.rounds.runCompleted;
    case 'cancelled':
      return text.rounds.runCancelled;
  }
}
