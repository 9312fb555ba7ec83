/** The bank's reviewers in SQL: names, public keys, and private keys sealed under their own passphrases. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { ScryptParameters } from '#main/platform/sealing.ts';
import { PublicKeyHex, ReviewerId, UtcTime } from '#shared/ids.ts';

/** A private key that only the reviewer's passphrase opens. */
export const SealedKey = z.strictObject({
  derivation: ScryptParameters,
  /** nonce ‖ tag ‖ ciphertext of the 32-byte seed, in hexadecimal digits. */
  sealed: z.string().regex(/^(?:[0-9a-f]{2})+$/),
});
export type SealedKey = z.infer<typeof SealedKey>;

export interface ReviewerRecord {
  readonly reviewerId: ReviewerId;
  readonly name: string;
  readonly publicKey: PublicKeyHex;
  readonly addedAt: UtcTime;
  /** null: removed; the sealed key is gone, the name stays in what was signed. */
  readonly sealedKey: SealedKey | null;
}

export interface ReviewerStore {
  all(): readonly ReviewerRecord[];
  find(reviewerId: ReviewerId): ReviewerRecord | undefined;
  add(reviewer: ReviewerRecord & { readonly sealedKey: SealedKey }): void;
  /** Forgets the sealed key: this reviewer signs nothing any more. */
  remove(reviewerId: ReviewerId, at: UtcTime): void;
  /** Adds a reviewer who is not in this file, or gives the sealed key back to one who is. */
  reinstate(reviewer: ReviewerRecord & { readonly sealedKey: SealedKey }): void;
}

const ReviewerRow = z.object({
  reviewer_id: ReviewerId,
  name: z.string(),
  public_key: PublicKeyHex,
  sealed_key: z.string().nullable(),
  added_at: UtcTime,
});

export function openReviewerStore(database: Database.Database): ReviewerStore {
  const all = database.prepare('SELECT * FROM reviewer ORDER BY added_at, reviewer_id');
  const find = database.prepare('SELECT * FROM reviewer WHERE reviewer_id = ?');
  const add = database.prepare(
    'INSERT INTO reviewer (reviewer_id, name, public_key, sealed_key, added_at) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = database.prepare(
    'UPDATE reviewer SET removed_at = ?, sealed_key = NULL WHERE reviewer_id = ?',
  );
  const reinstate = database.prepare(
    `INSERT INTO reviewer (reviewer_id, name, public_key, sealed_key, added_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (reviewer_id) DO UPDATE SET sealed_key = excluded.sealed_key, removed_at = NULL`,
  );
  return {
    all: () => z.array(ReviewerRow).parse(all.all()).map(recordOf),
    find: (reviewerId) => {
      const row = ReviewerRow.optional().parse(find.get(reviewerId));
      return row === undefined ? undefined : recordOf(row);
    },
    add: ({ reviewerId, name, publicKey, sealedKey, addedAt }) =>
      void add.run(reviewerId, name, publicKey, JSON.stringify(sealedKey), addedAt),
    remove: (reviewerId, at) => void remove.run(at, reviewerId),
    reinstate: ({ reviewerId, name, publicKey, sealedKey, addedAt }) =>
      void reinstate.run(reviewerId, name, publicKey, JSON.stringify(sealedKey), addedAt),
  };
}

function recordOf(row: z.infer<typeof ReviewerRow>): ReviewerRecord {
  return {
    reviewerId: row.reviewer_id,
    name: row.name,
    publicKey: row.public_key,
    addedAt: row.added_at,
    sealedKey: row.sealed_key === null ? null : SealedKey.parse(JSON.parse(row.sealed_key)),
  };
}
