/**
 * The shell around the round's table: reads, advances, stores state with audit in one transaction, then performs effects.
 * Every effect may be repeated: after a restart the newest state says what is still to do.
 */
import { FailureError } from '#shared/failure.ts';
import { type BankId, RoundId, type RunId } from '#shared/ids.ts';
import {
  advanceHubRound,
  type HubRoundAdvance,
  type HubRoundEffect,
  type HubRoundEvent,
  type HubRoundState,
  isOver,
} from '#shared/round/hub-round.ts';
import { errorFields } from '#main/platform/log.ts';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import { newId } from '#main/platform/random.ts';
import type { HubKeys } from '../keys.ts';
import type { HubStore } from '../store/store.ts';
import { type Alongside, type CurrentRound, type OpenRun, reloadRun } from './open-run.ts';
import { publishRound } from './publish.ts';
import { createRoundTimers, type RoundTimers } from './timers.ts';

export interface Attendance {
  /** Joined members of the run that are connected now. */
  readonly present: readonly BankId[];
  /** How many are waited for before a round starts at once. */
  readonly members: number;
}

export interface RoundsOptions {
  readonly store: HubStore;
  readonly keys: HubKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly runs: ReadonlyMap<RunId, OpenRun>;
  readonly attendance: (run: OpenRun) => Attendance;
  readonly onRoundOver: (roundId: RoundId) => void;
  /** Something that banks can see changed and is committed. */
  readonly announce: () => void;
}

export interface Rounds {
  /** Brings every open run to where its stored state says it stands. */
  resume(): void;
  presenceChanged(): void;
  /** Nobody waits for this bank any longer; what it sent before stays in the round (I5). */
  withdraw(bankId: BankId): void;
  /** Throws 'round-closed' when the event can't happen now. */
  apply(run: OpenRun, event: HubRoundEvent, alongside?: Alongside): void;
  /** Opens the first round of a new run. */
  begin(run: OpenRun): void;
  remainingMs(round: CurrentRound): number | null;
  close(): void;
}

interface Entering {
  readonly run: OpenRun;
  readonly round: CurrentRound;
  readonly state: HubRoundState;
  readonly effects: readonly HubRoundEffect[];
}

/** A timer's event that could not be committed is tried again after this while. */
const RETRY_MS = 1000;

