/** What people call the things that an audit entry names by identifier, in SQL: rounds by number, runs by title, reviewers. */
import type Database from 'better-sqlite3';
import { z } from 'zod';

/** The sentence with names for the identifiers that this store knows; the others stay as they are. */
export type NameThings = (sentence: string) => string;

const IDENTIFIER = /\b(?:upd|rnd|run|rvw)_[0-9a-z]+/g;

export function openNames(database: Database.Database): NameThings {
  const update = database.prepare('SELECT position FROM held_update WHERE update_id = ?').pluck();
  const round = database.prepare('SELECT position FROM participation WHERE round_id = ?').pluck();
  const run = database
    .prepare(
      "SELECT CASE WHEN json_valid(plan) THEN json_extract(plan, '$.plan.charter.title') END FROM run WHERE run_id = ?",
    )
    .pluck();
  const reviewer = database.prepare('SELECT name FROM reviewer WHERE reviewer_id = ?').pluck();
  const number = (index: number): string => `round ${String(index + 1)}`;
  const nameOf = (id: string): string | undefined => {
    switch (id.slice(0, 3)) {
      case 'upd': {
        const index = z.int().optional().parse(update.get(id));
        return index === undefined ? undefined : `the update of ${number(index)}`;
      }
      case 'rnd': {
        const index = z.int().optional().parse(round.get(id));
        return index === undefined ? undefined : number(index);
      }
      case 'run': {
        const title = z.string().nullish().parse(run.get(id));
        return title === undefined || title === null ? undefined : `“${title}”`;
      }
      default:
        return z.string().optional().parse(reviewer.get(id));
    }
  };
  // What an identifier stands for never changes once it is known.
  const known = new Map<string, string>();
  const named = (id: string): string => {
    const name = known.get(id) ?? nameOf(id);
    if (name !== undefined) known.set(id, name);
    return name ?? id;
  };
  return (sentence) => startUpper(sentence.replace(IDENTIFIER, named));
}

/** Where a name took the place of an identifier at the start. */
function startUpper(sentence: string): string {
  return sentence.replace(
    /^(?:the update|round) /,
    (start) => start.charAt(0).toUpperCase() + start.slice(1),
  );
}
