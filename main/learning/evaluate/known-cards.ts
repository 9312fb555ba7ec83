/** The reference protocol's exclusion: on test day d, cards with a fraud in days d−14 … d−8 are known already. */

export interface HistoryRows {
  readonly days: ArrayLike<number>;
  readonly cards: ArrayLike<number>;
  /** 1 for fraud, 0 for genuine. */
  readonly labels: ArrayLike<number>;
}

const FIRST_DAY_BACK = 14;
const LAST_DAY_BACK = 8;

/** Numbers of the rows in [fromDay, untilDay) whose card is not known yet; earlier rows must be among `rows`. */
export function rowsOfUnknownCards(rows: HistoryRows, fromDay: number, untilDay: number): Uint32Array {
  const fraudDays = new Map<number, Set<number>>();
  for (let row = 0; row < rows.days.length; row++) {
    if (rows.labels[row] !== 1) continue;
    const card = rows.cards[row] ?? 0;
    const days = fraudDays.get(card) ?? new Set<number>();
    days.add(rows.days[row] ?? 0);
    fraudDays.set(card, days);
  }
  const kept: number[] = [];
  for (let row = 0; row < rows.days.length; row++) {
    const day = rows.days[row] ?? 0;
    if (day < fromDay || day >= untilDay) continue;
    if (!wasDefrauded(fraudDays.get(rows.cards[row] ?? 0), day)) kept.push(row);
  }
  return Uint32Array.from(kept);
}

function wasDefrauded(fraudDays: ReadonlySet<number> | undefined, day: number): boolean {
  if (!fraudDays) return false;
  for (let back = LAST_DAY_BACK; back <= FIRST_DAY_BACK; back++) if (fraudDays.has(day - back)) return true;
  return false;
}
