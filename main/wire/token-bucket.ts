/** A token bucket on the monotonic clock: how many calls one peer may make. */
import type { Clock } from '#main/platform/ports.ts';

export interface RateLimit {
  /** Calls that may come at once after a pause. */
  readonly burst: number;
  readonly perSecond: number;
}

/** A function that takes one token and says whether there was one. */
export function createTokenBucket(limit: RateLimit, clock: Pick<Clock, 'monotonic'>): () => boolean {
  let tokens = limit.burst;
  let filledAt = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    tokens = Math.min(limit.burst, tokens + ((now - filledAt) / 1000) * limit.perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
