/**
 * The shell around the round's table: reads, advances, stores state with audit in one transaction, then performs effects.
 * Every effect may be repeated: after a restart the newest state says what is still to do.
 */
import { FailureError } from '#shared/failure.ts';
import { type BankId, RoundId, type RunId, UtcTime } from '#shared/ids.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import {
  advanceHubRound,
  type HubRoundAdvance,
  type HubRoundEffect,
  type HubRoundEvent,
  type HubRoundState,
  isOver,
} from '#shared/round/hub-round.ts';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import { newId } from '#main/platform/random.ts';
import { digestOf, signStatement } from '#main/wire/identity.ts';
import type { HubKeys } from '../keys.ts';
import type { HubStore } from '../store/store.ts';
import { aggregateRound } from './aggregate.ts';
import { type CurrentRound, type OpenRun, reloadRun } from './open-run.ts';
import { createRoundTimers } from './timers.ts';

export interface RoundsOptions {
  readonly store: HubStore;
  readonly keys: HubKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly runs: ReadonlyMap<RunId, OpenRun>;
  /** Joined members of the run that are connected now. */
  readonly presentMembers: (run: OpenRun) => readonly BankId[];
  readonly onRoundOver: (roundId: RoundId) => void;
  /** Something that banks can see changed and is committed. */
  readonly announce: () => void;
}

export interface Rounds {
  /** Brings every open run to where its stored state says it stands. */
  resume(): void;
  presenceChanged(): void;
  /** Throws 'round-closed' when the event can't happen now. */
  apply(run: OpenRun, event: HubRoundEvent, alongside?: Alongside): void;
  /** Opens the first round of a new run. */
  begin(run: OpenRun): void;
  remainingMs(round: CurrentRound): number | null;
  close(): void;
}

/** What is committed together with the round's new state, and what memory takes over with it. */
export interface Alongside {
  readonly inTransaction: () => void;
  readonly afterwards?: () => void;
}

interface Entering {
  readonly run: OpenRun;
  readonly round: CurrentRound;
  readonly state: HubRoundState;
  readonly effects: readonly HubRoundEffect[];
}

export function createRounds(options: RoundsOptions): Rounds {
  const { store, clock, random } = options;
  const timers = createRoundTimers(clock, store.runs);

  const planRound = (run: OpenRun): void => {
    const roundId = newId(random, 'rnd', RoundId);
    const round: CurrentRound = { roundId, state: { kind: 'planned', index: run.committed }, closesAt: null };
    inOneTransaction(run, () => {
      store.runs.saveRound({ roundId, runId: run.record.runId, state: round.state, remainingMs: null });
      store.members.nextVersion();
      run.round = round;
      lookForMembers(run);
    });
  };

  const lookForMembers = (run: OpenRun): void => {
    const { round } = run;
    if (run.status !== 'open' || round === undefined || timers.isPausing(run)) return;
    if (round.state.kind !== 'planned' && round.state.kind !== 'enrolling') return;
    const present = options.presentMembers(run);
    apply(run, { kind: 'presence-changed', present, members: run.members.size });
  };

  /**
   * What follows from an event is committed with it: the last update of a round, its publication and the start of the next
   * one are a single flush. Memory goes ahead inside, so a transaction that fails takes it back to what the store has.
   */
  let isInTransaction = false;
  const inOneTransaction = (run: OpenRun, change: () => void): void => {
    if (isInTransaction) {
      change();
      return;
    }
    isInTransaction = true;
    try {
      store.transaction(change);
    } catch (error) {
      timers.stop(run);
      reloadRun(run, store.runs);
      restartTimers({ run, timers, perform });
      throw error;
    } finally {
      isInTransaction = false;
    }
  };

  const apply: Rounds['apply'] = (run, event, alongside) => {
    const { round } = run;
    if (round === undefined) throw new FailureError('round-not-open', 'No round of this run is open');
    const outcome = advanceHubRound(round.state, event, run.charter.participation);
    const { state, effects } = requireAdvance(outcome);
    if (state === round.state && alongside === undefined) return;
    inOneTransaction(run, () => {
      enter({ run, round, state, effects }, alongside);
    });
  };

  const enter = ({ run, round, state, effects }: Entering, alongside: Alongside | undefined): void => {
    const isNewPhase = state.kind !== round.state.kind;
    if (effects.some((effect) => effect.kind === 'start-deadline'))
      round.closesAt = clock.monotonic() + run.charter.participation.deadlineSeconds * 1000;
    if (state.kind !== 'training') round.closesAt = null;
    alongside?.inTransaction();
    const remainingMs = timers.remainingMs(round);
    store.runs.saveRound({ roundId: round.roundId, runId: run.record.runId, state, remainingMs });
    if (isNewPhase) store.members.nextVersion();
    round.state = state;
    alongside?.afterwards?.();
    if (isNewPhase) options.announce();
    for (const effect of effects) perform(run, effect);
    if (isOver(state)) options.onRoundOver(round.roundId);
  };

  const perform = (run: OpenRun, effect: HubRoundEffect): void => {
    switch (effect.kind) {
      case 'start-enrolment-timer':
        timers.startEnrolment(run, () => {
          apply(run, { kind: 'enrolment-ended' });
        });
        return;
      case 'start-deadline':
        timers.startDeadline(run, () => {
          apply(run, { kind: 'deadline-passed' });
        });
        return;
      case 'stop-timers':
        timers.stop(run);
        return;
      case 'aggregate':
        aggregate(options, run, apply);
        return;
      case 'plan-next':
        goOn(run, effect.again);
    }
  };

  const goOn = (run: OpenRun, again: boolean): void => {
    if (run.status !== 'open') return;
    run.failures = again ? run.failures + 1 : 0;
    if (!again) {
      planRound(run);
      return;
    }
    options.log.warn('round.failed', { runId: run.record.runId, index: run.committed, inARow: run.failures });
    timers.pauseAfterFailure(run, () => {
      lookForMembers(run);
    });
    planRound(run);
  };

  return {
    apply,
    begin: planRound,
    remainingMs: timers.remainingMs,
    presenceChanged: () => {
      for (const run of options.runs.values()) lookForMembers(run);
    },
    resume: () => {
      for (const run of options.runs.values()) resumeRun({ run, timers, perform, planRound });
    },
    close: () => {
      for (const run of options.runs.values()) timers.stop(run);
      timers.close();
    },
  };
}

