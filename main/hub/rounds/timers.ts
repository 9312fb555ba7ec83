/** The clocks of a round: enrolment, deadline, and the pause after a failure. All monotonic (I13). */
import type { RoundId } from '#shared/ids.ts';
import { errorFields } from '#main/platform/log.ts';
import type { Clock, Log } from '#main/platform/ports.ts';
import type { RunStore } from '../store/runs.ts';
import type { CurrentRound, OpenRun } from './open-run.ts';

/** What is left of a deadline is noted this often: a crash gives a round at most that much more time. */
const NOTE_EVERY_MS = 5000;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

export interface RoundTimers {
  startEnrolment(run: OpenRun, action: () => void): void;
  startDeadline(run: OpenRun, action: () => void): void;
  /** Sets the time that was left when it was last noted. */
  restoreDeadline(run: OpenRun): void;
  stop(run: OpenRun): void;
  readonly remainingMs: (round: CurrentRound) => number | null;
  /** A round that failed is tried again after a pause that doubles, so that refusing banks cause no storm. */
  pauseAfterFailure(run: OpenRun, action: () => void): void;
  isPausing(run: OpenRun): boolean;
  close(): void;
}

export function createRoundTimers(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  store: Pick<RunStore, 'noteRemaining' | 'newestRound'>,
): RoundTimers {
  const notes = new Map<RoundId, () => void>();
  const pauses = new Map<OpenRun, () => void>();
  const remainingMs = (round: CurrentRound): number | null =>
    round.closesAt === null ? null : Math.max(0, round.closesAt - clock.monotonic());
  const stop = (run: OpenRun): void => {
    run.cancelTimer();
    run.cancelTimer = () => undefined;
    if (run.round === undefined) return;
    notes.get(run.round.roundId)?.();
    notes.delete(run.round.roundId);
  };
  const noteRegularly = (round: CurrentRound): void => {
    const cancel = clock.after(NOTE_EVERY_MS, () => {
      try {
        store.noteRemaining(round.roundId, remainingMs(round));
      } catch (error) {
        // The next note will do: a crash until then gives the round that much more time.
        log.warn('round.note-failed', errorFields(error));
      }
      noteRegularly(round);
    });
    notes.set(round.roundId, cancel);
  };
  return {
    remainingMs,
    stop,
    startEnrolment: (run, action) => {
      run.cancelTimer = clock.after(run.charter.participation.enrolSeconds * 1000, action);
    },
    startDeadline: (run, action) => {
      const { round } = run;
      if (round === undefined) return;
      run.cancelTimer = clock.after(remainingMs(round) ?? 0, action);
      noteRegularly(round);
    },
    restoreDeadline: (run) => {
      const stored = store.newestRound(run.record.runId);
      if (run.round !== undefined) run.round.closesAt = clock.monotonic() + (stored?.remainingMs ?? 0);
    },
    pauseAfterFailure: (run, action) => {
      const delay = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** (run.failures - 1));
      const cancel = clock.after(delay, () => {
        pauses.delete(run);
        action();
      });
      pauses.set(run, cancel);
    },
    isPausing: (run) => pauses.has(run),
    close: () => {
      for (const cancel of [...pauses.values(), ...notes.values()]) cancel();
      pauses.clear();
      notes.clear();
    },
  };
}
