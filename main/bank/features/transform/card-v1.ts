/** The 21 inputs of `card-v1` (data/README.md, "Features"), one pass in time order. */
import { DAY_MS, hourOfDay, isWeekend } from './calendar.ts';
import { AMOUNT_UNITS_A_EURO, type FeatureTransform, type TransformInput } from './columns.ts';
import { createKnownFrauds } from './known-frauds.ts';
import { createChain, createWindow, type Window } from './windows.ts';

const SPANS_MS = [1, 7, 30].map((days) => days * DAY_MS);
/** Windows of terminals end a week back, where most labels are known. */
const LAG_MS = 7 * DAY_MS;
const ACCOUNT_LEVELS = [1.3, 2.7, 4.1];
const PLACE_LEVELS = [0.7, 2, 3.4];

export function createCardV1({ columns, labels }: TransformInput): FeatureTransform {
  const { occurredAt, account, amount, isIncoming } = columns;
  // Incoming rows are in no window here, so their labels must not be counted either.
  const place = columns.place.map((at, row) => (isIncoming[row] === 1 ? -1 : at));
  const accounts = createChain(columns.accounts, occurredAt);
  const places = createChain(columns.places, occurredAt);
  const accountWindows = SPANS_MS.map((spanMs) => createWindow(accounts, { spanMs, weights: amount }));
  const frauds = new Uint8Array(columns.rows);
  const placeWindows = SPANS_MS.map((spanMs) =>
    createWindow(places, { spanMs, lagMs: LAG_MS, weights: frauds }),
  );
  const learnLabels = createKnownFrauds(frauds, labels, { place, windows: placeWindows });

  return (row, out, at) => {
    if (isIncoming[row] === 1) return false;
    const time = occurredAt[row] ?? 0;
    const ofAccount = account[row] ?? 0;
    const ofPlace = place[row] ?? -1;
    learnLabels(time);
    accounts.append(ofAccount, row);
    if (ofPlace >= 0) places.append(ofPlace, row);
    for (const window of accountWindows) window.advance(ofAccount, time);
    if (ofPlace >= 0) for (const window of placeWindows) window.advance(ofPlace, time);
    writeOwn(out, at, { time, euros: euros(amount[row] ?? 0) });
    writeAccount(out, at, { windows: accountWindows, group: ofAccount, amount: amount[row] ?? 0 });
    writePlace(out, at, { windows: placeWindows, group: ofPlace });
    return true;
  };
}

function writeOwn(
  out: Float32Array,
  at: number,
  own: { readonly time: number; readonly euros: number },
): void {
  out[at] = Math.log1p(own.euros) - 4;
  out[at + 1] = isWeekend(own.time) ? 1 : 0;
  out[at + 2] = hourOfDay(own.time) <= 6 ? 1 : 0;
  out[at + 20] = Math.min(own.euros / 200, 3);
}

/** Inputs 4 to 9, and 20: the amount against the mean of the earlier ones in the longest window. */
function writeAccount(
  out: Float32Array,
  at: number,
  of: { readonly windows: readonly Window[]; readonly group: number; readonly amount: number },
): void {
  let earlierCount = 0;
  let earlierSum = 0;
  for (const [index, window] of of.windows.entries()) {
    const count = window.count(of.group);
    const sum = window.sum(of.group);
    out[at + 3 + 2 * index] = Math.log1p(count) - (ACCOUNT_LEVELS[index] ?? 0);
    out[at + 4 + 2 * index] = Math.log1p(euros(sum / count)) - 4;
    earlierCount = count - 1;
    earlierSum = sum - of.amount;
  }
  const ratio = (euros(of.amount) + 1) / (euros(earlierSum / earlierCount) + 1);
  out[at + 19] = earlierCount === 0 ? 0 : Math.max(-3, Math.min(3, Math.log(ratio)));
}

/** Inputs 10 to 19. */
function writePlace(
  out: Float32Array,
  at: number,
  of: { readonly windows: readonly Window[]; readonly group: number },
): void {
  for (const [index, window] of of.windows.entries()) {
    const count = of.group < 0 ? 0 : window.count(of.group);
    const frauds = of.group < 0 ? 0 : window.sum(of.group);
    out[at + 9 + 2 * index] = Math.log1p(count) - (PLACE_LEVELS[index] ?? 0);
    out[at + 10 + 2 * index] = count === 0 ? 0 : (3 * frauds) / count;
    if (index === 0) continue;
    out[at + 13 + 2 * index] = Math.log1p(frauds);
    out[at + 14 + 2 * index] = (3 * frauds) / (count + 2);
  }
}

function euros(units: number): number {
  return units / AMOUNT_UNITS_A_EURO;
}
