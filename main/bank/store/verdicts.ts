/** Labels that an analyst gives: they count from the moment they were given, never before. */
import type Database from 'better-sqlite3';
import { FailureError } from '#shared/failure.ts';
import { createDataChange, currentDataVersion, publishChange } from './data-versions.ts';
import type { LabelValue } from './transaction-writer.ts';

export interface Verdict {
  readonly externalId: string;
  readonly label: LabelValue;
  /** UTC milliseconds; from then on the label may be used for training. */
  readonly knownAt: number;
}

/** Records the verdict; one that says what is known already changes nothing. Throws `not-found` for an unknown id. */
export function recordVerdict(database: Database.Database, verdict: Verdict): void {
  const record = database.transaction(() => {
    const row = findRow(database, verdict.externalId);
    if (row.before === verdict.label) return;
    database
      .prepare(
        `INSERT INTO verdicts (row_no, label, label_known_at, origin, recorded_at) VALUES (?, ?, ?, 'analyst', ?)`,
      )
      .run(row.rowNo, verdict.label, verdict.knownAt, new Date(verdict.knownAt).toISOString());
    const change = createDataChange();
    change.changeLabel({
      occurredAt: row.occurredAt,
      before: row.before,
      after: verdict.label,
      knownAt: verdict.knownAt,
    });
    publishChange(database, change);
  });
  record.immediate();
}

interface FoundRow {
  readonly rowNo: number;
  readonly occurredAt: number;
  readonly before: LabelValue | null;
}

function findRow(database: Database.Database, externalId: string): FoundRow {
  const row = database
    .prepare<[string, number], FoundRow>(
      `SELECT t.row_no AS rowNo, t.occurred_at AS occurredAt, coalesce(
         (SELECT v.label FROM verdicts v WHERE v.row_no = t.row_no ORDER BY v.verdict_no DESC LIMIT 1), t.label) AS before
       FROM transactions t WHERE t.external_id = ? AND t.row_no <= ?`,
    )
    .get(externalId, currentDataVersion(database).lastRowNo);
  if (row === undefined) throw new FailureError('not-found', `There is no transaction ${externalId}`);
  return row;
}
