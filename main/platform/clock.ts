/** The real clock. Timers are split, since Node fires a delay above 2^31 − 1 ms at once. */
import type { Clock } from './ports.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, action) => {
    const dueMs = performance.now() + delayMs;
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      const leftMs = dueMs - performance.now();
      // A timer may fire a fraction of a millisecond early; that is not worth another one.
      if (leftMs < 1 && timer !== undefined) action();
      else timer = setTimeout(wait, Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS));
    };
    wait();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `delayMs`. */
export function sleep(clock: Pick<Clock, 'after'>, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
