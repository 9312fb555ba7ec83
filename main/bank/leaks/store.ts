/** Leak reports in SQL, kept with the held update whose bytes they are of. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { Digest, UpdateId } from '#shared/ids.ts';
import { LeakReport } from '#shared/privacy/leak-view.ts';

export interface LeakStore {
  /** The report on exactly these bytes; undefined for bytes with another hash. */
  report(updateId: UpdateId, payloadHash: Digest): LeakReport | undefined;
  /** Replaces an earlier one. */
  save(report: LeakReport): void;
}

const Row = z.object({ report: z.string() });

export function openLeakStore(database: Database.Database): LeakStore {
  const find = database.prepare('SELECT report FROM leak_report WHERE update_id = ? AND payload_hash = ?');
  const save = database.prepare(
    `INSERT INTO leak_report (update_id, payload_hash, report) VALUES (?, ?, ?)
     ON CONFLICT (update_id) DO UPDATE SET payload_hash = excluded.payload_hash, report = excluded.report`,
  );
  return {
    report: (updateId, payloadHash) => {
      const row = Row.optional().parse(find.get(updateId, payloadHash));
      return row === undefined ? undefined : LeakReport.parse(JSON.parse(row.report));
    },
    save: (report) => void save.run(report.updateId, report.payloadHash, JSON.stringify(report)),
  };
}
