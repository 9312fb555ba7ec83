/** What reviewers signed about held updates, in SQL. Before the release a signature may be taken back, after it never. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { Digest, PublicKeyHex, SignatureHex, type UpdateId } from '#shared/ids.ts';
import { ReviewStatement, type SignedReviewStatement } from '#shared/round/reviewer-view.ts';
import { ReleaseScope } from '#shared/round/review-view.ts';

export interface GivenSignature {
  readonly signed: SignedReviewStatement;
  /** What the statement's `scopeHash` is the hash of. */
  readonly scope: ReleaseScope;
  readonly note: string;
}

export interface SignatureStore {
  /** In the order of signing. */
  of(updateId: UpdateId): readonly GivenSignature[];
  add(given: GivenSignature): void;
  /** Takes back all of the update's; answers how many there were. */
  clear(updateId: UpdateId): number;
  /** Takes back every signature that no release stands on. */
  clearPending(): void;
  /** Where a decision is recorded in the audit; undefined while there is none. */
  decisionEntry(updateId: UpdateId): DecisionEntry | undefined;
}

export interface DecisionEntry {
  readonly sequence: number;
  readonly hash: Digest;
}

const SignatureRow = z.object({
  scope: z.string(),
  note: z.string(),
  statement: z.string(),
  public_key: PublicKeyHex,
  signature: SignatureHex,
});
const EntryRow = z.object({ sequence: z.int(), hash: Digest });

export function openSignatureStore(database: Database.Database): SignatureStore {
  const of = database.prepare(
    `SELECT scope, note, statement, public_key, signature FROM review_signature WHERE update_id = ?
     ORDER BY rowid`,
  );
  const add = database.prepare(
    `INSERT INTO review_signature (update_id, reviewer_id, scope, note, statement, public_key, signature)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const clear = database.prepare('DELETE FROM review_signature WHERE update_id = ?');
  const clearPending = database.prepare(
    'DELETE FROM review_signature WHERE update_id NOT IN (SELECT update_id FROM release)',
  );
  // Written as the index audit_decision is (migration 50), so that it is used.
  const entry = database.prepare(
    `SELECT sequence, hash FROM audit
     WHERE action IN ('update.released', 'update.withheld', 'update.late')
       AND CASE WHEN json_valid(detail) THEN json_extract(detail, '$.updateId') END = ?
     ORDER BY sequence LIMIT 1`,
  );
  return {
    of: (updateId) => z.array(SignatureRow).parse(of.all(updateId)).map(givenOf),
    add: ({ signed: { statement, publicKey, signature }, scope, note }) =>
      void add.run(
        ...[statement.updateId, statement.reviewerId, JSON.stringify(scope), note],
        ...[JSON.stringify(statement), publicKey, signature],
      ),
    clear: (updateId) => clear.run(updateId).changes,
    clearPending: () => void clearPending.run(),
    decisionEntry: (updateId) => EntryRow.optional().parse(entry.get(updateId)),
  };
}

function givenOf(row: z.infer<typeof SignatureRow>): GivenSignature {
  const statement = ReviewStatement.parse(JSON.parse(row.statement));
  return {
    signed: { statement, publicKey: row.public_key, signature: row.signature },
    scope: ReleaseScope.parse(JSON.parse(row.scope)),
    note: row.note,
  };
}
