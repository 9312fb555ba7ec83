/**
 * The newest verified model of each run: fetches what the hub published, checks it against this bank's own head, recomputes
 * it and adopts it with the end of this bank's part in the round, in one commit. A late bank replays from the public seed.
 */
import { parseCheckpoint, type Checkpoint } from '#main/learning/recipes/checkpoint.ts';
import { digestOf } from '#main/wire/identity.ts';
import type { CheckpointEntry, SignedCheckpointEntry } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankId, Digest, RunId } from '#shared/ids.ts';
import { utcNow } from '../review/gate-ports.ts';
import { fetchBlob } from './blobs.ts';
import { modelAlarms } from './health.ts';
import { firstModel, type ReplayedRound, replayRound } from './replay.ts';
import { endOutboxOf } from './outbox-end.ts';
import type { HubSession, RoundsPorts } from './rounds-ports.ts';
import type { RunRecord, SumCheck } from './store/records.ts';
import { entryHash, planHash, type RosterKeys, verifyEntry } from './verify.ts';

export interface ModelHead {
  /** Committed rounds behind it. */
  readonly version: number;
  readonly checkpoint: Checkpoint;
  readonly checkpointHash: Digest;
  /** What the next entry has to name as its predecessor. */
  readonly previousHash: Digest;
  readonly sumCheck: SumCheck;
  readonly alarms: readonly string[];
}

export interface Models {
  head(run: RunRecord): ModelHead;
  /** Adopts every round that the hub has committed beyond the head. Throws `checkpoint-invalid` or `signature-invalid`. */
  catchUp(run: RunRecord, hub: PublishedLog): Promise<void>;
}

export interface PublishedLog {
  readonly session: HubSession;
  readonly committed: number;
  readonly keys: RosterKeys;
  readonly tiers: ReadonlyMap<BankId, number>;
}

/** Sums and payloads of ordinary models come with the entry; larger ones as blobs. */
const INLINE_LIMIT = 8 * 1024 * 1024;

export function createModels(ports: RoundsPorts): Models {
  const heads = new Map<RunId, ModelHead>();
  const head = (run: RunRecord): ModelHead => {
    const known = heads.get(run.runId) ?? storedHead(ports, run);
    heads.set(run.runId, known);
    return known;
  };
  return {
    head,
    catchUp: async (run, log) => {
      if (log.committed < head(run).version)
        throw new FailureError('checkpoint-invalid', 'The hub forgot rounds that it had published', {
          published: head(run).version,
          named: log.committed,
        });
      while (head(run).version < log.committed) {
        const next = await fetchAndReplay(run, head(run), log);
        heads.set(run.runId, adopt(ports, { run, before: head(run), ...next }));
        ports.adopted(run.runId);
        ports.changed('runs', 'models', 'review');
      }
    },
  };
}

/** The head as it was adopted; the stored bytes must have the hash of the last verified entry. */
function storedHead(ports: RoundsPorts, run: RunRecord): ModelHead {
  const { charter } = run.plan.plan;
  const first = firstModel(charter);
  if (run.version === 0)
    return {
      version: 0,
      checkpoint: first.checkpoint,
      checkpointHash: first.hash,
      previousHash: planHash(run.plan),
      sumCheck: 'none',
      alarms: [],
    };
  const entry = ports.store.logEntry(run.runId, run.version - 1);
  const bytes = ports.store.checkpoint(run.runId);
  if (entry === undefined || bytes === undefined || digestOf(bytes) !== entry.checkpointHash)
    throw new FailureError('store-damaged', 'The stored model is not the one that was verified', {
      runId: run.runId,
      version: run.version,
    });
  return {
    version: run.version,
    checkpoint: parseCheckpoint(bytes),
    checkpointHash: entry.checkpointHash,
    previousHash: entry.hash,
    sumCheck: run.sumCheck,
    alarms: run.alarms,
  };
}

interface Fetched {
  readonly signed: SignedCheckpointEntry;
  readonly sums: Uint8Array;
  readonly replayed: ReplayedRound;
}

async function fetchAndReplay(run: RunRecord, head: ModelHead, log: PublishedLog): Promise<Fetched> {
  const { charter } = run.plan.plan;
  const { calls, trust } = log.session;
  const answer = await calls.roundResult({
    runId: run.runId,
    index: head.version,
    inlineLimit: INLINE_LIMIT,
  });
  const expected = { index: head.version, previousHash: head.previousHash, baseHash: head.checkpointHash };
  const { charterHash, runId } = run;
  verifyEntry(
    answer.entry,
    { runId, charter, charterHash, head: expected, keys: log.keys, tiers: log.tiers },
    trust,
  );
  const { entry } = answer.entry;
  const sums = answer.sums ?? (await fetchBlob(calls, entry.sumsHash));
  const payloads = new Map<Digest, Uint8Array>(
    answer.payloads.map((one) => [one.payloadHash, one.bytes] as const),
  );
  if (charter.openPayloads) {
    for (const { update } of entry.included) {
      const { payloadHash } = update.header;
      if (!payloads.has(payloadHash)) payloads.set(payloadHash, await fetchBlob(calls, payloadHash));
    }
  }
  const replayed = replayRound({ charter, checkpoint: head.checkpoint, entry, sums, payloads });
  return { signed: answer.entry, sums, replayed };
}

interface Adoption extends Fetched {
  readonly run: RunRecord;
  readonly before: ModelHead;
}

/** Entry, model and the end of this bank's part in the round: one commit. */
function adopt(ports: RoundsPorts, { run, before, signed, sums, replayed }: Adoption): ModelHead {
  const { entry } = signed;
  const included = requireOwnUpdate(ports, entry);
  const alarms = modelAlarms(run.plan.plan.charter, before.checkpoint.weights, replayed.checkpoint.weights);
  const hash = entryHash(signed);
  ports.transact(() => {
    ports.store.appendEntry(
      {
        runId: run.runId,
        index: entry.index,
        roundId: entry.roundId,
        entry: signed,
        hash,
        checkpointHash: replayed.checkpointHash,
        included,
        banks: entry.included.length,
        sums,
        adoptedAt: utcNow(ports.clock),
      },
      { checkpoint: replayed.bytes, sumCheck: replayed.sumCheck, alarms },
    );
    if (ports.participations.get(entry.roundId) !== undefined)
      ports.gate.roundEvent(entry.roundId, { kind: 'round-published', included });
    endOutboxOf(ports, entry.roundId);
  });
  return {
    version: entry.index + 1,
    checkpoint: replayed.checkpoint,
    checkpointHash: replayed.checkpointHash,
    previousHash: hash,
    sumCheck: replayed.sumCheck,
    alarms,
  };
}

/** Whether this bank's update is in the sums; if so it must be the very one that was released here (I4, I5). */
function requireOwnUpdate(ports: RoundsPorts, entry: CheckpointEntry): boolean {
  const { bankId } = ports.identity();
  const own = entry.included.find(({ update }) => update.header.bankId === bankId);
  if (own === undefined) return false;
  const { updateId, payloadHash } = own.update.header;
  const approval = ports.review.release(updateId)?.approval;
  if (approval?.payloadHash === payloadHash && approval.roundId === entry.roundId) return true;
  throw new FailureError('checkpoint-invalid', 'The hub counts an update that this bank did not release', {
    updateId,
    roundId: entry.roundId,
  });
}
