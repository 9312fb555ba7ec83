/** Fraud rate by day for the chart, and the sentence's range. */
import { type DataSummary } from '#shared/features/data-view.ts';

export interface DayRate {
  readonly day: string;
  /** 0..1 */
  readonly rate: number;
}

export interface DayRates {
  readonly days: readonly DayRate[];
  readonly overall: number;
  readonly lowest: number;
  readonly highest: number;
}

/** null while there is no row. */
export function dayRates({ byDay }: Pick<DataSummary, 'byDay'>): DayRates | null {
  const days = byDay
    .filter(({ rows }) => rows > 0)
    .map(({ from, rows, frauds }) => ({ day: from, rate: frauds / rows }));
  const rows = byDay.reduce((sum, day) => sum + day.rows, 0);
  if (rows === 0) return null;
  const frauds = byDay.reduce((sum, day) => sum + day.frauds, 0);
  const rates = days.map(({ rate }) => rate);
  return { days, overall: frauds / rows, lowest: Math.min(...rates), highest: Math.max(...rates) };
}
