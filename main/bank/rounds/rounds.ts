/** The bank's side of runs and rounds: follows the hub, joins and leaves, sends the outbox, adopts models. */
import { FailureError } from '#shared/failure.ts';
import type { Membership } from '#shared/contract/federation.ts';
import type { RoundId, RunId } from '#shared/ids.ts';
import { advance } from '#shared/round/participation.ts';
import type { RoundContext } from '../review/round-context.ts';
import { joinRun, leaveRun, type Standing } from './joining.ts';
import { createMembers, type Members } from './members.ts';
import { createModels, type Models } from './models.ts';
import { createOpenRounds, type OpenRounds } from './open-rounds.ts';
import { createRoster, type Roster } from './roster.ts';
import type { RoundsPorts } from './rounds-ports.ts';
import type { RunRecord } from './store/records.ts';
import { createSync, type Sync } from './sync.ts';
import { noteUnfinished } from './unfinished.ts';
import { createUploads, type Uploads } from './uploads.ts';

export interface Rounds {
  readonly sync: Sync;
  readonly uploads: Uploads;
  readonly models: Models;
  readonly roster: Roster;
  readonly members: Members;
  readonly openRounds: OpenRounds;
  run(runId: RunId): RunRecord;
  /** The open round for training or review; throws `round-not-open`. */
  requireRound(roundId: RoundId): RoundContext;
  join(runId: RunId): Promise<void>;
  leave(runId: RunId): Promise<void>;
  decline(roundId: RoundId): void;
  /** Best effort: a hub that does not hear it waits for the deadline. */
  tellDeclined(roundId: RoundId): void;
  close(): void;
}

export interface RoundsOptions {
  readonly ports: RoundsPorts;
  readonly standing: () => Standing;
  readonly onMembership: (membership: Membership) => void;
}

export function createRounds({ ports, standing, onMembership }: RoundsOptions): Rounds {
  const models = createModels(ports);
  const roster = createRoster(ports.store);
  const members = createMembers(ports.store);
  const openRounds = createOpenRounds(ports);
  const sync = createSync({ following: { ports, models, roster, members, openRounds }, onMembership });
  const uploads = createUploads(ports);
  resumeParts(ports, openRounds);
  const run = (runId: RunId): RunRecord => {
    const found = ports.store.run(runId);
    if (found === undefined) throw new FailureError('not-found', 'There is no such run', { runId });
    return found;
  };
  return {
    sync,
    uploads,
    models,
    roster,
    members,
    openRounds,
    run,
    requireRound: (roundId) => {
      const context = openRounds.context(roundId);
      if (context === undefined)
        throw new FailureError('round-not-open', 'This round is not open', { roundId });
      return context;
    },
    join: async (runId) => {
      await joinRun(ports, run(runId), standing());
      void sync.run();
    },
    leave: (runId) => leaveRun(ports, run(runId).runId),
    decline: (roundId) => {
      const part = ports.participations.get(roundId);
      if (part === undefined) throw new FailureError('round-not-open', 'This round is not open', { roundId });
      const next = advance(part.state, { kind: 'declined' });
      if (next.kind === 'refusal') throw new FailureError('busy', next.reason, { roundId });
      ports.gate.roundEvent(roundId, { kind: 'declined' });
    },
    tellDeclined: (roundId) => {
      ports
        .hub()
        .then(({ calls }) => calls.declineRound({ roundId }))
        .catch(() => {
          ports.log.info('round.decline-not-heard', { roundId });
        });
    },
    close: () => {
      openRounds.close();
    },
  };
}

/** After a start: an interrupted training shows as stopped, an unfinished countdown as not released, the outbox is sent. */
function resumeParts(ports: RoundsPorts, openRounds: OpenRounds): void {
  noteUnfinished(ports);
  for (const part of ports.participations.open()) {
    if (part.state.kind === 'training') openRounds.noteInterrupted(part.roundId);
    ports.transact(() => ports.participations.offerEvent(part.roundId, { kind: 'restarted' }));
  }
}
