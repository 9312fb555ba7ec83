/** Leak tests that never run, for tests that are about other things. */
import type { LeakWatch } from '../../main/bank/leaks/watch.ts';

export const noLeakTests: LeakWatch = {
  updateHeld: () => undefined,
  trainingStarts: () => undefined,
  report: () => undefined,
};
