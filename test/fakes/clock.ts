/** A clock that stands still until told: timers fire in the order of their time. */
import type { Clock } from '../../main/platform/ports.ts';

export interface FakeClock extends Clock {
  /** Moves both clocks on and fires what falls due, also timers that those start. */
  advance(byMs: number): void;
  /** Moves the wall clock alone, as a person or NTP would. */
  setWallClock(ms: number): void;
  /** Timers that still wait. */
  pending(): number;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly action: () => void;
}

export function fakeClock(startMs = Date.UTC(2026, 10, 24, 9, 30)): FakeClock {
  let wallMs = startMs;
  let monotonicMs = 0;
  let order = 0;
  const timers = new Set<Timer>();

  const nextDue = (untilMs: number): Timer | undefined =>
    [...timers]
      .filter((timer) => timer.dueMs <= untilMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  const moveTo = (ms: number): void => {
    wallMs += ms - monotonicMs;
    monotonicMs = ms;
  };

  return {
    now: () => wallMs,
    monotonic: () => monotonicMs,
    after: (delayMs, action) => {
      const timer = { dueMs: monotonicMs + Math.max(0, delayMs), order: order++, action };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance: (byMs) => {
      const untilMs = monotonicMs + byMs;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        moveTo(timer.dueMs);
        timer.action();
      }
      moveTo(untilMs);
    },
    setWallClock: (ms) => {
      wallMs = ms;
    },
    pending: () => timers.size,
  };
}
