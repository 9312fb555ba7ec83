/** What a published round says about the model it started from: the federation's PR-AUC, where its charter has one. */
import type { Charter } from '#shared/round/charter.ts';
import { hasEvaluation } from '#shared/round/evaluation.ts';
import type { FederationQuality } from '#shared/round/round-view.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { parameterCount } from '../model/layers.ts';
import { decodeSums } from '../recipes/sums.ts';
import { federationQuality } from './histogram-quality.ts';

export interface PublishedSums {
  /** SHA-256 of the sums: names what is remembered. */
  readonly sumsHash: string;
  readonly sums: Uint8Array;
  /** Banks in the sums. */
  readonly banks: number;
}

/** The published round with this index of a run; undefined while it is not published. */
export type PublishedRounds = (index: number) => PublishedSums | undefined;

export interface PublishedQuality {
  /**
   * Quality of a model version, from the round that started with it (of the same index). null where the charter has no
   * histogram of it, or not yet, or where the noise leaves no fraud in sight.
   */
  of(charter: Charter, version: number, rounds: PublishedRounds): FederationQuality | null;
}

/** Remembers what it computed: published sums never change. */
export function createPublishedQuality(): PublishedQuality {
  const known = new Map<string, FederationQuality | null>();
  return {
    of: (charter, version, rounds) => {
      if (!hasEvaluation(charter, version)) return null;
      const round = rounds(version);
      if (round === undefined) return null;
      const remembered = known.get(round.sumsHash);
      if (remembered !== undefined) return remembered;
      const quality = qualityOf(charter, version, round);
      known.set(round.sumsHash, quality);
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
