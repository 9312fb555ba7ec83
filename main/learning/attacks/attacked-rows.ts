/** What an attack is judged by: rows of inputs, and how near its guesses come to them. */

export interface AttackedRows {
  /** features[row · width + input] */
  readonly features: Float32Array;
  readonly width: number;
}

export interface NearestRow {
  /** Number of the guess. */
  readonly guess: number;
  readonly row: number;
  /** ‖guess − row‖ ÷ ‖row‖. */
  readonly relativeDistance: number;
}

/** A row counts as recovered when a guess lies nearer than this. */
export const RECOVERED_DISTANCE = 0.01;

export function rowCount({ features, width }: AttackedRows): number {
  return features.length / width;
}

/** The row nearest to each guess, nearest first; rows of zeros have no relative distance and are passed over. */
export function nearestRows(guesses: readonly Float64Array[], rows: AttackedRows): readonly NearestRow[] {
  const best = guesses.map((_, guess) => ({ guess, row: -1, square: Infinity }));
  const { features, width } = rows;
  for (let row = 0, from = 0; from < features.length; row++, from += width) {
    const norm = squaredNorm(features, from, width);
    if (norm === 0) continue;
    best.forEach((found, guess) => {
      const guessed = guesses[guess];
      if (guessed === undefined) return;
      const square = squaredDistance(guessed, { features, from }, found.square * norm) / norm;
      if (square >= found.square) return;
      found.row = row;
      found.square = square;
    });
  }
  return best
    .filter(({ row }) => row >= 0)
    .map(({ guess, row, square }) => ({ guess, row, relativeDistance: Math.sqrt(square) }))
    .sort((a, b) => a.relativeDistance - b.relativeDistance);
}

/** Different rows among the recovered ones. */
export function recoveredRows(nearest: readonly NearestRow[]): readonly NearestRow[] {
  const seen = new Set<number>();
  return nearest.filter(({ row, relativeDistance }) => {
    if (!(relativeDistance < RECOVERED_DISTANCE) || seen.has(row)) return false;
    seen.add(row);
    return true;
  });
}

export function relativeDistance(guess: Float64Array, row: ArrayLike<number>): number {
  let squares = 0;
  let norm = 0;
  for (let i = 0; i < row.length; i++) {
    squares += ((guess[i] ?? Number.NaN) - (row[i] ?? 0)) ** 2;
    norm += (row[i] ?? 0) ** 2;
  }
  return Math.sqrt(squares / norm);
}

function squaredNorm(features: Float32Array, from: number, width: number): number {
  let squares = 0;
  for (let i = from; i < from + width; i++) squares += (features[i] ?? 0) ** 2;
  return squares;
}

/** Stops adding once it is past `limit`: most rows are far from most guesses. A guess that is no number is infinitely far. */
function squaredDistance(
  guess: Float64Array,
  { features, from }: { readonly features: Float32Array; readonly from: number },
  limit: number,
): number {
  let squares = 0;
  for (let i = 0; i < guess.length && squares < limit; i++) {
    const difference = (guess[i] ?? Number.NaN) - (features[from + i] ?? 0);
    squares += difference * difference;
  }
  return Number.isNaN(squares) ? Infinity : squares;
}