interface Timing {
  readonly run: OpenRun;
  readonly timers: ReturnType<typeof createRoundTimers>;
  readonly perform: (run: OpenRun, effect: HubRoundEffect) => void;
}

/** After a restart nobody is connected yet: enrolment starts again, a deadline goes on with what was left of it. */
function resumeRun(timing: Timing & { readonly planRound: (run: OpenRun) => void }): void {
  const { run, perform, planRound } = timing;
  if (run.status !== 'open') return;
  const { round } = run;
  if (round === undefined || isOver(round.state)) {
    planRound(run);
    return;
  }
  if (round.state.kind === 'aggregating') perform(run, { kind: 'aggregate' });
  else restartTimers(timing);
}

function restartTimers({ run, timers, perform }: Timing): void {
  if (run.round?.state.kind !== 'training') return;
  timers.restoreDeadline(run);
  perform(run, { kind: 'start-deadline' });
}

function requireAdvance(outcome: HubRoundAdvance): Extract<HubRoundAdvance, { kind: 'advanced' }> {
  if (outcome.kind === 'advanced') return outcome;
  throw new FailureError('round-closed', `The round does not take that now: ${outcome.reason}`);
}

/** Sums, steps, signs and publishes in one transaction: the entry, the checkpoint and the round's end belong together (I5). */
function aggregate(options: RoundsOptions, run: OpenRun, apply: Rounds['apply']): void {
  const { store, keys, clock } = options;
  const { round } = run;
  if (round === undefined) return;
  const consortium = store.members.consortium();
  if (consortium === undefined)
    throw new FailureError('store-damaged', 'The store has rounds but no consortium');
  const updates = store.updates.committed(round.roundId).map((update) => {
    const payload = store.updates.payload(round.roundId, update.bankId);
    if (payload === undefined) throw new FailureError('store-damaged', 'A committed update has no payload');
    return { update, payload };
  });
  const outcome = attempt(() =>
    aggregateRound({
      consortiumId: consortium.id,
      runId: run.record.runId,
      roundId: round.roundId,
      charter: run.charter,
      charterHash: run.record.plan.plan.charterHash,
      checkpoint: run.checkpoint,
      baseHash: run.checkpointHash,
      previousHash: run.headHash,
      updates,
      publishedAt: UtcTime.parse(new Date(clock.now()).toISOString()),
    }),
  );
  if (outcome instanceof FailureError) {
    apply(run, { kind: 'aggregation-failed', reason: outcome.message.slice(0, 200) });
    return;
  }
  const { entry, sums, checkpoint, checkpointBytes } = outcome;
  const signed = { entry, hubSignature: signStatement(keys.hub.privateKey, 'checkpoint', entry) };
  const headHash = digestOf(signed);
  const isLast = entry.index + 1 === plannedRounds(run.charter);
  const { runId } = run.record;
  apply(
    run,
    { kind: 'checkpoint-published' },
    {
      inTransaction: () => {
        store.runs.publish(runId, { entry: signed, sums }, { checkpoint: checkpointBytes, headHash });
        if (isLast) store.runs.setStatus(runId, 'completed');
        const detail = `round ${String(entry.index + 1)}, ${String(entry.included.length)} banks, model ${entry.checkpointHash}`;
        store.audit.append({ actor: 'hub', action: 'round.published', detail });
      },
      afterwards: () => {
        run.committed = entry.index + 1;
        run.checkpoint = checkpoint;
        run.checkpointHash = entry.checkpointHash;
        run.headHash = headHash;
        if (isLast) run.status = 'completed';
      },
    },
  );
}

function attempt<T>(work: () => T): T | FailureError {
  try {
    return work();
  } catch (error) {
    if (error instanceof FailureError && error.code === 'charter-invalid') return error;
    throw error;
  }
}
