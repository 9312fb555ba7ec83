/** Which changes of the runs deserve a native notification: a decision that waits, a result, a refusal. Pure. */
import type { RunView } from '#shared/round/round-view.ts';
import type { Notice } from './messages.ts';

type Participation = NonNullable<RunView['round']>['participation']['kind'];

const WORTH_TELLING: Partial<Record<Participation, (round: number) => Notice>> = {
  joined: (round) => ({ title: `Round ${String(round)} is open`, detail: 'This bank takes part.' }),
  reviewing: (round) => ({
    title: `Round ${String(round)}: an update waits for your review`,
    detail: 'Nothing leaves before you release it.',
  }),
  completed: (round) => ({ title: `Round ${String(round)} is published`, detail: 'The new model is here.' }),
  stopped: (round) => ({
    title: `Round ${String(round)}: training stopped`,
    detail: 'The charge stays recorded. Start it again from Rounds.',
  }),
  refused: (round) => ({
    title: `Round ${String(round)}: the update was refused`,
    detail: 'Rounds shows the reason.',
  }),
};

const SOON_MS = 15 * 60_000;

/** Compares what was last seen with what is now; the first look tells nothing, since nothing changed. */
export function noticesBetween(before: readonly RunView[], after: readonly RunView[]): readonly Notice[] {
  return after.flatMap((run) => {
    const earlier = before.find(({ runId }) => runId === run.runId)?.round ?? null;
    return run.round === null ? [] : [...newState(earlier, run.round), ...deadline(earlier, run.round)];
  });
}

type Round = NonNullable<RunView['round']>;

function newState(earlier: Round | null, now: Round): readonly Notice[] {
  const isSame = earlier?.roundId === now.roundId && earlier.participation.kind === now.participation.kind;
  const tell = WORTH_TELLING[now.participation.kind];
  return isSame || tell === undefined ? [] : [tell(now.index + 1)];
}

function deadline(earlier: Round | null, now: Round): readonly Notice[] {
  if (earlier?.roundId !== now.roundId || now.participation.kind !== 'reviewing') return [];
  const wasFar = earlier.closesInMs !== null && earlier.closesInMs > SOON_MS;
  const isNear = now.closesInMs !== null && now.closesInMs <= SOON_MS;
  const title = `Round ${String(now.index + 1)} closes in less than 15 minutes`;
  return wasFar && isNear ? [{ title, detail: 'An update still waits for your review.' }] : [];
}
