/** How many entries the audit had before its head was kept outside the store, in SQL. */
import type Database from 'better-sqlite3';
import { z } from 'zod';

/** Entries that may stand without a kept head. */
export function entriesBeforeAnchor(database: Database.Database): number {
  return z.int().parse(database.prepare('SELECT entries FROM audit_start').pluck().get());
}
