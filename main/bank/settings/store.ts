/** Small settings of the bank as JSON by name; parsed at every read, since a file is a border. */
import type Database from 'better-sqlite3';
import { z } from 'zod';

export interface SettingStore {
  read<S extends z.ZodType>(name: string, schema: S): z.output<S> | undefined;
  write(name: string, value: unknown): void;
}

const ValueRow = z.object({ value: z.string() });

export function openSettingStore(database: Database.Database): SettingStore {
  const read = database.prepare('SELECT value FROM setting WHERE name = ?');
  const write = database.prepare(
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  return {
    read: (name, schema) => {
      const row = ValueRow.optional().parse(read.get(name));
      return row === undefined ? undefined : schema.parse(JSON.parse(row.value));
    },
    write: (name, value) => void write.run(name, JSON.stringify(value)),
  };
}
