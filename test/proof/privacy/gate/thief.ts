/** What somebody with a SQLite shell and a copy of the file can do behind the app's back. */
import { copyFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { World } from './world.ts';

/** Changes a row of an append-only table past the app, as a thief with a SQLite shell would. */
function changeRow(file: string, sql: { readonly trigger: string; readonly update: string }): void {
  const thief = new Database(file, { timeout: 2000 });
  try {
    const found = thief
      .prepare<[string], { readonly sql: string }>('SELECT sql FROM sqlite_schema WHERE name = ?')
      .get(sql.trigger);
    if (found === undefined) throw new RangeError(`the store has no trigger ${sql.trigger}`);
    thief.transaction(() => {
      thief.exec(`DROP TRIGGER ${sql.trigger}`);
      thief.exec(sql.update);
      thief.exec(found.sql);
    })();
  } finally {
    thief.close();
  }
}

/** The last held update gets another byte; its header stays. */
export function tamperWithBytes(world: World): void {
  changeRow(world.file, {
    trigger: 'held_update_no_update',
    update: `UPDATE held_update SET payload = CAST(substr(payload, 1, length(payload) - 1) || x'5A' AS BLOB)
             WHERE rowid = (SELECT max(rowid) FROM held_update)`,
  });
}

const CHEAPER = `body = replace(body, '"steps":', '"steps":1')`;
const DEARER = `body = replace(body, '"steps":1', '"steps":')`;

/** The newest charge says that it paid for other steps. */
export function tamperWithLedger(world: World): void {
  if (world.damage !== null) return;
  const last = world.bank.database
    .prepare<[], { readonly sequence: number | null }>(
      "SELECT max(sequence) AS sequence FROM privacy_ledger WHERE kind = 'charge'",
    )
    .get()?.sequence;
  if (typeof last !== 'number') return;
  const change = (to: string): void => {
    changeRow(world.file, {
      trigger: 'privacy_ledger_keeps_values',
      update: `UPDATE privacy_ledger SET ${to} WHERE sequence = ${String(last)}`,
    });
  };
  change(CHEAPER);
  world.damage = {
    undo: () => {
      change(DEARER);
      world.recorder.happened({ kind: 'repaired' });
    },
  };
  world.recorder.happened({ kind: 'damaged', what: 'ledger' });
}

/** A copy of the store, as a backup program would make it. */
export function keepCopy(world: World): void {
  if (world.damage !== null) return;
  world.bank.database.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(world.file, `${world.file}.copy`);
  world.hasCopy = true;
}

function hasEntry(file: string, hash: string): boolean {
  const copy = new Database(file, { readonly: true });
  try {
    return copy.prepare('SELECT 1 FROM privacy_ledger WHERE hash = ?').get(hash) !== undefined;
  } finally {
    copy.close();
  }
}

/** The kept copy takes the place of the store; the newest file is put aside until it is repaired. */
export function restoreCopy(world: World): void {
  if (world.damage !== null || !world.hasCopy) return;
  // The head kept outside lags by outcomes and returned holds at most: a copy that has it has every charge.
  const isOlder = !hasEntry(`${world.file}.copy`, world.mirroredHead());
  const put = (from: string): void => {
    for (const suffix of ['-wal', '-shm']) rmSync(`${world.file}${suffix}`, { force: true });
    copyFileSync(from, world.file);
  };
  world.bank.database.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(world.file, `${world.file}.newest`);
  if (isOlder) world.recorder.happened({ kind: 'damaged', what: 'old-file' });
  world.restart(() => {
    put(`${world.file}.copy`);
  });
  if (!isOlder) return;
  world.damage = {
    undo: () => {
      world.restart(() => {
        put(`${world.file}.newest`);
      });
      world.recorder.happened({ kind: 'repaired' });
    },
  };
}