/** Holds the timers of all open runs, so it is closed with the hub. */
export class HubRounds implements Rounds {
  readonly #options: RoundsOptions;
  readonly #timers: RoundTimers;
  #isInTransaction = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#timers = createRoundTimers(options, options.store.runs);
  }

  begin(run: OpenRun): void {
    this.#planRound(run);
  }

  presenceChanged(): void {
    for (const run of this.#options.runs.values()) this.#lookForMembers(run);
  }

  withdraw(bankId: BankId): void {
    for (const run of this.#options.runs.values()) {
      const state = run.round?.state;
      if (state?.kind === 'training' && state.cohort.includes(bankId))
        this.apply(run, { kind: 'bank-declined', bankId });
      else this.#lookForMembers(run);
    }
  }

  /** Nobody is connected yet: enrolment starts again, a deadline goes on with what was left of it. */
  resume(): void {
    for (const run of this.#options.runs.values()) {
      const state = run.round?.state;
      if (run.status !== 'open') continue;
      if (state === undefined || isOver(state)) this.#planRound(run);
      else if (state.kind === 'aggregating') this.#perform(run, { kind: 'aggregate' });
      else if (state.kind === 'training') this.#restoreDeadline(run);
      else this.#lookForMembers(run);
    }
  }

  remainingMs(round: CurrentRound): number | null {
    return this.#timers.remainingMs(round);
  }

  close(): void {
    for (const run of this.#options.runs.values()) this.#timers.stop(run);
    this.#timers.close();
  }

  apply(run: OpenRun, event: HubRoundEvent, alongside?: Alongside): void {
    const { round } = run;
    if (round === undefined) throw new FailureError('round-not-open', 'No round of this run is open');
    const outcome = advanceHubRound(round.state, event, run.charter.participation);
    const { state, effects } = requireAdvance(outcome);
    if (state === round.state && alongside === undefined) return;
    this.#inOneTransaction(run, () => {
      this.#enter({ run, round, state, effects }, alongside);
    });
  }

  /**
   * What follows from an event is committed with it: the last update of a round, its publication and the start of the next
   * one are a single flush. Memory goes ahead inside, so a transaction that fails takes it back to what the store has.
   */
  #inOneTransaction(run: OpenRun, change: () => void): void {
    if (this.#isInTransaction) {
      change();
      return;
    }
    this.#isInTransaction = true;
    try {
      this.#options.store.transaction(change);
    } catch (error) {
      this.#timers.stop(run);
      reloadRun(run, this.#options.store.runs);
      this.#restoreDeadline(run);
      if (run.round?.state.kind === 'enrolling') this.#perform(run, { kind: 'start-enrolment-timer' });
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }

  #enter({ run, round, state, effects }: Entering, alongside: Alongside | undefined): void {
    const { store, clock, announce, onRoundOver } = this.#options;
    const isNewPhase = state.kind !== round.state.kind;
    if (effects.some((effect) => effect.kind === 'start-deadline'))
      round.closesAt = clock.monotonic() + run.charter.participation.deadlineSeconds * 1000;
    if (state.kind !== 'training') round.closesAt = null;
    alongside?.inTransaction();
    const remainingMs = this.#timers.remainingMs(round);
    store.runs.saveRound({ roundId: round.roundId, runId: run.record.runId, state, remainingMs });
    if (isNewPhase) store.members.nextVersion();
    round.state = state;
    alongside?.afterwards?.();
    if (isNewPhase) announce();
    for (const effect of effects) this.#perform(run, effect);
    if (isOver(state)) onRoundOver(round.roundId);
  }

  #perform(run: OpenRun, effect: HubRoundEffect): void {
    switch (effect.kind) {
      case 'start-enrolment-timer':
        this.#timers.startEnrolment(run, () => {
          this.#whenDue(run, { kind: 'enrolment-ended' });
        });
        return;
      case 'start-deadline':
        this.#timers.startDeadline(run, () => {
          this.#whenDue(run, { kind: 'deadline-passed' });
        });
        return;
      case 'stop-timers':
        this.#timers.stop(run);
        return;
      case 'aggregate':
        publishRound(this.#options, run, (event, alongside) => {
          this.apply(run, event, alongside);
        });
        return;
      case 'plan-next':
        this.#goOn(run, effect.again);
    }
  }

  /** Nobody waits for a timer's outcome: a full disk must neither end the process nor lose the event. */
  #whenDue(run: OpenRun, event: HubRoundEvent): void {
    try {
      this.apply(run, event);
    } catch (error) {
      this.#options.log.error('round.timer-failed', { event: event.kind, ...errorFields(error) });
      run.cancelTimer();
      run.cancelTimer = this.#options.clock.after(RETRY_MS, () => {
        this.#whenDue(run, event);
      });
    }
  }

  #goOn(run: OpenRun, again: boolean): void {
    if (run.status !== 'open') return;
    run.failures = again ? run.failures + 1 : 0;
    if (again) {
      this.#options.log.warn('round.failed', {
        runId: run.record.runId,
        index: run.committed,
        inARow: run.failures,
      });
      this.#timers.pauseAfterFailure(run, () => {
        this.#lookForMembers(run);
      });
    }
    this.#planRound(run);
  }

  #planRound(run: OpenRun): void {
    const { store, random } = this.#options;
    const roundId = newId(random, 'rnd', RoundId);
    const round: CurrentRound = { roundId, state: { kind: 'planned', index: run.committed }, closesAt: null };
    this.#inOneTransaction(run, () => {
      store.runs.saveRound({ roundId, runId: run.record.runId, state: round.state, remainingMs: null });
      store.members.nextVersion();
      run.round = round;
      this.#lookForMembers(run);
    });
  }

  #lookForMembers(run: OpenRun): void {
    const { round } = run;
    if (run.status !== 'open' || round === undefined || this.#timers.isPausing(run)) return;
    if (round.state.kind !== 'planned' && round.state.kind !== 'enrolling') return;
    this.apply(run, { kind: 'presence-changed', ...this.#options.attendance(run) });
  }

  #restoreDeadline(run: OpenRun): void {
    if (run.round?.state.kind !== 'training') return;
    this.#timers.restoreDeadline(run);
    this.#perform(run, { kind: 'start-deadline' });
  }
}

function requireAdvance(outcome: HubRoundAdvance): Extract<HubRoundAdvance, { kind: 'advanced' }> {
  if (outcome.kind === 'advanced') return outcome;
  throw new FailureError('round-closed', `The round does not take that now: ${outcome.reason}`);
}
