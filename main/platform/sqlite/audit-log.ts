/**
 * The audit log of a store: hash-chained rows that only grow. Who did what and when, in words; never a row or a weight.
 * Not the log file (main/platform/log.ts), which is for engineers and is thrown away after a fortnight.
 */
import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { canonicalJson } from '#shared/canonical.ts';
import { Digest, UtcTime } from '#shared/ids.ts';
import type { Clock } from '../ports.ts';

export const AUDIT_SCHEMA = `
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
`;

/** A later migration of both stores: also stops INSERT OR REPLACE by number, which fires no delete trigger, and gaps. */
export const AUDIT_GROWS_BY_ONE = `
CREATE TRIGGER audit_grows_by_one BEFORE INSERT ON audit
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit log grows at its end only'); END;
`;

/** A later migration still: INSERT OR REPLACE of a new number with a hash that is there would take the other entry out. */
export const AUDIT_REPEATS_NO_ENTRY = `
CREATE TRIGGER audit_repeats_no_entry BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
`;

/** As it stands in the file: a damaged row is a finding, not a fault. */
const AuditRow = z.object({
  sequence: z.int(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  detail: z.string(),
  previous_hash: z.string(),
  hash: z.string(),
});
type AuditRow = z.infer<typeof AuditRow>;

const AuditEntry = z.object({
  sequence: z.int(),
  at: UtcTime,
  actor: z.string(),
  action: z.string(),
  detail: z.string(),
  previousHash: Digest,
  hash: Digest,
});
export type AuditEntry = Readonly<z.infer<typeof AuditEntry>>;

/** The end of a chain: number and hash of its last entry. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_AUDIT: AuditHead = { sequence: 0, hash: '0'.repeat(64) };

export type AuditCheck =
  | { readonly kind: 'verified'; readonly head: AuditHead }
  | { readonly kind: 'broken'; readonly atSequence: number; readonly reason: string };

export interface AuditLog {
  /** Joins the caller's transaction if one is open. */
  append(entry: { readonly actor: string; readonly action: string; readonly detail: string }): void;
  /** Entries after a sequence number, in order; all of them without a limit. Rows that hold none are left out. */
  after(sequence: number, limit?: number): readonly AuditEntry[];
  /** `whole` reads everything; `what-is-new` only what follows the last entry that verified, which has to stand. */
  check(depth: 'whole' | 'what-is-new'): AuditCheck;
  isInTransaction(): boolean;
}

export function openAuditLog(database: Database.Database, clock: Pick<Clock, 'now'>): AuditLog {
  const last = database.prepare('SELECT * FROM audit ORDER BY sequence DESC LIMIT 1');
  const insert = database.prepare(
    'INSERT INTO audit (sequence, at, actor, action, detail, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const after = database.prepare('SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?');
  const rowsAfter = (sequence: number, limit = -1): readonly AuditRow[] =>
    z.array(AuditRow).parse(after.all(sequence, limit));
  let verified = EMPTY_AUDIT;
  return {
    append: ({ actor, action, detail }) => {
      const before = AuditRow.optional().parse(last.get());
      const row = {
        sequence: (before?.sequence ?? 0) + 1,
        at: new Date(clock.now()).toISOString(),
        actor,
        action,
        detail,
        previous_hash: before?.hash ?? EMPTY_AUDIT.hash,
      };
      insert.run(row.sequence, row.at, actor, action, detail, row.previous_hash, hashOf(row));
    },
    after: (sequence, limit) => rowsAfter(sequence, limit).flatMap(entryOf),
    check: (depth) => {
      // The last verified entry is read again: it may have been changed, or the transaction that held it undone.
      const stands = depth === 'what-is-new' && isStanding(verified, rowsAfter(verified.sequence - 1, 1));
      const start = stands ? verified : EMPTY_AUDIT;
      const result = checkRows(rowsAfter(start.sequence), start);
      if (result.kind === 'verified') verified = result.head;
      return result;
    },
    isInTransaction: () => database.inTransaction,
  };
}

function entryOf({ previous_hash, ...row }: AuditRow): readonly AuditEntry[] {
  const entry = AuditEntry.safeParse({ ...row, previousHash: previous_hash });
  return entry.success ? [entry.data] : [];
}

function isStanding(head: AuditHead, [row]: readonly AuditRow[]): boolean {
  return row?.sequence === head.sequence && row.hash === head.hash;
}

function checkRows(rows: readonly AuditRow[], after: AuditHead): AuditCheck {
  let head = after;
  for (const row of rows) {
    const fault = faultOf(row, head);
    if (fault !== undefined) return { kind: 'broken', atSequence: head.sequence + 1, reason: fault };
    head = { sequence: row.sequence, hash: row.hash };
  }
  return { kind: 'verified', head };
}

function faultOf(row: AuditRow, before: AuditHead): string | undefined {
  const number = String(before.sequence + 1);
  if (row.sequence !== before.sequence + 1) return `entry ${number} is missing`;
  if (row.previous_hash !== before.hash)
    return `entry ${number} does not follow entry ${String(before.sequence)}`;
  if (row.hash !== hashOf(row)) return `entry ${number} was changed`;
  return undefined;
}

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const { sequence, at, actor, action, detail, previous_hash } = row;
  return createHash('sha256')
    .update(canonicalJson({ sequence, at, actor, action, detail, previous_hash }))
    .digest('hex');
}
