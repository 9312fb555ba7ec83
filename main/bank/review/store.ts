/** Held updates, decisions, releases and the outbox in SQL. Only writes what the gate decided; never decides. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedReceipt, SignedUpdateHeader, UpdateHeader } from '#shared/contract/federation.ts';
import { RoundId, RunId, UpdateId, UtcTime } from '#shared/ids.ts';
import { Quality } from '#shared/round/round-view.ts';
import { Approval, ChargeRecord } from './approval.ts';

/** Figures kept with the held bytes. Those of training are raw: they stay in the bank. */
export const HeldStatistics = z.strictObject({
  layers: z.array(
    z.strictObject({
      layer: z.string(),
      numbers: z.number(),
      difference: z.number().nullable(),
      sum: z.number().nullable(),
      noiseOnly: z.number().nullable(),
    }),
  ),
  noiseRatio: z.number().nullable(),
  cosineWithLastPublished: z.number().nullable(),
  cosineWithOwnLast: z.number().nullable(),
  differenceNorm: z.number().nullable(),
  isWellFormed: z.boolean(),
  isModelHealthy: z.boolean(),
  sampledUnits: z.number(),
  clippedShare: z.number().nullable(),
  nonFiniteRows: z.number(),
  seconds: z.number(),
  rowsPerSecond: z.number(),
  engine: z.string(),
  localEffect: z.strictObject({ before: Quality, after: Quality }).nullable(),
  dataVersion: z.strictObject({ rows: z.number(), until: UtcTime.nullable() }),
  /** false: computing the figures failed when the bytes were held; they are empty here. */
  areComputed: z.boolean().default(true),
});
export type HeldStatistics = z.infer<typeof HeldStatistics>;

export interface HeldUpdate {
  readonly updateId: UpdateId;
  readonly roundId: RoundId;
  readonly runId: RunId;
  readonly index: number;
  readonly header: UpdateHeader;
  readonly payload: Uint8Array;
  readonly statistics: HeldStatistics;
  /** ḡ_b of these local steps, used by the next training if this update was included. */
  readonly ownGradient: Float64Array | null;
  readonly charge: ChargeRecord | null;
  readonly createdAt: UtcTime;
}

export const DecisionKind = z.enum(['released', 'withheld', 'late']);
export type DecisionKind = z.infer<typeof DecisionKind>;

export interface Decision {
  readonly kind: DecisionKind;
  readonly note: string;
  readonly decidedAt: UtcTime;
}

export interface Release {
  readonly approval: Approval;
  readonly header: SignedUpdateHeader;
  readonly source: 'review' | 'scope';
  readonly scopeNumber: number | null;
}

export interface OutboxRow {
  readonly updateId: UpdateId;
  readonly state: 'waiting' | 'sent' | 'ended';
  readonly receipt: SignedReceipt | null;
}

export interface HistoryRow {
  readonly index: number;
  readonly statistics: HeldStatistics;
}

export interface ReviewStore {
  addHeld(update: HeldUpdate): void;
  held(updateId: UpdateId): HeldUpdate | undefined;
  /** The newest held update of the round. */
  heldOfRound(roundId: RoundId): HeldUpdate | undefined;
  /** Its identifier alone. */
  newestOfRound(roundId: RoundId): UpdateId | undefined;
  newestHeld(): UpdateId | undefined;
  /** Noise multiplier of the training that this update was discarded for; undefined for one that was not. */
  discardedFor(updateId: UpdateId): number | undefined;
  /** The last update of the run that a published entry lists. */
  lastIncluded(runId: RunId): HeldUpdate | undefined;
  /** Statistics of the updates released in the run, in order. */
  history(runId: RunId): readonly HistoryRow[];
  decide(updateId: UpdateId, decision: Decision): void;
  decision(updateId: UpdateId): Decision | undefined;
  /** Throws on a second release of the same round: the primary key forbids it. */
  addRelease(updateId: UpdateId, release: Release): void;
  release(updateId: UpdateId): Release | undefined;
  isRoundReleased(roundId: RoundId): boolean;
  outbox(updateId: UpdateId): OutboxRow | undefined;
  waiting(): readonly UpdateId[];
  endOutbox(updateId: UpdateId, end: { readonly receipt: SignedReceipt | null }): void;
}

