/** Undo: countdowns that live in memory only, so that a quit or a crash before the end means not released. */
import type { Clock } from '#main/platform/ports.ts';
import type { UpdateId } from '#shared/ids.ts';

export interface Countdowns {
  start(updateId: UpdateId, delayMs: number, action: () => void): void;
  cancel(updateId: UpdateId): void;
  /** Milliseconds left, or null when none runs. */
  remaining(updateId: UpdateId): number | null;
  /** Ends them all: what counted down is not released. */
  cancelAll(): void;
}

export function createCountdowns(clock: Clock): Countdowns {
  const running = new Map<UpdateId, { readonly dueAt: number; readonly cancel: () => void }>();
  return {
    start: (updateId, delayMs, action) => {
      const cancel = clock.after(delayMs, () => {
        running.delete(updateId);
        action();
      });
      running.set(updateId, { dueAt: clock.monotonic() + delayMs, cancel });
    },
    cancel: (updateId) => {
      running.get(updateId)?.cancel();
      running.delete(updateId);
    },
    remaining: (updateId) => {
      const countdown = running.get(updateId);
      return countdown === undefined ? null : Math.max(0, countdown.dueAt - clock.monotonic());
    },
    cancelAll: () => {
      for (const countdown of running.values()) countdown.cancel();
      running.clear();
    },
  };
}
