/** This bank's part in every round, in SQL. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { Digest, RoundId, RunId } from '#shared/ids.ts';
import { isFinal, ParticipationState } from '#shared/round/participation.ts';
import type { ParticipationRecord } from './records.ts';

const ParticipationRow = z.object({
  round_id: RoundId,
  run_id: RunId,
  position: z.int(),
  base_hash: Digest,
  state: z.string(),
  trainings: z.int(),
  closes_in_ms: z.number().nullable(),
});

function prepare(database: Database.Database) {
  return {
    participation: database.prepare('SELECT * FROM participation WHERE round_id = ?'),
    openParticipations: database.prepare('SELECT * FROM participation WHERE is_open = 1 ORDER BY position'),
    ofRun: database.prepare('SELECT * FROM participation WHERE run_id = ? ORDER BY position'),
    saveParticipation: database.prepare(
      `INSERT INTO participation (round_id, run_id, position, base_hash, state, is_open, trainings, closes_in_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (round_id) DO UPDATE
       SET state = excluded.state, is_open = excluded.is_open,
           trainings = excluded.trainings, closes_in_ms = excluded.closes_in_ms`,
    ),
  };
}

export function openParticipationStore(database: Database.Database) {
  const sql = prepare(database);
  const parse = (found: unknown): ParticipationRecord => {
    const row = ParticipationRow.parse(found);
    return {
      roundId: row.round_id,
      runId: row.run_id,
      index: row.position,
      baseHash: row.base_hash,
      state: ParticipationState.parse(JSON.parse(row.state)),
      trainings: row.trainings,
      closesInMs: row.closes_in_ms,
    };
  };
  return {
    participation: (roundId: RoundId): ParticipationRecord | undefined => {
      const row = sql.participation.get(roundId);
      return row === undefined ? undefined : parse(row);
    },
    openParticipations: () => sql.openParticipations.all().map(parse),
    participationsOf: (runId: RunId) => sql.ofRun.all(runId).map(parse),
    saveParticipation: (record: ParticipationRecord) =>
      void sql.saveParticipation.run(
        ...[record.roundId, record.runId, record.index, record.baseHash, JSON.stringify(record.state)],
        ...[isFinal(record.state) ? 0 : 1, record.trainings, record.closesInMs],
      ),
  };
}
