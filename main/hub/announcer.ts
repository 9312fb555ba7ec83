/** Tells banks and the operator's screens that something changed; bursts become one signal. */
import type { HubEvent } from '#shared/contract/hub.ts';
import type { Clock } from '#main/platform/ports.ts';

export interface Announcer {
  /** At the end of this turn of the event loop: what changed together is told once. */
  readonly now: () => void;
  /** For what nobody waits for, such as a count of updates. */
  readonly soon: () => void;
  readonly subscribe: (listener: (event: HubEvent) => void) => () => void;
  close(): void;
}

const SOON_MS = 500;

export function createAnnouncer(options: {
  readonly clock: Clock;
  readonly announce: () => void;
}): Announcer {
  const listeners = new Set<(event: HubEvent) => void>();
  let isWaiting = false;
  let cancelSoon: (() => void) | undefined;
  const tell = (): void => {
    isWaiting = false;
    cancelSoon?.();
    cancelSoon = undefined;
    options.announce();
    for (const listener of listeners) listener({ kind: 'changed' });
  };
  return {
    now: () => {
      if (isWaiting) return;
      isWaiting = true;
      queueMicrotask(tell);
    },
    soon: () => {
      cancelSoon ??= options.clock.after(SOON_MS, tell);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      cancelSoon?.();
      listeners.clear();
    },
  };
}
