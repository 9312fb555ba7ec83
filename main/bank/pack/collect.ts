/** Gathers what a pack holds from the bank's stores. Reads only; leaves out notes unless asked, and every raw figure always. */
import type { AuditEntry } from '#main/platform/sqlite/audit-log.ts';
import { z } from 'zod';
import type { BankId, PublicKeyHex, RunId, UpdateId, UtcTime } from '#shared/ids.ts';
import type { LedgerRow } from '../privacy/chain.ts';
import type { RoundsStore, RunRecord } from '../rounds/store/records.ts';
import type { Evidence, ScopeEvidence, UpdateEvidence } from '../store/evidence.ts';
import type { SignatureStore } from '../store/review-signatures.ts';
import type { Pack, PackAuditEntry, PackConsortium, PackRun, PackScope, PackUpdate } from './format.ts';
import { publicLedger } from './public-chain.ts';

export interface PackSources {
  readonly rounds: Pick<RoundsStore, 'runs' | 'members' | 'log'>;
  readonly evidence: Evidence;
  readonly signatures: Pick<SignatureStore, 'of'>;
  readonly ledger: readonly LedgerRow[];
  readonly audit: readonly AuditEntry[];
  readonly bank: { readonly name: string; readonly bankId: BankId | null; readonly publicKey: PublicKeyHex };
  readonly consortium: PackConsortium | null;
  readonly madeBy: string;
}

export interface PackChoice {
  /** null: every run. */
  readonly run: RunId | null;
  readonly withNotes: boolean;
  readonly madeAt: UtcTime;
}

export function collectPack(sources: PackSources, { run, withNotes, madeAt }: PackChoice): Pack {
  const { evidence, bank, consortium, madeBy } = sources;
  const runs = sources.rounds.runs().filter(({ runId }) => run === null || runId === run);
  const updates = evidence.updates().filter(({ runId }) => run === null || runId === run);
  const note = (text: string): string | null => (withNotes ? text : null);
  return {
    format: 'parley/pack/1',
    ...{ madeAt, madeBy, run, bank, consortium },
    notes: withNotes ? 'included' : 'left-out',
    runs: runs.map((one) => packRun(sources, one)),
    updates: updates.map((update) => packUpdate(update, sources.signatures, note)),
    scopes: runs.flatMap(({ runId }) => evidence.scopes(runId)).map(packScope),
    ledger: publicLedger(sources.ledger),
    audit: sources.audit.map((entry) => packAudit(entry, withNotes)),
  };
}

function packRun({ rounds }: PackSources, { runId, plan, status, membership }: RunRecord): PackRun {
  const log = rounds.log(runId).map(({ entry }) => entry);
  return { plan, status, membership, members: rounds.members(runId), log };
}

type NoteOf = (text: string) => string | null;

function packUpdate(
  { index, createdAt, header, charge, decision, release, updateId }: UpdateEvidence,
  signatures: Pick<SignatureStore, 'of'>,
  note: NoteOf,
): PackUpdate {
  return {
    ...{ index, heldAt: createdAt, header, charge },
    decision: decision === null ? null : { ...decision, note: note(decision.note) },
    release:
      release === null
        ? null
        : {
            approval: release.approval,
            signature: release.signed.signature,
            source: release.source,
            scope: release.scopeNumber,
            receipt: release.receipt,
            reviews: reviewsOf(updateId, signatures, note),
          },
  };
}

function reviewsOf(updateId: UpdateId, signatures: Pick<SignatureStore, 'of'>, note: NoteOf) {
  return signatures
    .of(updateId)
    .map(({ scope, note: text, signed }) => ({ scope, note: note(text), signed }));
}

function packScope(scope: ScopeEvidence): PackScope {
  const { number, runId, source, reviewUpdateId, firstIndex, rounds, limits, hold, epsilons, state } = scope;
  const covered = scope.covered.map(({ roundId, index, figures, sent }) => ({
    ...{ roundId, index, sent },
    figures,
  }));
  return {
    number,
    runId,
    source,
    reviewUpdateId,
    firstIndex,
    rounds,
    limits,
    hold,
    epsilons,
    state,
    covered,
  };
}

const WithNote = z.string().transform((text) => {
  const { success } = z.looseObject({ note: z.string().min(1) }).safeParse(JSON.parse(text));
  return success;
});

/** Commands of earlier versions recorded the note; an entry without its detail still links the chain. */
function packAudit(
  { sequence, at, actor, action, detail, hash }: AuditEntry,
  withNotes: boolean,
): PackAuditEntry {
  const isShown = withNotes || !action.startsWith('review.') || !WithNote.parse(detail);
  return { sequence, at, actor, action, detail: isShown ? detail : null, hash };
}
