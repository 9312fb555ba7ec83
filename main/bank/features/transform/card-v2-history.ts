/** What `card-v2` remembers: of an account its outgoing and incoming rows, of a place (counterparty) all rows of the bank. */
import { DAY_MS, HOUR_MS } from './calendar.ts';
import { AMOUNT_UNITS_A_EURO, ECOM, type TransactionColumns, type TransformInput } from './columns.ts';
import { createKnownFrauds } from './known-frauds.ts';
import { createChain, createWindow } from './windows.ts';

const SMALL_AMOUNT = 5 * AMOUNT_UNITS_A_EURO;
/** Euros; stands in for an account's mean amount while it has none. */
const USUAL_AMOUNT = 40;
const LONGEST_PAUSE_HOURS = 720;

/** An account just before a row; sums and amounts in euros. */
export interface AccountBefore {
  readonly rowsInHour: number;
  readonly rowsInDay: number;
  readonly rowsInWeek: number;
  readonly sumInDay: number;
  readonly smallInHour: number;
  readonly onlineIn3Hours: number;
  readonly foreignIn10Days: number;
  /** Mean amount in 30 days. */
  readonly usualAmount: number;
  readonly hoursSinceLast: number;
  readonly incomingInDay: number;
  readonly incomingSumInDay: number;
}

export interface AccountHistory {
  before(row: number, time: number): AccountBefore;
  append(row: number, time: number): void;
}

export function createAccountHistory(columns: TransactionColumns): AccountHistory {
  const { account, amount, isIncoming } = columns;
  const outgoing = createChain(columns.accounts, columns.occurredAt);
  const incoming = createChain(columns.accounts, columns.occurredAt);
  const hour = createWindow(outgoing, { spanMs: HOUR_MS, weights: smallAmounts(columns) });
  const threeHours = createWindow(outgoing, { spanMs: 3 * HOUR_MS, weights: onlineRows(columns) });
  const day = createWindow(outgoing, { spanMs: DAY_MS, weights: amount });
  const week = createWindow(outgoing, { spanMs: 7 * DAY_MS });
  const tenDays = createWindow(outgoing, { spanMs: 10 * DAY_MS, weights: columns.isForeign });
  const month = createWindow(outgoing, { spanMs: 30 * DAY_MS, weights: amount });
  const incomingDay = createWindow(incoming, { spanMs: DAY_MS, weights: amount });
  const windows = [hour, threeHours, day, week, tenDays, month, incomingDay];
  const lastAt = new Float64Array(columns.accounts).fill(-Infinity);

  return {
    before: (row, time) => {
      const of = account[row] ?? 0;
      for (const window of windows) window.advance(of, time);
      const usual = month.count(of) === 0 ? USUAL_AMOUNT : euros(month.sum(of)) / month.count(of);
      return {
        rowsInHour: hour.count(of),
        rowsInDay: day.count(of),
        rowsInWeek: week.count(of),
        sumInDay: euros(day.sum(of)),
        smallInHour: hour.sum(of),
        onlineIn3Hours: threeHours.sum(of),
        foreignIn10Days: tenDays.sum(of),
        usualAmount: usual,
        hoursSinceLast: Math.min((time - (lastAt[of] ?? -Infinity)) / HOUR_MS, LONGEST_PAUSE_HOURS),
        incomingInDay: incomingDay.count(of),
        incomingSumInDay: euros(incomingDay.sum(of)),
      };
    },
    append: (row, time) => {
      const of = account[row] ?? 0;
      if (isIncoming[row] === 1) {
        incoming.append(of, row);
        return;
      }
      outgoing.append(of, row);
      lastAt[of] = time;
    },
  };
}

/** A place just before a row. */
export interface PlaceBefore {
  /** In 30 days. */
  readonly rows: number;
  /** Of 44 days, known by now. */
  readonly frauds: number;
  /** In an hour, of all accounts. */
  readonly smallAmounts: number;
}

export interface PlaceHistory {
  advance(row: number, time: number): void;
  before(row: number): PlaceBefore;
  append(row: number): void;
}

const NOWHERE: PlaceBefore = { rows: 0, frauds: 0, smallAmounts: 0 };

export function createPlaceHistory({ columns, labels }: TransformInput): PlaceHistory {
  const chain = createChain(columns.places, columns.occurredAt);
  const hour = createWindow(chain, { spanMs: HOUR_MS, weights: smallAmounts(columns) });
  const month = createWindow(chain, { spanMs: 30 * DAY_MS });
  const frauds = new Uint8Array(columns.rows);
  const fraudDays = createWindow(chain, { spanMs: 44 * DAY_MS, weights: frauds });
  const learnLabels = createKnownFrauds(frauds, labels, { place: columns.place, windows: [fraudDays] });
  const windows = [hour, month, fraudDays];
  const placeOf = (row: number): number => columns.place[row] ?? -1;

  return {
    advance: (row, time) => {
      learnLabels(time);
      const place = placeOf(row);
      if (place >= 0) for (const window of windows) window.advance(place, time);
    },
    before: (row) => {
      const place = placeOf(row);
      if (place < 0) return NOWHERE;
      return { rows: month.count(place), frauds: fraudDays.sum(place), smallAmounts: hour.sum(place) };
    },
    append: (row) => {
      const place = placeOf(row);
      if (place >= 0) chain.append(place, row);
    },
  };
}

function smallAmounts({ rows, amount }: TransactionColumns): Uint8Array {
  const small = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) small[row] = (amount[row] ?? 0) < SMALL_AMOUNT ? 1 : 0;
  return small;
}

function onlineRows({ rows, channel }: TransactionColumns): Uint8Array {
  const online = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) online[row] = channel[row] === ECOM ? 1 : 0;
  return online;
}

function euros(units: number): number {
  return units / AMOUNT_UNITS_A_EURO;
}
