/** The store of runs and rounds. Never decides. */
import type Database from 'better-sqlite3';
import { openLogStore } from './log.ts';
import { openParticipationStore } from './participation.ts';
import type { RoundsStore } from './records.ts';
import { openRunStore } from './runs.ts';

export function openRoundsStore(database: Database.Database): RoundsStore {
  return { ...openRunStore(database), ...openLogStore(database), ...openParticipationStore(database) };
}