const HeldRow = z.object({
  update_id: UpdateId,
  round_id: RoundId,
  run_id: RunId,
  position: z.int(),
  header: z.string(),
  payload: z.instanceof(Uint8Array),
  statistics: z.string(),
  own_gradient: z.instanceof(Uint8Array).nullable(),
  charge: z.string().nullable(),
  created_at: UtcTime,
});

const DecisionRow = z.object({ kind: DecisionKind, note: z.string(), decided_at: UtcTime });
const ReleaseRow = z.object({
  approval: z.string(),
  header: z.string(),
  source: z.enum(['review', 'scope']),
  scope_no: z.int().nullable(),
});
const OutboxStateRow = z.object({
  update_id: UpdateId,
  state: z.enum(['waiting', 'sent', 'ended']),
  receipt: z.string().nullable(),
});
const IdRow = z.object({ update_id: UpdateId });
const StatisticsRow = z.object({ position: z.int(), statistics: z.string() });

function prepare(database: Database.Database) {
  return {
    addHeld: database.prepare(
      `INSERT INTO held_update (update_id, round_id, run_id, position, header, payload, statistics, own_gradient,
         charge_sequence, charge, created_at)
       VALUES (@updateId, @roundId, @runId, @index, @header, @payload, @statistics, @ownGradient, @chargeSequence,
         @charge, @createdAt)`,
    ),
    held: database.prepare('SELECT * FROM held_update WHERE update_id = ?'),
    heldOfRound: database.prepare('SELECT * FROM held_update WHERE round_id = ? ORDER BY rowid DESC LIMIT 1'),
    newestOfRound: database.prepare(
      'SELECT update_id FROM held_update WHERE round_id = ? ORDER BY rowid DESC LIMIT 1',
    ),
    discardedFor: database
      .prepare(
        `SELECT CASE WHEN json_valid(detail) THEN json_extract(detail, '$.noiseMultiplier') END FROM audit
         WHERE action = 'update.discarded'
           AND CASE WHEN json_valid(detail) THEN json_extract(detail, '$.updateId') END = ?
         ORDER BY sequence DESC LIMIT 1`,
      )
      .pluck(),
    newest: database.prepare('SELECT update_id FROM held_update ORDER BY rowid DESC LIMIT 1'),
    lastIncluded: database.prepare(
      `SELECT h.* FROM log_entry l JOIN release r ON r.round_id = l.round_id
       JOIN held_update h ON h.update_id = r.update_id
       WHERE l.run_id = ? AND l.included = 1 ORDER BY l.position DESC LIMIT 1`,
    ),
    history: database.prepare(
      `SELECT h.position, h.statistics FROM held_update h JOIN release r ON r.update_id = h.update_id
       WHERE h.run_id = ? ORDER BY h.rowid`,
    ),
    decide: database.prepare('INSERT INTO decision (update_id, kind, note, decided_at) VALUES (?, ?, ?, ?)'),
    decision: database.prepare('SELECT kind, note, decided_at FROM decision WHERE update_id = ?'),
    addRelease: database.prepare(
      `INSERT INTO release (round_id, update_id, approval, header, source, scope_no)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    addOutbox: database.prepare("INSERT INTO outbox (update_id, state, receipt) VALUES (?, 'waiting', NULL)"),
    release: database.prepare('SELECT approval, header, source, scope_no FROM release WHERE update_id = ?'),
    releasedRound: database.prepare('SELECT update_id FROM release WHERE round_id = ?'),
    outbox: database.prepare('SELECT update_id, state, receipt FROM outbox WHERE update_id = ?'),
    waiting: database.prepare("SELECT update_id FROM outbox WHERE state = 'waiting' ORDER BY outbox_no"),
    endOutbox: database.prepare('UPDATE outbox SET state = ?, receipt = ? WHERE update_id = ?'),
  };
}

export function openReviewStore(database: Database.Database): ReviewStore {
  const sql = prepare(database);
  return {
    addHeld: (update) => void sql.addHeld.run(heldParameters(update)),
    held: (updateId) => parseHeld(sql.held.get(updateId)),
    heldOfRound: (roundId) => parseHeld(sql.heldOfRound.get(roundId)),
    newestOfRound: (roundId) => IdRow.optional().parse(sql.newestOfRound.get(roundId))?.update_id,
    newestHeld: () => IdRow.optional().parse(sql.newest.get())?.update_id,
    discardedFor: (updateId) => z.number().optional().parse(sql.discardedFor.get(updateId)),
    lastIncluded: (runId) => parseHeld(sql.lastIncluded.get(runId)),
    history: (runId) =>
      z
        .array(StatisticsRow)
        .parse(sql.history.all(runId))
        .map((row) => ({
          index: row.position,
          statistics: HeldStatistics.parse(JSON.parse(row.statistics)),
        })),
    decide: (updateId, { kind, note, decidedAt }) => void sql.decide.run(updateId, kind, note, decidedAt),
    decision: (updateId) => {
      const row = DecisionRow.optional().parse(sql.decision.get(updateId));
      return row === undefined ? undefined : { kind: row.kind, note: row.note, decidedAt: row.decided_at };
    },
    addRelease: (updateId, release) => {
      const { approval, header, source, scopeNumber } = release;
      const texts = [JSON.stringify(approval), JSON.stringify(header)] as const;
      sql.addRelease.run(approval.roundId, updateId, ...texts, source, scopeNumber);
      sql.addOutbox.run(updateId);
    },
    release: (updateId) => parseRelease(sql.release.get(updateId)),
    isRoundReleased: (roundId) => sql.releasedRound.get(roundId) !== undefined,
    outbox: (updateId) => parseOutbox(sql.outbox.get(updateId)),
    waiting: () =>
      z
        .array(IdRow)
        .parse(sql.waiting.all())
        .map((row) => row.update_id),
    endOutbox: (updateId, { receipt }) =>
      void sql.endOutbox.run(
        receipt === null ? 'ended' : 'sent',
        receipt === null ? null : JSON.stringify(receipt),
        updateId,
      ),
  };
}

function heldParameters(update: HeldUpdate) {
  const { ownGradient, charge } = update;
  return {
    updateId: update.updateId,
    roundId: update.roundId,
    runId: update.runId,
    index: update.index,
    header: JSON.stringify(update.header),
    payload: update.payload,
    statistics: JSON.stringify(update.statistics),
    ownGradient:
      ownGradient === null
        ? null
        : new Uint8Array(ownGradient.buffer, ownGradient.byteOffset, ownGradient.byteLength),
    chargeSequence: charge?.sequence ?? null,
    charge: charge === null ? null : JSON.stringify(charge),
    createdAt: update.createdAt,
  };
}

function parseHeld(found: unknown): HeldUpdate | undefined {
  if (found === undefined) return undefined;
  const row = HeldRow.parse(found);
  return {
    updateId: row.update_id,
    roundId: row.round_id,
    runId: row.run_id,
    index: row.position,
    header: UpdateHeader.parse(JSON.parse(row.header)),
    payload: row.payload,
    statistics: HeldStatistics.parse(JSON.parse(row.statistics)),
    ownGradient: row.own_gradient === null ? null : float64(row.own_gradient),
    charge: row.charge === null ? null : ChargeRecord.parse(JSON.parse(row.charge)),
    createdAt: row.created_at,
  };
}

/** Copied, since a buffer from SQLite need not be aligned to eight bytes. */
function float64(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer);
}

function parseRelease(found: unknown): Release | undefined {
  if (found === undefined) return undefined;
  const row = ReleaseRow.parse(found);
  return {
    approval: Approval.parse(JSON.parse(row.approval)),
    header: SignedUpdateHeader.parse(JSON.parse(row.header)),
    source: row.source,
    scopeNumber: row.scope_no,
  };
}

function parseOutbox(found: unknown): OutboxRow | undefined {
  if (found === undefined) return undefined;
  const row = OutboxStateRow.parse(found);
  const receipt = row.receipt === null ? null : SignedReceipt.parse(JSON.parse(row.receipt));
  return { updateId: row.update_id, state: row.state, receipt };
}
