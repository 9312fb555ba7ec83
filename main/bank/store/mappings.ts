/** Column mappings that a person confirmed, found again by the header they were made for. */
import type Database from 'better-sqlite3';
import { ColumnMapping } from '#shared/features/data-view.ts';
import type { UtcTime } from '#shared/ids.ts';

export function savedMapping(
  database: Database.Database,
  headerSignature: string,
): ColumnMapping | undefined {
  const text = database
    .prepare<[string], string>('SELECT mapping FROM column_mappings WHERE header_signature = ?')
    .pluck()
    .get(headerSignature);
  return text === undefined ? undefined : ColumnMapping.parse(JSON.parse(text));
}

export function saveMapping(
  database: Database.Database,
  headerSignature: string,
  saved: { readonly mapping: ColumnMapping; readonly savedAt: UtcTime },
): void {
  database
    .prepare(
      `INSERT INTO column_mappings VALUES (?, ?, ?)
       ON CONFLICT (header_signature) DO UPDATE SET mapping = excluded.mapping, saved_at = excluded.saved_at`,
    )
    .run(headerSignature, JSON.stringify(saved.mapping), saved.savedAt);
}
