/** Runs and the roster in SQL. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedRosterEntry, SignedRunMembership, SignedRunPlan } from '#shared/contract/federation.ts';
import { Failure } from '#shared/failure.ts';
import { BankId, Digest, RunId, type UtcTime } from '#shared/ids.ts';
import type { RunRecord, RunStatus } from './records.ts';

const RunRow = z.object({
  run_id: RunId,
  plan: z.string(),
  charter_hash: Digest,
  status: z.enum(['open', 'completed', 'cancelled']),
  membership: z.enum(['none', 'joined', 'left']),
  tier: z.int().nullable(),
  epsilon_at_join: z.number(),
  sum_check: z.enum(['recomputed', 'hub-word', 'none']),
  alarms: z.string(),
  version: z.int(),
  failure: z.string().nullable(),
});
const RosterRow = z.object({ bank_id: BankId, entry: z.string() });

const MemberRow = z.object({ membership: z.string() });

const RUN_COLUMNS =
  'SELECT run_id, plan, charter_hash, status, membership, tier, epsilon_at_join, sum_check, alarms, version, failure FROM run';

function prepare(database: Database.Database) {
  return {
    roster: database.prepare('SELECT bank_id, entry FROM roster'),
    saveRoster: database.prepare(
      'INSERT INTO roster (bank_id, entry) VALUES (?, ?) ON CONFLICT (bank_id) DO UPDATE SET entry = excluded.entry',
    ),
    runs: database.prepare('SELECT run_id FROM run ORDER BY first_seen_at, run_id'),
    run: database.prepare(RUN_COLUMNS.concat(' WHERE run_id = ?')),
    addRun: database.prepare(
      `INSERT INTO run (run_id, plan, charter_hash, status, membership, sum_check, first_seen_at)
       VALUES (?, ?, ?, 'open', 'none', 'none', ?)`,
    ),
    setStatus: database.prepare('UPDATE run SET status = ? WHERE run_id = ?'),
    // ε of a run is counted from its first joining: leaving and joining again must not lift the bank's own floor on it.
    join: database.prepare(
      `UPDATE run SET membership = 'joined', tier = ?,
       epsilon_at_join = CASE membership WHEN 'none' THEN ? ELSE epsilon_at_join END WHERE run_id = ?`,
    ),
    leave: database.prepare("UPDATE run SET membership = 'left' WHERE run_id = ?"),
    saveMember: database.prepare(
      `INSERT INTO run_member (run_id, bank_id, membership) VALUES (?, ?, ?)
       ON CONFLICT (run_id, bank_id) DO UPDATE SET membership = excluded.membership`,
    ),
    members: database.prepare('SELECT membership FROM run_member WHERE run_id = ? ORDER BY bank_id'),
    setFailure: database.prepare('UPDATE run SET failure = ? WHERE run_id = ?'),
  };
}

export function openRunStore(database: Database.Database) {
  const sql = prepare(database);
  // A plan never changes: parsed once for all the rounds that ask for it.
  const plans = new Map<RunId, SignedRunPlan>();
  const planOf = (runId: RunId, text: string): SignedRunPlan => {
    const plan = plans.get(runId) ?? SignedRunPlan.parse(JSON.parse(text));
    plans.set(runId, plan);
    return plan;
  };
  const find = (runId: RunId): RunRecord | undefined => {
    const row = RunRow.optional().parse(sql.run.get(runId));
    if (row === undefined) return undefined;
    return {
      runId: row.run_id,
      plan: planOf(row.run_id, row.plan),
      charterHash: row.charter_hash,
      status: row.status,
      membership: row.membership,
      tier: row.tier,
      epsilonAtJoin: row.epsilon_at_join,
      sumCheck: row.sum_check,
      alarms: z.array(z.string()).parse(JSON.parse(row.alarms)),
      version: row.version,
      failure: row.failure === null ? null : Failure.parse(JSON.parse(row.failure)),
    };
  };
  return {
    roster: () =>
      z
        .array(RosterRow)
        .parse(sql.roster.all())
        .map((row) => SignedRosterEntry.parse(JSON.parse(row.entry))),
    saveRosterEntry: (entry: SignedRosterEntry) =>
      void sql.saveRoster.run(entry.entry.bankId, JSON.stringify(entry)),
    runs: () =>
      z
        .array(z.object({ run_id: RunId }))
        .parse(sql.runs.all())
        .flatMap((row) => find(row.run_id) ?? []),
    run: find,
    addRun: (plan: SignedRunPlan, firstSeenAt: UtcTime) =>
      void sql.addRun.run(plan.plan.runId, JSON.stringify(plan), plan.plan.charterHash, firstSeenAt),
    setStatus: (runId: RunId, status: RunStatus) => void sql.setStatus.run(status, runId),
    noteJoined: (runId: RunId, joined: { readonly tier: number; readonly epsilonAtJoin: number }) =>
      void sql.join.run(joined.tier, joined.epsilonAtJoin, runId),
    noteLeft: (runId: RunId) => void sql.leave.run(runId),
    saveMember: (signed: SignedRunMembership) =>
      void sql.saveMember.run(signed.membership.runId, signed.membership.bankId, JSON.stringify(signed)),
    members: (runId: RunId) =>
      z
        .array(MemberRow)
        .parse(sql.members.all(runId))
        .map((row) => SignedRunMembership.parse(JSON.parse(row.membership))),
    setRunFailure: (runId: RunId, failure: Failure | null) =>
      void sql.setFailure.run(failure === null ? null : JSON.stringify(failure), runId),
  };
}
