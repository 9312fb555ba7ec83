/** The scoring thread's side: one task from start to end, told apart from the thread it runs in. */
import { z } from 'zod';
import { Failure, isFailure } from '#shared/failure.ts';
import { connectStore } from '../../platform/sqlite/open.ts';
import { scoreRows, ScoringTask } from './score-rows.ts';

export const ScoringMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), share: z.number() }),
  z.object({ kind: z.literal('done'), rows: z.int() }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
]);
export type ScoringMessage = z.infer<typeof ScoringMessage>;

/** Posts how the task went and ended; throws only for a bug, which ends the thread. */
export function runScoring(data: unknown, post: (message: ScoringMessage) => void): void {
  const task = ScoringTask.parse(data);
  const store = connectStore(task.storeFile);
  try {
    const rows = scoreRows(store.database, task, (share) => {
      post({ kind: 'progress', share });
    });
    post({ kind: 'done', rows });
  } catch (error) {
    if (!isFailure(error)) throw error;
    post({ kind: 'failed', failure: error.toFailure() });
  } finally {
    store.close();
  }
}
