/** Waiting for what the backend does by itself: asked again and again, so that it works over every transport. */
import { sleep } from '#main/platform/clock.ts';
import type { Clock } from '#main/platform/ports.ts';

const EVERY_MS = 200;

/** The first answer that is not undefined. The caller's `ask` throws where nothing will come any more. */
export async function until<T>(clock: Clock, ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(clock, EVERY_MS);
  }
}
