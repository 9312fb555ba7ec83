/** One commit for everything that `work` writes: begun immediately, rolled back on a throw, joined when one is open. */
import type Database from 'better-sqlite3';
import { withStoreFailures } from '#main/platform/sqlite/failures.ts';

export type Transact = <T>(work: () => T) => T;

export function transactor(database: Database.Database): Transact {
  return (work) => withStoreFailures(database.name, () => database.transaction(work).immediate());
}
