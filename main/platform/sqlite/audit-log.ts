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

const AuditRow = z.object({
  sequence: z.int(),
  at: UtcTime,
  actor: z.string(),
  action: z.string(),
  detail: z.string(),
  previous_hash: z.string(),
  hash: Digest,
});
type AuditRow = z.infer<typeof AuditRow>;

export interface AuditEntry {
  readonly sequence: number;
  readonly at: UtcTime;
  readonly actor: string;
  readonly action: string;
  readonly detail: string;
  readonly hash: Digest;
}

export interface AuditLog {
  /** Joins the caller's transaction if one is open. */
  append(entry: { readonly actor: string; readonly action: string; readonly detail: string }): void;
  list(page: { readonly after: number; readonly limit: number }): {
    readonly total: number;
    readonly entries: readonly AuditEntry[];
  };
  /** The first sequence number that does not follow from the one before, or null. */
  firstBroken(): number | null;
}

const GENESIS = '0'.repeat(64);

export function openAuditLog(database: Database.Database, clock: Pick<Clock, 'now'>): AuditLog {
  const last = database.prepare('SELECT * FROM audit ORDER BY sequence DESC LIMIT 1');
  const insert = database.prepare(
    'INSERT INTO audit (sequence, at, actor, action, detail, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const after = database.prepare('SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?');
  const count = database.prepare('SELECT count(*) AS total FROM audit');
  const parse = z.array(AuditRow);
  return {
    append: ({ actor, action, detail }) => {
      const before = AuditRow.optional().parse(last.get());
      const row = {
        sequence: (before?.sequence ?? 0) + 1,
        at: UtcTime.parse(new Date(clock.now()).toISOString()),
        actor,
        action,
        detail,
        previous_hash: before?.hash ?? GENESIS,
      };
      insert.run(row.sequence, row.at, actor, action, detail, row.previous_hash, hashOf(row));
    },
    list: ({ after: sequence, limit }) => ({
      total: z.object({ total: z.int() }).parse(count.get()).total,
      entries: parse.parse(after.all(sequence, limit)),
    }),
    firstBroken: () => firstBroken(parse.parse(after.all(0, -1))),
  };
}

function firstBroken(rows: readonly AuditRow[]): number | null {
  let previous = GENESIS;
  for (const [index, row] of rows.entries()) {
    if (row.sequence !== index + 1 || row.previous_hash !== previous || row.hash !== hashOf(row))
      return row.sequence;
    previous = row.hash;
  }
  return null;
}

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const { sequence, at, actor, action, detail, previous_hash } = row;
  return createHash('sha256')
    .update(canonicalJson({ sequence, at, actor, action, detail, previous_hash }))
    .digest('hex');
}
