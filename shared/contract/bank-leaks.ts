/** The bank's contract about leak tests on the held update. */
import { z } from 'zod';
import { UpdateId } from '../ids.ts';
import { LeakState, Rehearsal } from '../privacy/leak-view.ts';
import { command, query } from './define.ts';

const nothing = z.strictObject({});
const update = z.strictObject({ updateId: UpdateId });

export const leakMethods = {
  'leaks.state': query(update, LeakState),
  /** Runs the tests again; a running one goes on. */
  'leaks.run': command(update, nothing),
  'leaks.stop': command(update, nothing),
  /** Attacks an update of `batch` rows of the same data made without noise. Nothing of it can be sent. */
  'leaks.rehearse': command(update.extend({ batch: z.int().min(1).max(256) }), Rehearsal),
} as const;
