/** UTC calendar facts of a time in milliseconds since 1970. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export function hourOfDay(time: number): number {
  return Math.floor((time % DAY_MS) / HOUR_MS);
}

/** Saturday or Sunday; 1970-01-01 was a Thursday. */
export function isWeekend(time: number): boolean {
  const weekday = (Math.floor(time / DAY_MS) + 4) % 7;
  return weekday === 0 || weekday === 6;
}
