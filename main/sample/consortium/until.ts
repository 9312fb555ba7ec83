/** Waiting for a state that another process reaches, by asking; bounded in time. */
import { FailureError } from '#shared/failure.ts';
import { sleep } from '../../platform/clock.ts';
import type { Clock } from '../../platform/ports.ts';

export interface Wait {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** What is waited for, for the failure's sentence. */
  readonly what: string;
}

/** Asks until `probe` answers something; FailureError 'hub-unreachable' names what did not come in time. */
export async function until<T>(probe: () => Promise<T | undefined>, wait: Wait): Promise<T> {
  const end = wait.clock.monotonic() + wait.timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (wait.clock.monotonic() > end) {
      throw new FailureError(
        'hub-unreachable',
        `${wait.what} did not happen within ${String(wait.timeoutMs / 1000)} s`,
      );
    }
    await sleep(wait.clock, wait.everyMs);
  }
}
