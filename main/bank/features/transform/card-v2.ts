/** The 34 inputs of `card-v2` (data/README.md), one pass in time order. Windows end just before the current row. */
import { createAccountHistory, createPlaceHistory } from './card-v2-history.ts';
import { hourOfDay, isWeekend } from './calendar.ts';
import {
  AMOUNT_UNITS_A_EURO,
  CHANNELS,
  type FeatureTransform,
  type TransactionColumns,
  type TransformInput,
} from './columns.ts';

const RISK_CLASSES = 4;

export function createCardV2(input: TransformInput): FeatureTransform {
  const { columns } = input;
  const accounts = createAccountHistory(columns);
  const places = createPlaceHistory(input);
  const isNewPair = createPairs(input);

  return (row, out, at) => {
    const time = columns.occurredAt[row] ?? 0;
    const isOutgoing = columns.isIncoming[row] !== 1;
    places.advance(row, time);
    if (isOutgoing) {
      const account = accounts.before(row, time);
      const place = places.before(row);
      const euros = (columns.amount[row] ?? 0) / AMOUNT_UNITS_A_EURO;
      writeAmount(out, at, { euros, ...account });
      writePace(out, at, { ...account, placeSmallAmounts: place.smallAmounts });
      writeCircumstances(out, at, { columns, row, time });
      out[at + 13] = columns.isForeign[row] === 1 && account.foreignIn10Days === 0 ? 1 : 0;
      out[at + 14] = isNewPair(row) ? 1 : 0;
      writeIncoming(out, at, { euros, ...account });
      out[at + 31] = Math.log1p(place.rows) - 1;
      out[at + 32] = Math.log1p(place.frauds);
      out[at + 33] = (3 * place.frauds) / (place.rows + 2);
    }
    accounts.append(row, time);
    places.append(row);
    return isOutgoing;
  };
}

/** Inputs 1 to 3. */
function writeAmount(out: Float32Array, at: number, of: { euros: number; usualAmount: number }): void {
  out[at] = Math.log1p(of.euros) - 3.5;
  out[at + 1] = Math.max(-3, Math.min(3, Math.log((of.euros + 1) / (of.usualAmount + 1))));
  out[at + 2] = Math.min(of.euros / 300, 4);
}

interface Pace {
  readonly rowsInHour: number;
  readonly rowsInDay: number;
  readonly rowsInWeek: number;
  readonly sumInDay: number;
  readonly smallInHour: number;
  readonly placeSmallAmounts: number;
  readonly onlineIn3Hours: number;
  readonly hoursSinceLast: number;
}

/** Inputs 4 to 10. */
function writePace(out: Float32Array, at: number, of: Pace): void {
  out[at + 3] = Math.log1p(of.rowsInHour);
  out[at + 4] = Math.log1p(of.rowsInDay) - 0.7;
  out[at + 5] = Math.log1p(of.rowsInWeek) - 1.5;
  out[at + 6] = (Math.log1p(of.sumInDay) - 3) / 2;
  out[at + 7] = Math.log1p(of.smallInHour) + Math.log1p(of.placeSmallAmounts);
  out[at + 8] = Math.log1p(of.onlineIn3Hours);
  out[at + 9] = Math.log1p(of.hoursSinceLast) / 3 - 1;
}

/** Inputs 11 to 13 and 16 to 27: what the row itself says. */
function writeCircumstances(
  out: Float32Array,
  at: number,
  of: { readonly columns: TransactionColumns; readonly row: number; readonly time: number },
): void {
  const { columns, row, time } = of;
  out[at + 10] = hourOfDay(time) <= 5 ? 1 : 0;
  out[at + 11] = isWeekend(time) ? 1 : 0;
  out[at + 12] = columns.isForeign[row] ?? 0;
  out[at + 15] = columns.isNewDevice[row] ?? 0;
  out[at + 16] = columns.isUnsecured[row] ?? 0;
  out[at + 17] = columns.isMagstripe[row] ?? 0;
  const channel = columns.channel[row] ?? 0;
  for (let code = 1; code <= CHANNELS.length; code++) out[at + 17 + code] = channel === code ? 1 : 0;
  const riskClass = columns.riskClass[row] ?? 0;
  for (let code = 1; code <= RISK_CLASSES; code++) out[at + 22 + code] = riskClass === code ? 1 : 0;
}

interface Incoming {
  readonly euros: number;
  readonly usualAmount: number;
  readonly incomingInDay: number;
  readonly incomingSumInDay: number;
}

/** Inputs 28 to 31; the last is 1 for an incoming row, of which none gets here. */
function writeIncoming(out: Float32Array, at: number, of: Incoming): void {
  const { euros, usualAmount, incomingInDay, incomingSumInDay } = of;
  out[at + 27] = Math.log1p(incomingInDay);
  out[at + 28] = Math.min(incomingSumInDay / (3 * usualAmount + 50), 4);
  out[at + 29] = incomingInDay === 0 ? 0 : Math.min(euros / (incomingSumInDay + 1), 2);
  out[at + 30] = 0;
}

/** True the first time that an account pays at a place; rows without a place are never new. */
function createPairs({ columns, seenBefore }: TransformInput): (row: number) => boolean {
  const seen = new Set<number>();
  const pairOf = (account: number, place: number): number => account * columns.places + place;
  for (const [account, place] of seenBefore) seen.add(pairOf(account, place));
  return (row) => {
    const place = columns.place[row] ?? -1;
    if (place < 0) return false;
    const pair = pairOf(columns.account[row] ?? 0, place);
    if (seen.has(pair)) return false;
    seen.add(pair);
    return true;
  };
}
