/** How good the run's models are over all banks: from published sums of noisy score histograms, never from one bank's. */
import { createPublishedQuality, type PublishedSums } from '#main/learning/evaluate/published-quality.ts';
import type { VersionQuality } from '#shared/contract/hub.ts';
import type { RunStore } from '../store/runs.ts';
import type { OpenRun } from './open-run.ts';

export interface RunQuality {
  /** In the order of versions; empty where the charter has no histograms. */
  of(run: Pick<OpenRun, 'record' | 'charter' | 'committed'>): readonly VersionQuality[];
}

export function createRunQuality(store: Pick<RunStore, 'published'>): RunQuality {
  const quality = createPublishedQuality();
  return {
    of: ({ record: { runId }, charter, committed }) => {
      const published = (index: number): PublishedSums | undefined => {
        const round = store.published(runId, index);
        return round && { sums: round.sums, banks: round.entry.entry.included.length };
      };
      return Array.from({ length: committed }, (_, version) => version).flatMap((version) => {
        const found = quality.of({ runId, charter, published }, version);
        return found === null ? [] : [{ version, ...found }];
      });
    },
  };
}
