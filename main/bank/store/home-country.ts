/**
 * The country that the bank states as its own: payments from others count as foreign. Always a person's word, never counted from
 * rows: one account's payments would then shape the inputs of every other, outside any accounting (privacy.md §2d).
 */
import type Database from 'better-sqlite3';

export interface HomeCountry {
  /** Two letters of ISO 3166; null: not stated. */
  read(): string | null;
  /** null takes it back. */
  state(country: string | null): void;
}

export function openHomeCountry(database: Database.Database): HomeCountry {
  const insert = database.prepare('INSERT INTO home_country (country) VALUES (?)');
  const replace = database.transaction((country: string | null) => {
    database.exec('DELETE FROM home_country');
    if (country !== null) insert.run(country);
  });
  return {
    read: () => readHomeCountry(database),
    state: (country) => {
      replace.immediate(country);
    },
  };
}

export function readHomeCountry(database: Database.Database): string | null {
  return database.prepare<[], string>('SELECT country FROM home_country').pluck().get() ?? null;
}
