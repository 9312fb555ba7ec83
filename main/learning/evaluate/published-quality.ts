/** What a published round says about the model it started from: the federation's PR-AUC, where its charter has one. */
import type { Charter } from '#shared/round/charter.ts';
import { hasEvaluation } from '#shared/round/evaluation.ts';
import type { FederationQuality } from '#shared/round/round-view.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { parameterCount } from '../model/layers.ts';
import { decodeSums } from '../recipes/sums.ts';
import { federationQuality } from './histogram-quality.ts';

export interface PublishedSums {
  readonly sums: Uint8Array;
  /** Banks in the sums. */
  readonly banks: number;
}

export interface JudgedRun {
  readonly runId: string;
  readonly charter: Charter;
  /** The published round with this index; undefined while it is not published. */
  readonly published: (index: number) => PublishedSums | undefined;
}

export interface PublishedQuality {
  /**
   * Quality of a model version, from the round that started with it (of the same index). null where the charter has no
   * histogram of it, or not yet, or where the noise leaves no fraud in sight.
   */
  of(run: JudgedRun, version: number): FederationQuality | null;
}

/** Remembers what it computed: what is published never changes. */
export function createPublishedQuality(): PublishedQuality {
  const known = new Map<string, FederationQuality | null>();
  return {
    of: ({ runId, charter, published }, version) => {
      if (!hasEvaluation(charter, version)) return null;
      const key = `${runId}/${String(version)}`;
      const remembered = known.get(key);
      if (remembered !== undefined) return remembered;
      const round = published(version);
      if (round === undefined) return null;
      const quality = qualityOf(charter, version, round);
      known.set(key, quality);
      return quality;
    },
  };
}

function qualityOf(
  charter: Charter,
  index: number,
  { sums, banks }: PublishedSums,
): FederationQuality | null {
  const { histogram } = charter.evaluation;
  const decoded = decodeSums(updateLayout(charter, parameterCount(charter.model.layers), index), sums);
  if (histogram.kind === 'off' || decoded.kind === 'refused' || decoded.vectors.evaluation === null)
    return null;
  const { noiseStandardDeviation } = histogram;
  return federationQuality(decoded.vectors.evaluation, { banks, noiseStandardDeviation });
}
