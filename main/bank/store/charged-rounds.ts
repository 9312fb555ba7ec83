/** Which round a charge belongs to and who decided about its update: for readers of the ledger, in SQL. Decides nothing. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { RoundId } from '#shared/ids.ts';
import type { Deciders } from '#shared/privacy/ledger-view.ts';
import { ChargeRecord, chargeSequences } from '../review/approval.ts';

export interface ChargedRounds {
  /** Committed rounds before this one; null where the round is not known (any more). */
  indexOf(roundId: RoundId): number | null;
  /** Who released or withheld the update that rests on this charge; null where nobody did: waiting, or too late. */
  deciders(charge: { readonly roundId: RoundId; readonly sequence: number }): Deciders | null;
}

const DecisionRow = z.object({
  charge: z.string(),
  action: z.string(),
  detail: z.string(),
  source: z.enum(['review', 'scope']).nullable(),
  person: z.string().nullable(),
});
const Signed = z.object({ signatures: z.array(z.object({ reviewer: z.string() })).default([]) });

/** Entries between what a person asked for and what came of it, at most: an undo lies between, or nothing. */
const NEAR_ENTRIES = 100;

// The audit is joined as its index audit_decision is written (migration 50), so that it is used. What is decided is written by
// the app itself; the person stands in the entry of the command, before a countdown or just behind what it did.
const DECISIONS = `
SELECT h.charge, a.action, a.detail, r.source, (
  SELECT p.actor FROM audit p
  WHERE p.sequence BETWEEN a.sequence - ${String(NEAR_ENTRIES)} AND a.sequence + ${String(NEAR_ENTRIES)}
    AND p.action IN ('review.release', 'review.withhold', 'review.retrain')
    AND CASE WHEN json_valid(p.detail) THEN json_extract(p.detail, '$.updateId') END = h.update_id
  ORDER BY abs(p.sequence - a.sequence) LIMIT 1
) AS person
FROM held_update h
JOIN audit a ON a.action IN ('update.released', 'update.withheld', 'update.late')
  AND CASE WHEN json_valid(a.detail) THEN json_extract(a.detail, '$.updateId') END = h.update_id
LEFT JOIN release r ON r.update_id = h.update_id
WHERE h.round_id = ? AND h.charge IS NOT NULL`;

export function openChargedRounds(database: Database.Database): ChargedRounds {
  const index = database.prepare('SELECT position FROM participation WHERE round_id = ?').pluck();
  const decisions = database.prepare(DECISIONS);
  return {
    indexOf: (roundId) =>
      z
        .int()
        .nullable()
        .parse(index.get(roundId) ?? null),
    deciders: ({ roundId, sequence }) => {
      const rows = z.array(DecisionRow).parse(decisions.all(roundId));
      const row = rows.find(({ charge }) =>
        chargeSequences(ChargeRecord.parse(JSON.parse(charge))).includes(sequence),
      );
      return row === undefined ? null : decidersOf(row);
    },
  };
}

/** null: the deadline decided, whoever had asked for what; or no person stands near, as where the bank left the run. */
function decidersOf({ action, detail, source, person }: z.infer<typeof DecisionRow>): Deciders | null {
  if (action === 'update.late') return null;
  if (source === 'scope') return { kind: 'scope' };
  const signers = Signed.parse(JSON.parse(detail)).signatures.map(({ reviewer }) => reviewer);
  if (signers.length > 0) return { kind: 'people', names: signers };
  return person === null ? null : { kind: 'people', names: [person] };
}
