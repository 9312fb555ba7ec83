/** Collects what changed and tells it at most ten times a second: a run of small rounds changes much, a screen draws little. */
import type { Clock } from '#main/platform/ports.ts';
import type { BankEvent, BankTopic } from '#shared/contract/bank.ts';

export interface Changes {
  note(...topics: readonly BankTopic[]): void;
  subscribe(listener: (event: BankEvent) => void): () => void;
  isWatched(): boolean;
  close(): void;
}

const INTERVAL_MS = 100;

export function createChanges(clock: Clock): Changes {
  const listeners = new Set<(event: BankEvent) => void>();
  const noted = new Set<BankTopic>();
  let cancel: (() => void) | undefined;
  const tell = (): void => {
    cancel = undefined;
    const event: BankEvent = { kind: 'changed', topics: [...noted] };
    noted.clear();
    for (const listener of listeners) listener(event);
  };
  return {
    note: (...topics) => {
      if (listeners.size === 0) return;
      for (const topic of topics) noted.add(topic);
      cancel ??= clock.after(INTERVAL_MS, tell);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    isWatched: () => listeners.size > 0,
    close: () => {
      cancel?.();
      listeners.clear();
    },
  };
}
