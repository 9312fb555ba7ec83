/**
 * Recomputes a published round (I8): the sums from the open payloads where the charter has them, and from the sums the
 * model, bit for bit. Pure but for hashing.
 */
import { digestOf } from '#main/wire/identity.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import {
  type Checkpoint,
  initialCheckpoint,
  serialiseCheckpoint,
} from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, decodeSums, emptySums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate, type IntegerVectors } from '#main/learning/recipes/update-codec.ts';
import type { CheckpointEntry } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { Digest } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { updateLayout, type VectorLayout } from '#shared/round/update-layout.ts';
import type { SumCheck } from './store/records.ts';

export interface PublishedRound {
  readonly charter: Charter;
  /** The verified model that the round started from. */
  readonly checkpoint: Checkpoint;
  readonly entry: CheckpointEntry;
  readonly sums: Uint8Array;
  /** Payloads by their hash; looked at where the charter has open payloads. */
  readonly payloads: ReadonlyMap<Digest, Uint8Array>;
}

export interface ReplayedRound {
  readonly checkpoint: Checkpoint;
  readonly bytes: Uint8Array;
  readonly checkpointHash: Digest;
  readonly sumCheck: SumCheck;
}

export function firstModel(charter: Charter): { readonly checkpoint: Checkpoint; readonly hash: Digest } {
  const checkpoint = initialCheckpoint(charter);
  return { checkpoint, hash: digestOf(serialiseCheckpoint(checkpoint)) };
}

/** The model after the round. Throws `checkpoint-invalid` where anything published does not follow. */
export function replayRound(round: PublishedRound): ReplayedRound {
  const { charter, checkpoint, entry } = round;
  const layout = updateLayout(charter, parameterCount(charter.model.layers), checkpoint.round);
  if (digestOf(round.sums) !== entry.sumsHash)
    throw invalid(entry, 'the sums do not have the published hash');
  const decoded = decodeSums(layout, round.sums);
  if (decoded.kind === 'refused') throw invalid(entry, 'the sums do not have the layout of the charter');
  if (charter.openPayloads && !isSameSums(layout, decoded.vectors, addUp(layout, round)))
    throw invalid(entry, 'the sums are not those of the signed updates');
  const included = entry.included.map(({ tier, update }) => ({ bankId: update.header.bankId, tier }));
  const next = stepFromSums({ charter, checkpoint, sums: decoded.vectors, included });
  const bytes = serialiseCheckpoint(next);
  const checkpointHash = digestOf(bytes);
  if (checkpointHash !== entry.checkpointHash)
    throw invalid(entry, 'the published model does not follow from the sums');
  return {
    checkpoint: next,
    bytes,
    checkpointHash,
    sumCheck: charter.openPayloads ? 'recomputed' : 'hub-word',
  };
}

function addUp(layout: readonly VectorLayout[], { entry, payloads }: PublishedRound): IntegerVectors {
  let sums = emptySums(layout);
  for (const { tier, update } of entry.included) {
    const { payloadHash, bankId } = update.header;
    const bytes = payloads.get(payloadHash);
    if (bytes === undefined || digestOf(bytes) !== payloadHash)
      throw invalid(entry, `the signed update of ${bankId} is not passed on`);
    const decoded = decodeUpdate(layout, bytes);
    if (decoded.kind === 'refused')
      throw invalid(entry, `the update of ${bankId} breaks the charter's layout`);
    sums = addToSums(sums, decoded.vectors, tier);
  }
  return sums;
}

function isSameSums(layout: readonly VectorLayout[], a: IntegerVectors, b: IntegerVectors): boolean {
  return layout.every(({ name }) => {
    const [left, right] = [a[name], b[name]];
    return left !== null && right !== null && left.every((value, i) => value === right[i]);
  });
}

function invalid(entry: CheckpointEntry, problem: string): FailureError {
  return new FailureError('checkpoint-invalid', `Published round ${String(entry.index + 1)}: ${problem}`, {
    index: entry.index,
  });
}
