/** Everything that was ever held, decided and released, in SQL: read whole for verification and for a pack, never written. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedReceipt, SignedUpdateHeader, UpdateHeader } from '#shared/contract/federation.ts';
import { RoundId, RunId, UpdateId, UtcTime } from '#shared/ids.ts';
import { Approval, ChargeRecord } from '../review/approval.ts';
import { openScopeStore, type ScopeRecord, type ScopeRound } from './scopes.ts';

export interface UpdateEvidence {
  readonly updateId: UpdateId;
  readonly roundId: RoundId;
  readonly runId: RunId;
  /** Committed rounds before the one it was made for. */
  readonly index: number;
  readonly createdAt: UtcTime;
  readonly header: UpdateHeader;
  readonly charge: ChargeRecord | null;
  readonly decision: {
    readonly kind: 'released' | 'withheld' | 'late';
    readonly at: UtcTime;
    readonly note: string;
  } | null;
  readonly release: {
    readonly approval: Approval;
    readonly signed: SignedUpdateHeader;
    readonly source: 'review' | 'scope';
    readonly scopeNumber: number | null;
    /** null: not acknowledged, or the round ended first. */
    readonly receipt: SignedReceipt | null;
  } | null;
}

export interface ScopeEvidence extends ScopeRecord {
  readonly covered: readonly ScopeRound[];
}

export interface Evidence {
  /** In the order in which they were held. */
  updates(): readonly UpdateEvidence[];
  /** The held bytes, read one at a time. */
  payload(updateId: UpdateId): Uint8Array;
  scopes(runId: RunId): readonly ScopeEvidence[];
  /** Updates that were released and have no charge behind them: their charter had no noise. */
  releasedWithoutNoise(): number;
}

const Row = z.object({
  update_id: UpdateId,
  round_id: RoundId,
  run_id: RunId,
  position: z.int(),
  created_at: UtcTime,
  header: z.string(),
  charge: z.string().nullable(),
  kind: z.enum(['released', 'withheld', 'late']).nullable(),
  decided_at: UtcTime.nullable(),
  note: z.string().nullable(),
  approval: z.string().nullable(),
  signed: z.string().nullable(),
  source: z.enum(['review', 'scope']).nullable(),
  scope_no: z.int().nullable(),
  receipt: z.string().nullable(),
});
type Row = z.infer<typeof Row>;

const UPDATES = `
SELECT h.update_id, h.round_id, h.run_id, h.position, h.created_at, h.header, h.charge,
       d.kind, d.decided_at, d.note, r.approval, r.header AS signed, r.source, r.scope_no, o.receipt
FROM held_update h
LEFT JOIN decision d ON d.update_id = h.update_id
LEFT JOIN release r ON r.update_id = h.update_id
LEFT JOIN outbox o ON o.update_id = h.update_id
ORDER BY h.rowid`;

export function openEvidence(database: Database.Database): Evidence {
  const updates = database.prepare(UPDATES);
  const payload = database.prepare('SELECT payload FROM held_update WHERE update_id = ?').pluck();
  const numbers = database.prepare('SELECT scope_no FROM scope WHERE run_id = ? ORDER BY scope_no').pluck();
  const scopes = openScopeStore(database);
  const uncharged = database
    .prepare('SELECT count(*) FROM release JOIN held_update USING (update_id) WHERE charge_sequence IS NULL')
    .pluck();
  return {
    releasedWithoutNoise: () => z.int().parse(uncharged.get()),
    updates: () => z.array(Row).parse(updates.all()).map(evidenceOf),
    payload: (updateId) => z.instanceof(Uint8Array).parse(payload.get(updateId)),
    scopes: (runId) =>
      z
        .array(z.int())
        .parse(numbers.all(runId))
        .flatMap((number) => {
          const scope = scopes.find(number);
          return scope === undefined ? [] : [{ ...scope, covered: scopes.rounds(number) }];
        }),
  };
}

function evidenceOf(row: Row): UpdateEvidence {
  return {
    updateId: row.update_id,
    roundId: row.round_id,
    runId: row.run_id,
    index: row.position,
    createdAt: row.created_at,
    header: UpdateHeader.parse(JSON.parse(row.header)),
    charge: row.charge === null ? null : ChargeRecord.parse(JSON.parse(row.charge)),
    decision:
      row.kind === null || row.decided_at === null
        ? null
        : { kind: row.kind, at: row.decided_at, note: row.note ?? '' },
    release: releaseOf(row),
  };
}

function releaseOf({ approval, signed, source, scope_no, receipt }: Row): UpdateEvidence['release'] {
  if (approval === null || signed === null || source === null) return null;
  return {
    approval: Approval.parse(JSON.parse(approval)),
    signed: SignedUpdateHeader.parse(JSON.parse(signed)),
    source,
    scopeNumber: scope_no,
    receipt: receipt === null ? null : SignedReceipt.parse(JSON.parse(receipt)),
  };
}
