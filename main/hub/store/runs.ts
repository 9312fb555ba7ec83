/** Runs, who joined them, their rounds and the log of checkpoints, in SQL. Never decides. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedCheckpointEntry, SignedRunMembership, SignedRunPlan } from '#shared/contract/federation.ts';
import { type BankId, Digest, RoundId, RunId } from '#shared/ids.ts';
import { HubRoundState, isOver } from '#shared/round/hub-round.ts';

export const RunStatus = z.enum(['open', 'completed', 'cancelled']);
export type RunStatus = z.infer<typeof RunStatus>;

const Blob = z.instanceof(Uint8Array);
const json = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text): z.output<T> => schema.parse(JSON.parse(text)));

const RunRow = z
  .object({
    run_id: RunId,
    signed_plan: json(SignedRunPlan),
    status: RunStatus,
    committed: z.int(),
    checkpoint: Blob,
    checkpoint_hash: Digest,
    head_hash: Digest,
  })
  .transform((row) => ({
    runId: row.run_id,
    plan: row.signed_plan,
    status: row.status,
    committed: row.committed,
    checkpoint: row.checkpoint,
    checkpointHash: row.checkpoint_hash,
    headHash: row.head_hash,
  }));
export type HubRunRecord = z.infer<typeof RunRow>;

const RoundRow = z
  .object({
    round_id: RoundId,
    run_id: RunId,
    state: json(HubRoundState),
    remaining_ms: z.number().nullable(),
  })
  .transform((row) => ({
    roundId: row.round_id,
    runId: row.run_id,
    state: row.state,
    remainingMs: row.remaining_ms,
  }));
export type HubRoundRecord = z.infer<typeof RoundRow>;

const MembershipRow = z.object({ signed_membership: json(SignedRunMembership) });

const EntryRow = z
  .object({ signed_entry: json(SignedCheckpointEntry), sums: Blob })
  .transform((row) => ({ entry: row.signed_entry, sums: row.sums }));
export type PublishedRound = z.infer<typeof EntryRow>;

export interface RunStore {
  runs(): readonly HubRunRecord[];
  addRun(run: Pick<HubRunRecord, 'runId' | 'plan' | 'checkpoint' | 'checkpointHash' | 'headHash'>): void;
  setStatus(runId: RunId, status: RunStatus): void;
  /** Those that have not left. */
  members(runId: RunId): readonly SignedRunMembership[];
  /** Also those that left: published rounds name their tiers. */
  everSigned(runId: RunId): readonly SignedRunMembership[];
  join(signed: SignedRunMembership): void;
  leave(runId: RunId, bankId: BankId): void;
  rounds(runId: RunId): readonly HubRoundRecord[];
  newestRound(runId: RunId): HubRoundRecord | undefined;
  saveRound(round: HubRoundRecord): void;
  noteRemaining(roundId: RoundId, remainingMs: number | null): void;
  /** The entry, its sums and the checkpoint that follows: one step, inside the caller's transaction. */
  publish(
    run: RunId,
    published: PublishedRound,
    next: { readonly checkpoint: Uint8Array; readonly headHash: Digest },
  ): void;
  published(runId: RunId, position: number): PublishedRound | undefined;
  sums(sumsHash: Digest): Uint8Array | undefined;
}

export function openRunStore(database: Database.Database): RunStore {
  return { ...runQueries(database), ...roundQueries(database), ...logQueries(database) };
}

