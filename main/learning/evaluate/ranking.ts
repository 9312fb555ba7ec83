/**
 * Quality of a ranking of rows. Equal scores form one threshold (as in scikit-learn), so no order among them is invented.
 * Undefined values, for want of frauds or of genuine rows, are null. Raw: these figures never leave the bank (I7).
 */

export interface ScoredRows {
  /** Higher means more suspicious; any monotone score will do. */
  readonly scores: ArrayLike<number>;
  /** 1 for fraud, 0 for genuine. */
  readonly labels: ArrayLike<number>;
}

/** Rows of one score, from the highest score down. */
interface Threshold {
  readonly frauds: number;
  readonly rows: number;
}

function thresholds({ scores, labels }: ScoredRows): readonly Threshold[] {
  const order = Float64Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const found: { frauds: number; rows: number }[] = [];
  let last: number | undefined;
  let current = { frauds: 0, rows: 0 };
  for (const row of order) {
    const score = scores[row] ?? 0;
    if (score !== last) {
      current = { frauds: 0, rows: 0 };
      found.push(current);
      last = score;
    }
    current.frauds += labels[row] ?? 0;
    current.rows += 1;
  }
  return found;
}

function fraudCount(all: readonly Threshold[]): number {
  return all.reduce((total, { frauds }) => total + frauds, 0);
}

/** PR-AUC as average precision: Σ (R_n − R_{n−1})·P_n over the thresholds; null without frauds. */
export function averagePrecision(rows: ScoredRows): number | null {
  const all = thresholds(rows);
  const allFrauds = fraudCount(all);
  if (allFrauds === 0) return null;
  let frauds = 0;
  let seen = 0;
  let area = 0;
  for (const threshold of all) {
    frauds += threshold.frauds;
    seen += threshold.rows;
    area += (threshold.frauds / allFrauds) * (frauds / seen);
  }
  return area;
}

/** ROC AUC: the chance that a fraud scores above a genuine row, equal scores counting half; null where one kind is absent. */
export function rocAuc(rows: ScoredRows): number | null {
  const all = thresholds(rows);
  const allFrauds = fraudCount(all);
  const allGenuine = rows.labels.length - allFrauds;
  if (allFrauds === 0 || allGenuine === 0) return null;
  let fraudsAbove = 0;
  let pairs = 0;
  for (const { frauds, rows: count } of all) {
    pairs += (count - frauds) * (fraudsAbove + frauds / 2);
    fraudsAbove += frauds;
  }
  return pairs / (allFrauds * allGenuine);
}

/** An interval around an average precision of `frauds` frauds, by the logit method (Boyd et al. 2013); z = 1.96 for 95 %. */
export function averagePrecisionInterval(
  value: number,
  frauds: number,
  z: number,
): readonly [number, number] {
  if (value <= 0 || value >= 1) return [value, value];
  const logOdds = Math.log(value / (1 - value));
  const deviation = 1 / Math.sqrt(frauds * value * (1 - value));
  const back = (x: number): number => 1 / (1 + Math.exp(-x));
  return [back(logOdds - z * deviation), back(logOdds + z * deviation)];
}
