/** Updates that arrive in chunks and updates that are committed, in SQL. Never decides. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedReceipt, SignedUpdateHeader } from '#shared/contract/federation.ts';
import { BankId, type Digest, type RoundId, UpdateId } from '#shared/ids.ts';

const Blob = z.instanceof(Uint8Array);
const json = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text): z.output<T> => schema.parse(JSON.parse(text)));

const ArrivingRow = z
  .object({ update_id: UpdateId, signed_header: json(SignedUpdateHeader), bytes: Blob })
  .transform((row) => ({ updateId: row.update_id, signed: row.signed_header, bytes: row.bytes }));
export type ArrivingUpdate = z.infer<typeof ArrivingRow>;

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

export interface UpdateStore {
  arriving(roundId: RoundId, bankId: BankId): ArrivingUpdate | undefined;
  /** What has arrived so far; one update a bank and round, a newer one replaces an unfinished one. */
  saveArriving(signed: SignedUpdateHeader, bytes: Uint8Array): void;
  commit(update: CommittedUpdate, payload: Uint8Array): void;
  committed(roundId: RoundId): readonly CommittedUpdate[];
  committedBy(roundId: RoundId, bankId: BankId): CommittedUpdate | undefined;
  payload(roundId: RoundId, bankId: BankId): Uint8Array | undefined;
  /** Payloads of published rounds only: what is in an open round is nobody else's yet. */
  publishedPayload(payloadHash: Digest): Uint8Array | undefined;
}

export function openUpdateStore(database: Database.Database): UpdateStore {
  const columns = 'bank_id, update_id, signed_header, tier, signed_receipt';
  const sql = {
    arriving: database.prepare(
      'SELECT update_id, signed_header, bytes FROM arriving_update WHERE round_id = ? AND bank_id = ?',
    ),
    save: database.prepare(
      `INSERT INTO arriving_update (update_id, round_id, bank_id, signed_header, bytes) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (round_id, bank_id) DO UPDATE
       SET update_id = excluded.update_id, signed_header = excluded.signed_header, bytes = excluded.bytes`,
    ),
    drop: database.prepare('DELETE FROM arriving_update WHERE round_id = ? AND bank_id = ?'),
    commit: database.prepare(
      `INSERT INTO committed_update
       (round_id, bank_id, update_id, signed_header, tier, payload_hash, payload, signed_receipt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    committed: database.prepare(
      `SELECT ${columns} FROM committed_update WHERE round_id = ? ORDER BY bank_id`,
    ),
    one: database.prepare(`SELECT ${columns} FROM committed_update WHERE round_id = ? AND bank_id = ?`),
    payload: database.prepare('SELECT payload FROM committed_update WHERE round_id = ? AND bank_id = ?'),
    published: database.prepare(
      `SELECT payload FROM committed_update WHERE payload_hash = ?
       AND round_id IN (SELECT round_id FROM log_entry) LIMIT 1`,
    ),
  };
  const bytesOf = (row: unknown): Uint8Array | undefined => PayloadRow.optional().parse(row)?.payload;
  return {
    arriving: (roundId, bankId) => ArrivingRow.optional().parse(sql.arriving.get(roundId, bankId)),
    saveArriving: (signed, bytes) => {
      const { updateId, roundId, bankId } = signed.header;
      sql.save.run(updateId, roundId, bankId, JSON.stringify(signed), bytes);
    },
    commit: (update, payload) => {
      const { header } = update.signed;
      sql.drop.run(header.roundId, update.bankId);
      sql.commit.run(
        ...[header.roundId, update.bankId, update.updateId, JSON.stringify(update.signed), update.tier],
        ...[header.payloadHash, payload, JSON.stringify(update.receipt)],
      );
    },
    committed: (roundId) => z.array(CommittedRow).parse(sql.committed.all(roundId)),
    committedBy: (roundId, bankId) => CommittedRow.optional().parse(sql.one.get(roundId, bankId)),
    payload: (roundId, bankId) => bytesOf(sql.payload.get(roundId, bankId)),
    publishedPayload: (payloadHash) => bytesOf(sql.published.get(payloadHash)),
  };
}
