/**
 * The published rounds as this bank keeps them, from the public seed to the newest model: every signature, every link, and
 * every model computed again from the published sums (I5, I8). Not the sums from the payloads: those are not kept.
 */
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import type { SignedCheckpointEntry } from '#shared/contract/federation.ts';
import { FailureError, isFailure } from '#shared/failure.ts';
import type { BankId, ConsortiumId, Digest, PublicKeyHex } from '#shared/ids.ts';
import { firstModel, replayRound } from '../rounds/replay.ts';
import type { RoundsStore, RunRecord } from '../rounds/store/records.ts';
import {
  entryHash,
  type LogHead,
  planHash,
  type RosterKeys,
  type Trust,
  verifyEntry,
  verifyPlan,
  verifyRosterEntry,
} from '../rounds/verify.ts';

export interface KnownConsortium {
  readonly id: ConsortiumId;
  readonly operatorKey: PublicKeyHex;
  /** Every key that spoke for the hub, oldest first. */
  readonly hubKeys: readonly PublicKeyHex[];
}

type KeptRounds = Pick<RoundsStore, 'roster' | 'runs' | 'members' | 'log' | 'checkpoint'>;

export type RoundsVerdict =
  | { readonly kind: 'verified'; readonly runs: number; readonly rounds: number }
  | { readonly kind: 'broken'; readonly reason: string };

export function verifyRounds(store: KeptRounds, consortium: KnownConsortium | undefined): RoundsVerdict {
  if (consortium === undefined) return { kind: 'verified', runs: 0, rounds: 0 };
  const runs = store.runs();
  try {
    const keys = rosterKeys(store, consortium);
    const rounds = runs.reduce((sum, run) => sum + replayRun(store, run, { consortium, keys }), 0);
    return { kind: 'verified', runs: runs.length, rounds };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { kind: 'broken', reason: error.message };
  }
}

function rosterKeys(store: Pick<KeptRounds, 'roster'>, consortium: KnownConsortium): RosterKeys {
  const entries = store.roster();
  for (const signed of entries) verifyRosterEntry(signed, trustOf(consortium, consortium.operatorKey));
  return new Map(entries.map(({ entry }) => [entry.bankId, entry.publicKey] as const));
}

interface Known {
  readonly consortium: KnownConsortium;
  readonly keys: RosterKeys;
}

/** Rounds replayed. Throws `checkpoint-invalid`, `signature-invalid` or `charter-mismatch` at the first that fails. */
function replayRun(store: KeptRounds, run: RunRecord, { consortium, keys }: Known): number {
  const { plan, runId, charterHash } = run;
  const { charter } = plan.plan;
  verifyPlan(plan, { runId, charterHash }, trustOf(consortium, consortium.operatorKey));
  const tiers = new Map<BankId, number>(
    store.members(runId).map(({ membership }) => [membership.bankId, membership.tier] as const),
  );
  // The payloads are not kept, so a later replay starts from the published sums.
  const fromSums = { ...charter, openPayloads: false };
  let { checkpoint, hash: baseHash } = firstModel(charter);
  let head: LogHead = { index: 0, previousHash: planHash(plan), baseHash };
  const log = store.log(runId);
  for (const { entry: signed, sums } of log) {
    const expected = { runId, charter, charterHash, head, keys, tiers };
    verifyEntry(signed, expected, trustOf(consortium, signerOf(signed, consortium)));
    const next = replayRound({
      charter: fromSums,
      checkpoint,
      entry: signed.entry,
      sums,
      payloads: new Map(),
    });
    ({ checkpoint, checkpointHash: baseHash } = next);
    head = { index: head.index + 1, previousHash: entryHash(signed), baseHash };
  }
  if (log.length > 0) requireNewest(store, run, baseHash);
  return log.length;
}

function trustOf({ id, operatorKey }: KnownConsortium, hubKey: PublicKeyHex): Trust {
  return { consortiumId: id, operatorKey, hubKey };
}

/** The hub's key may have been replaced in mid-run: the one that verifies; where none does, the check that follows says so. */
function signerOf({ entry, hubSignature }: SignedCheckpointEntry, consortium: KnownConsortium): PublicKeyHex {
  const signed = { document: entry, signature: hubSignature };
  const signer = consortium.hubKeys.find((key) => verifyStatement(key, 'checkpoint', signed));
  return signer ?? consortium.operatorKey;
}

function requireNewest(store: Pick<KeptRounds, 'checkpoint'>, { runId }: RunRecord, hash: Digest): void {
  const bytes = store.checkpoint(runId);
  if (bytes !== undefined && digestOf(bytes) === hash) return;
  throw new FailureError(
    'checkpoint-invalid',
    `The kept model of ${runId} is not the one its rounds lead to`,
  );
}
