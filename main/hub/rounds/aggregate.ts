/** From the committed updates of a round to the signed entry: exact integer sums and the public server step. Pure. */
import type { CheckpointEntry, Inclusion } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { ConsortiumId, Digest, RoundId, RunId, UtcTime } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { type Checkpoint, serialiseCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, emptySums, encodeSums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { digestOf } from '#main/wire/identity.ts';
import type { CommittedUpdate } from '../store/updates.ts';

export interface RoundToAggregate {
  readonly consortiumId: ConsortiumId;
  readonly runId: RunId;
  readonly roundId: RoundId;
  readonly charter: Charter;
  readonly charterHash: Digest;
  readonly checkpoint: Checkpoint;
  readonly baseHash: Digest;
  /** Head of the log: hash of the entry before, or of the signed plan. */
  readonly previousHash: Digest;
  /** In the order of bank ids, which is the order of the published list. */
  readonly updates: readonly { readonly update: CommittedUpdate; readonly payload: Uint8Array }[];
  readonly publishedAt: UtcTime;
}

export interface AggregatedRound {
  readonly entry: CheckpointEntry;
  readonly sums: Uint8Array<ArrayBuffer>;
  readonly checkpoint: Checkpoint;
  readonly checkpointBytes: Uint8Array<ArrayBuffer>;
}

/** Throws 'charter-invalid' when a sum leaves 2^53 or the model is not finite: the round fails, nothing is published. */
export function aggregateRound(round: RoundToAggregate): AggregatedRound {
  const { charter, checkpoint } = round;
  const layout = updateLayout(charter, checkpoint.weights.length, checkpoint.round);
  let sums = emptySums(layout);
  for (const { update, payload } of round.updates) {
    const decoded = decodeUpdate(layout, payload);
    if (decoded.kind === 'refused')
      throw new FailureError('store-damaged', `The stored update ${update.updateId} no longer decodes`);
    sums = addToSums(sums, decoded.vectors, update.tier);
  }
  const included: readonly Inclusion[] = round.updates.map(({ update }) => ({
    tier: update.tier,
    update: update.signed,
  }));
  const banks = included.map(({ tier, update }) => ({ bankId: update.header.bankId, tier }));
  const next = stepFromSums({ charter, checkpoint, sums, included: banks });
  requireFinite(next);
  const checkpointBytes = serialiseCheckpoint(next);
  const sumBytes = encodeSums(layout, sums);
  return {
    entry: {
      consortiumId: round.consortiumId,
      runId: round.runId,
      roundId: round.roundId,
      index: checkpoint.round,
      previousHash: round.previousHash,
      charterHash: round.charterHash,
      baseHash: round.baseHash,
      checkpointHash: digestOf(checkpointBytes),
      sumsHash: digestOf(sumBytes),
      included: [...included],
      publishedAt: round.publishedAt,
    },
    sums: sumBytes,
    checkpoint: next,
    checkpointBytes,
  };
}

/** A learning rate or a bound that is far too large: no bank could train on from such a model. */
function requireFinite({ weights, momentum, secondMoment }: Checkpoint): void {
  for (const vector of [weights, momentum, secondMoment])
    if (!vector.every((value) => Number.isFinite(value)))
      throw new FailureError(
        'charter-invalid',
        'The model would no longer be finite: lower the learning rate',
      );
}
