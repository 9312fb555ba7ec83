/** Precision and recall of row alerts at a fixed number a day: what a threshold would have given the analyst. */
import type { ScoredRows } from './ranking.ts';

export interface DatedRows extends ScoredRows {
  /** Day number of each row. */
  readonly days: ArrayLike<number>;
}

export interface AlertQuality {
  readonly precision: number | null;
  readonly recall: number | null;
}

/**
 * The `alertsPerDay` highest rows of each day. Rows with equal scores at the edge count with their chance of being among
 * them. Precision is over alerts raised (a quiet day raises fewer), recall over all frauds.
 */
export function alertQuality(rows: DatedRows, alertsPerDay: number): AlertQuality {
  const byDay = new Map<number, number[]>();
  for (let row = 0; row < rows.scores.length; row++) {
    const day = rows.days[row] ?? 0;
    const ofDay = byDay.get(day);
    if (ofDay) ofDay.push(row);
    else byDay.set(day, [row]);
  }
  let hits = 0;
  let alerts = 0;
  let frauds = 0;
  for (const ofDay of byDay.values()) {
    hits += expectedHits(rows, ofDay, alertsPerDay);
    alerts += Math.min(alertsPerDay, ofDay.length);
    for (const row of ofDay) frauds += rows.labels[row] ?? 0;
  }
  return { precision: alerts === 0 ? null : hits / alerts, recall: frauds === 0 ? null : hits / frauds };
}

function expectedHits({ scores, labels }: ScoredRows, rows: readonly number[], count: number): number {
  const score = (row: number): number => scores[row] ?? 0;
  const ranked = [...rows].sort((a, b) => score(b) - score(a));
  const last = ranked[count - 1];
  const edge = last === undefined ? Number.NEGATIVE_INFINITY : score(last);
  const above = ranked.filter((row) => score(row) > edge);
  const tied = ranked.filter((row) => score(row) === edge);
  const fraudsOf = (some: readonly number[]): number =>
    some.reduce((total, row) => total + (labels[row] ?? 0), 0);
  const places = Math.min(count, ranked.length) - above.length;
  return fraudsOf(above) + (tied.length === 0 ? 0 : (fraudsOf(tied) * places) / tied.length);
}
