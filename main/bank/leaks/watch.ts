/** What the release gate knows of the leak tests; it never waits for them. */
import type { UpdateId } from '#shared/ids.ts';
import type { LeakReport } from '#shared/privacy/leak-view.ts';
import type { HeldUpdate } from '../review/store.ts';

export interface LeakWatch {
  /** An update waits for a person, or its round is one of those that show raw figures: tested by itself a moment later, unless something else began. */
  updateHeld(updateId: UpdateId): void;
  /** Ends what runs: training needs the machine. */
  trainingStarts(): void;
  /** The report on exactly the held bytes. */
  report(update: Pick<HeldUpdate, 'updateId' | 'header'>): LeakReport | undefined;
}
