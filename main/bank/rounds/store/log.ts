/** The hub's log as this bank verified it, the newest model and the quality of each, in SQL. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedCheckpointEntry } from '#shared/contract/federation.ts';
import { Digest, RoundId, RunId, UtcTime } from '#shared/ids.ts';
import { Quality } from '#shared/round/round-view.ts';
import type { AdoptedModel, LogRecord, ModelRecord } from './records.ts';

const LogRow = z.object({
  run_id: RunId,
  position: z.int(),
  round_id: RoundId,
  entry: z.string(),
  hash: Digest,
  checkpoint_hash: Digest,
  included: z.int(),
  banks: z.int(),
  sums: z.instanceof(Uint8Array),
  adopted_at: UtcTime,
});
const ModelRow = LogRow.omit({ entry: true, sums: true, hash: true, round_id: true }).extend({
  quality: z.string().nullable(),
});
const CheckpointRow = z.object({ bytes: z.instanceof(Uint8Array) });

function prepare(database: Database.Database) {
  return {
    appendEntry: database.prepare(
      `INSERT INTO log_entry (run_id, position, round_id, entry, hash, checkpoint_hash, included, banks, sums, adopted_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    adopt: database.prepare(
      'UPDATE run SET version = ?, sum_check = ?, alarms = ? WHERE run_id = ? AND version = ?',
    ),
    keepModel: database.prepare(
      'INSERT INTO checkpoint (run_id, bytes) VALUES (?, ?) ON CONFLICT (run_id) DO UPDATE SET bytes = excluded.bytes',
    ),
    logEntry: database.prepare('SELECT * FROM log_entry WHERE run_id = ? AND position = ?'),
    log: database.prepare('SELECT * FROM log_entry WHERE run_id = ? ORDER BY position'),
    checkpoint: database.prepare('SELECT bytes FROM checkpoint WHERE run_id = ?'),
    models: database.prepare(
      `SELECT l.run_id, l.position, l.checkpoint_hash, l.included, l.banks, l.adopted_at, q.quality
       FROM log_entry l LEFT JOIN model_quality q ON q.run_id = l.run_id AND q.version = l.position + 1
       ORDER BY l.rowid DESC`,
    ),
    saveQuality: database.prepare(
      `INSERT INTO model_quality (run_id, version, quality) VALUES (?, ?, ?)
       ON CONFLICT (run_id, version) DO UPDATE SET quality = excluded.quality`,
    ),
  };
}

export function openLogStore(database: Database.Database) {
  const sql = prepare(database);
  return {
    appendEntry: (record: LogRecord, model: AdoptedModel) => {
      const { runId, index } = record;
      sql.appendEntry.run(
        ...[runId, index, record.roundId, JSON.stringify(record.entry), record.hash, record.checkpointHash],
        ...[record.included ? 1 : 0, record.banks, record.sums, record.adoptedAt],
      );
      sql.adopt.run(index + 1, model.sumCheck, JSON.stringify(model.alarms), runId, index);
      sql.keepModel.run(runId, model.checkpoint);
    },
    logEntry: (runId: RunId, index: number): LogRecord | undefined => {
      const found = sql.logEntry.get(runId, index);
      return found === undefined ? undefined : parseEntry(found);
    },
    log: (runId: RunId): readonly LogRecord[] => sql.log.all(runId).map(parseEntry),
    checkpoint: (runId: RunId) => CheckpointRow.optional().parse(sql.checkpoint.get(runId))?.bytes,
    models: () =>
      z
        .array(ModelRow)
        .parse(sql.models.all())
        .map((row): ModelRecord => ({
          runId: row.run_id,
          version: row.position + 1,
          checkpointHash: row.checkpoint_hash,
          adoptedAt: row.adopted_at,
          included: row.included === 1,
          banks: row.banks,
          quality: row.quality === null ? null : Quality.parse(JSON.parse(row.quality)),
        })),
    saveQuality: (model: { readonly runId: RunId; readonly version: number }, quality: Quality) =>
      void sql.saveQuality.run(model.runId, model.version, JSON.stringify(quality)),
  };
}

function parseEntry(found: unknown): LogRecord {
  const row = LogRow.parse(found);
  return {
    runId: row.run_id,
    index: row.position,
    roundId: row.round_id,
    entry: SignedCheckpointEntry.parse(JSON.parse(row.entry)),
    hash: row.hash,
    checkpointHash: row.checkpoint_hash,
    included: row.included === 1,
    banks: row.banks,
    sums: row.sums,
    adoptedAt: row.adopted_at,
  };
}