function runQueries(database: Database.Database) {
  const sql = {
    runs: database.prepare('SELECT * FROM run ORDER BY ordinal'),
    add: database.prepare(
      `INSERT INTO run (run_id, ordinal, signed_plan, status, committed, checkpoint, checkpoint_hash, head_hash)
       VALUES (?, (SELECT coalesce(max(ordinal), 0) + 1 FROM run), ?, 'open', 0, ?, ?, ?)`,
    ),
    setStatus: database.prepare('UPDATE run SET status = ? WHERE run_id = ?'),
    members: database.prepare(
      'SELECT signed_membership FROM membership WHERE run_id = ? AND has_left = 0 ORDER BY bank_id',
    ),
    everSigned: database.prepare(
      'SELECT signed_membership FROM membership WHERE run_id = ? ORDER BY bank_id',
    ),
    join: database.prepare(
      `INSERT INTO membership (run_id, bank_id, signed_membership, has_left) VALUES (?, ?, ?, 0)
       ON CONFLICT (run_id, bank_id) DO UPDATE SET has_left = 0`,
    ),
    leave: database.prepare('UPDATE membership SET has_left = 1 WHERE run_id = ? AND bank_id = ?'),
  };
  return {
    runs: () => z.array(RunRow).parse(sql.runs.all()),
    addRun: (run: Pick<HubRunRecord, 'runId' | 'plan' | 'checkpoint' | 'checkpointHash' | 'headHash'>) =>
      void sql.add.run(run.runId, JSON.stringify(run.plan), run.checkpoint, run.checkpointHash, run.headHash),
    setStatus: (runId: RunId, status: RunStatus) => void sql.setStatus.run(status, runId),
    members: (runId: RunId) =>
      z
        .array(MembershipRow)
        .parse(sql.members.all(runId))
        .map((row) => row.signed_membership),
    everSigned: (runId: RunId) =>
      z
        .array(MembershipRow)
        .parse(sql.everSigned.all(runId))
        .map((row) => row.signed_membership),
    join: (signed: SignedRunMembership) =>
      void sql.join.run(signed.membership.runId, signed.membership.bankId, JSON.stringify(signed)),
    leave: (runId: RunId, bankId: BankId) => void sql.leave.run(runId, bankId),
  };
}

function roundQueries(database: Database.Database) {
  const sql = {
    rounds: database.prepare('SELECT * FROM round WHERE run_id = ? ORDER BY ordinal'),
    newest: database.prepare('SELECT * FROM round WHERE run_id = ? ORDER BY ordinal DESC LIMIT 1'),
    save: database.prepare(
      `INSERT INTO round (round_id, ordinal, run_id, state, is_open, remaining_ms)
       VALUES (?, (SELECT coalesce(max(ordinal), 0) + 1 FROM round), ?, ?, ?, ?)
       ON CONFLICT (round_id) DO UPDATE
       SET state = excluded.state, is_open = excluded.is_open, remaining_ms = excluded.remaining_ms`,
    ),
    remaining: database.prepare('UPDATE round SET remaining_ms = ? WHERE round_id = ?'),
  };
  return {
    rounds: (runId: RunId) => z.array(RoundRow).parse(sql.rounds.all(runId)),
    newestRound: (runId: RunId) => RoundRow.optional().parse(sql.newest.get(runId)),
    saveRound: ({ roundId, runId, state, remainingMs }: HubRoundRecord) =>
      void sql.save.run(roundId, runId, JSON.stringify(state), isOver(state) ? 0 : 1, remainingMs),
    noteRemaining: (roundId: RoundId, remainingMs: number | null) =>
      void sql.remaining.run(remainingMs, roundId),
  };
}

function logQueries(database: Database.Database) {
  const sql = {
    add: database.prepare(
      'INSERT INTO log_entry (run_id, position, round_id, signed_entry, sums_hash, sums) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    advance: database.prepare(
      'UPDATE run SET committed = ?, checkpoint = ?, checkpoint_hash = ?, head_hash = ? WHERE run_id = ?',
    ),
    published: database.prepare('SELECT signed_entry, sums FROM log_entry WHERE run_id = ? AND position = ?'),
    sums: database.prepare('SELECT sums FROM log_entry WHERE sums_hash = ? LIMIT 1'),
  };
  return {
    publish: (
      runId: RunId,
      { entry: signed, sums }: PublishedRound,
      next: { readonly checkpoint: Uint8Array; readonly headHash: Digest },
    ) => {
      const { entry } = signed;
      sql.add.run(runId, entry.index, entry.roundId, JSON.stringify(signed), entry.sumsHash, sums);
      sql.advance.run(entry.index + 1, next.checkpoint, entry.checkpointHash, next.headHash, runId);
    },
    published: (runId: RunId, position: number) =>
      EntryRow.optional().parse(sql.published.get(runId, position)),
    sums: (sumsHash: Digest) => z.object({ sums: Blob }).optional().parse(sql.sums.get(sumsHash))?.sums,
  };
}
