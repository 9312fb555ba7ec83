/** The end of a round that met its quorum: summed, stepped, signed and published. */
import { FailureError } from '#shared/failure.ts';
import { UtcTime } from '#shared/ids.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import type { HubRoundEvent } from '#shared/round/hub-round.ts';
import { errorFields } from '#main/platform/log.ts';
import type { Clock, Log } from '#main/platform/ports.ts';
import { digestOf, signStatement } from '#main/wire/identity.ts';
import type { HubKeys } from '../keys.ts';
import { requireConsortium } from '../members.ts';
import type { HubStore } from '../store/store.ts';
import { type AggregatedRound, aggregateRound } from './aggregate.ts';
import type { Alongside, OpenRun } from './open-run.ts';

export interface PublishOptions {
  readonly store: HubStore;
  readonly keys: HubKeys;
  readonly clock: Clock;
  readonly log: Log;
}

/** The entry, the checkpoint and the round's end belong together: one transaction (I5). */
export function publishRound(
  options: PublishOptions,
  run: OpenRun,
  apply: (event: HubRoundEvent, alongside?: Alongside) => void,
): void {
  const { store, keys } = options;
  const outcome = attempt(() => summed(options, run));
  if (outcome instanceof Error) {
    // Whatever the cause, the same bytes would fail again: the round ends here and all are told (I6).
    options.log.error('round.aggregation-failed', { runId: run.record.runId, ...errorFields(outcome) });
    const reason = outcome instanceof FailureError ? outcome.message : 'the sums could not be computed';
    apply({ kind: 'aggregation-failed', reason: reason.slice(0, 200) });
    return;
  }
  const { entry, sums, checkpoint, checkpointBytes } = outcome;
  const signed = { entry, hubSignature: signStatement(keys.hub.privateKey, 'checkpoint', entry) };
  const headHash = digestOf(signed);
  const isLast = entry.index + 1 === plannedRounds(run.charter);
  const { runId } = run.record;
  const inTransaction = (): void => {
    store.runs.publish(runId, { entry: signed, sums }, { checkpoint: checkpointBytes, headHash });
    if (isLast) store.runs.setStatus(runId, 'completed');
    const detail = `round ${String(entry.index + 1)}, ${String(entry.included.length)} banks, model ${entry.checkpointHash}`;
    store.audit.append({ actor: 'hub', action: 'round.published', detail });
  };
  const afterwards = (): void => {
    run.committed = entry.index + 1;
    run.checkpoint = checkpoint;
    run.checkpointHash = entry.checkpointHash;
    run.headHash = headHash;
    if (isLast) run.status = 'completed';
  };
  apply({ kind: 'checkpoint-published' }, { inTransaction, afterwards });
}

function summed({ store, clock }: PublishOptions, run: OpenRun): AggregatedRound {
  const { round } = run;
  if (round === undefined) throw new RangeError('a run without a round has nothing to publish');
  const updates = store.updates.committed(round.roundId).map((update) => {
    const payload = store.updates.payload(round.roundId, update.bankId);
    if (payload === undefined) throw new FailureError('store-damaged', 'A committed update has no payload');
    return { update, payload };
  });
  return aggregateRound({
    consortiumId: requireConsortium(store).id,
    runId: run.record.runId,
    roundId: round.roundId,
    charter: run.charter,
    charterHash: run.record.plan.plan.charterHash,
    checkpoint: run.checkpoint,
    baseHash: run.checkpointHash,
    previousHash: run.headHash,
    updates,
    publishedAt: UtcTime.parse(new Date(clock.now()).toISOString()),
  });
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new TypeError('something that is no error was thrown');
  }
}
