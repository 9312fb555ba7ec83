/** The audit as CSV, for a spreadsheet. Evidence is the pack (main/bank/pack), not this. */
import type { AuditEntryView } from '#shared/contract/bank-audit.ts';
import { csvText } from '#shared/csv.ts';

const HEADER = ['entry', 'at (UTC)', 'who', 'what', 'kind', 'action', 'recorded', 'SHA-256'];

export function auditCsv(entries: readonly AuditEntryView[]): string {
  const rows = entries.map(({ sequence, at, actor, sentence, kind, action, detail, hash }) => [
    ...[sequence, at, actor],
    ...[sentence, kind, action],
    ...[detail, hash],
  ]);
  return csvText([HEADER, ...rows]);
}
