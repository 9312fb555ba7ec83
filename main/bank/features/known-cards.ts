/**
 * Which accounts a test leaves out: on test day d those with a fraud in days d−14..d−8, whose cards are known already
 * (data/README.md, "Protocol"; Le Borgne et al., Fraud Detection Handbook, chapter 5).
 */
import type { Store } from '#main/platform/sqlite/open.ts';
import { labelAt, rowsWithAccounts, type LabelHistory } from '#main/bank/store/labels.ts';
import { DAY_MS } from './transform/calendar.ts';

const FIRST_DAYS_BACK = 14;
const LAST_DAYS_BACK = 8;

/** True for an account and time (UTC milliseconds) that the test leaves out. */
export function leftOutCards(
  database: Store['database'],
  histories: ReadonlyMap<number, LabelHistory>,
): (account: number, time: number) => boolean {
  const frauds = [...histories]
    .filter(([, history]) => labelAt(history, Infinity) === 1)
    .map(([rowNo]) => rowNo);
  return leftOutAfter(rowsWithAccounts(database, frauds));
}

/** The rule itself: pure. */
export function leftOutAfter(
  frauds: Iterable<{ readonly account: number; readonly occurredAt: number }>,
): (account: number, time: number) => boolean {
  const fraudDays = new Map<number, Set<number>>();
  for (const { account, occurredAt } of frauds) {
    const days = fraudDays.get(account) ?? new Set();
    fraudDays.set(account, days.add(Math.floor(occurredAt / DAY_MS)));
  }
  return (account, time) => {
    const days = fraudDays.get(account);
    if (days === undefined) return false;
    const day = Math.floor(time / DAY_MS);
    for (let back = LAST_DAYS_BACK; back <= FIRST_DAYS_BACK; back++) if (days.has(day - back)) return true;
    return false;
  };
}
