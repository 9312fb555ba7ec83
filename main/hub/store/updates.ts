/** Updates that were acknowledged, in SQL. Never decides. Those still on their way are in memory (rounds/arrivals.ts). */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedReceipt, SignedUpdateHeader } from '#shared/contract/federation.ts';
import { BankId, type Digest, type RoundId, RunId, UpdateId } from '#shared/ids.ts';

const Blob = z.instanceof(Uint8Array);
const json = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text): z.output<T> => schema.parse(JSON.parse(text)));

const CommittedRow = z
  .object({
    bank_id: BankId,
    update_id: UpdateId,
    signed_header: json(SignedUpdateHeader),
    tier: z.int(),
    signed_receipt: json(SignedReceipt),
  })
  .transform((row) => ({
    bankId: row.bank_id,
    updateId: row.update_id,
    signed: row.signed_header,
    tier: row.tier,
    receipt: row.signed_receipt,
  }));
export type CommittedUpdate = z.infer<typeof CommittedRow>;

const PayloadRow = z.object({ payload: Blob });
const PublishedRow = z
  .object({ run_id: RunId, payload: Blob })
  .transform((row) => ({ runId: row.run_id, payload: row.payload }));

export interface UpdateStore {
  commit(update: CommittedUpdate, payload: Uint8Array): void;
  committed(roundId: RoundId): readonly CommittedUpdate[];
  committedBy(roundId: RoundId, bankId: BankId): CommittedUpdate | undefined;
  payload(roundId: RoundId, bankId: BankId): Uint8Array | undefined;
  /** Payloads of published rounds only: what is in an open round is nobody else's yet. */
  publishedPayload(payloadHash: Digest): { readonly runId: RunId; readonly payload: Uint8Array } | undefined;
}

export function openUpdateStore(database: Database.Database): UpdateStore {
  const sql = {
    commit: database.prepare(
      `INSERT INTO committed_update
       (round_id, bank_id, update_id, signed_header, tier, payload_hash, payload, signed_receipt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    committed: database.prepare(
      'SELECT bank_id, update_id, signed_header, tier, signed_receipt FROM committed_update WHERE round_id = ? ORDER BY bank_id',
    ),
    one: database.prepare(
      'SELECT bank_id, update_id, signed_header, tier, signed_receipt FROM committed_update WHERE round_id = ? AND bank_id = ?',
    ),
    payload: database.prepare('SELECT payload FROM committed_update WHERE round_id = ? AND bank_id = ?'),
    published: database.prepare(
      `SELECT l.run_id, u.payload FROM committed_update u JOIN log_entry l ON l.round_id = u.round_id
       WHERE u.payload_hash = ? LIMIT 1`,
    ),
  };
  const bytesOf = (row: unknown): Uint8Array | undefined => PayloadRow.optional().parse(row)?.payload;
  return {
    commit: (update, payload) => {
      const { header } = update.signed;
      sql.commit.run(
        ...[header.roundId, update.bankId, update.updateId, JSON.stringify(update.signed), update.tier],
        ...[header.payloadHash, payload, JSON.stringify(update.receipt)],
      );
    },
    committed: (roundId) => z.array(CommittedRow).parse(sql.committed.all(roundId)),
    committedBy: (roundId, bankId) => CommittedRow.optional().parse(sql.one.get(roundId, bankId)),
    payload: (roundId, bankId) => bytesOf(sql.payload.get(roundId, bankId)),
    publishedPayload: (payloadHash) => PublishedRow.optional().parse(sql.published.get(payloadHash)),
  };
}
