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
  const published = createPublishedQuality();
  return {
    of: ({ record, charter, committed }) => {
      const sumsOf = (index: number): PublishedSums | undefined => {
        const round = store.published(record.runId, index);
        if (round === undefined) return undefined;
        const { sumsHash, included } = round.entry.entry;
        return { sumsHash, sums: round.sums, banks: included.length };
      };
      return Array.from({ length: committed }, (_, version) => version).flatMap((version) => {
        const quality = published.of(charter, version, sumsOf);
        return quality === null ? [] : [{ version, ...quality }];
      });
    },
  };
}
