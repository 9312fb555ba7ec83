/** What left as an update, turned back by dW/db of each first-layer neuron: a raw gradient of one row gives that row away. */
import path from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { layoutOf } from '#main/bank/review/held.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { layerSegments } from '#main/learning/model/layers.ts';
import type { Charter } from '#shared/round/charter.ts';

export interface SentUpdate {
  readonly index: number;
  readonly payload: Uint8Array;
}

const Row = z.object({ position: z.int(), payload: z.instanceof(Uint8Array) });
const SENT = `SELECT (SELECT count(*) FROM log_entry l WHERE l.rowid < e.rowid) AS position, u.payload
  FROM committed_update u JOIN log_entry e ON e.round_id = u.round_id`;

/** Every update that the hub holds, with the index of its round. */
export function sentUpdates(hubHome: string): readonly SentUpdate[] {
  const database = new Database(path.join(hubHome, 'hub.sqlite'), { readonly: true });
  try {
    return z
      .array(Row)
      .parse(database.prepare(SENT).all())
      .map(({ position, payload }) => ({ index: position, payload }));
  } finally {
    database.close();
  }
}

/** Relative distance below which a guess is the row. */
const RECOVERED = 0.01;

/** Rows (as inputs of the model) that some neuron of the update gives away. */
export function recoveredRows(
  { index, payload }: SentUpdate,
  charter: Charter,
  rows: readonly Float32Array[],
): number {
  const decoded = decodeUpdate(layoutOf({ charter, index }), payload);
  if (decoded.kind === 'refused') return 0;
  const { difference, sum } = decoded.vectors;
  const guesses = [difference, sum].flatMap((vector) => (vector === null ? [] : guessesOf(vector, charter)));
  return new Set(guesses.flatMap((guess) => nearestRow(guess, rows) ?? [])).size;
}

/** Number of the row that the guess is, if it is one. */
function nearestRow(guess: Float64Array, rows: readonly Float32Array[]): number | undefined {
  const distances = rows.map((row) => distance(guess, row));
  const least = Math.min(...distances);
  return least < RECOVERED ? distances.indexOf(least) : undefined;
}

function guessesOf(vector: Float64Array, charter: Charter): readonly Float64Array[] {
  const [first] = layerSegments(charter.model.layers);
  if (first === undefined) return [];
  const { weights, biases, inputs, outputs } = first;
  return Array.from({ length: outputs }, (_, neuron) => {
    const bias = vector[biases + neuron] ?? 0;
    return Float64Array.from(
      { length: inputs },
      (_unused, i) => (vector[weights + i * outputs + neuron] ?? 0) / bias,
    );
  });
}

function distance(guess: Float64Array, row: Float32Array): number {
  const squares = row.reduce((total, value) => total + value * value, 0);
  const apart = row.reduce((total, value, i) => total + ((guess[i] ?? 0) - value) ** 2, 0);
  return Math.sqrt(apart / squares);
}
