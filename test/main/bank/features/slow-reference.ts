/**
 * The presets written a second time, as slowly and plainly as data/README.md says them: every window is found by looking
 * at all rows. In float64, on rows as objects; shares nothing with main/bank/features/transform.
 */

export interface PlainRow {
  /** UTC milliseconds. */
  readonly at: number;
  readonly account: number;
  /** null: neither terminal nor counterparty. */
  readonly place: number | null;
  readonly euros: number;
  readonly isIncoming: boolean;
  readonly channel: number;
  readonly isForeign: boolean;
  readonly isNewDevice: boolean;
  readonly isUnsecured: boolean;
  readonly isMagstripe: boolean;
  /** 0..3, or null for no class. */
  readonly riskClass: number | null;
  /** When the row became known to be fraud; null for never. */
  readonly fraudKnownAt: number | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const clip = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

function calendar(at: number): { hour: number; isWeekend: boolean } {
  const date = new Date(at);
  return { hour: date.getUTCHours(), isWeekend: [0, 6].includes(date.getUTCDay()) };
}

/** Inputs of row `index`, an outgoing one. Rows are in time order. */
export function plainCardV1(rows: readonly PlainRow[], index: number): readonly number[] {
  const now = rows[index];
  if (now === undefined) throw new RangeError('no such row');
  const seen = rows.slice(0, index + 1).filter((row) => !row.isIncoming);
  const { hour, isWeekend } = calendar(now.at);
  const own = (days: number) =>
    seen.filter((row) => row.account === now.account && row.at > now.at - days * DAY && row.at <= now.at);
  const there = (days: number) =>
    seen.filter(
      (row) =>
        now.place !== null &&
        row.place === now.place &&
        row.at > now.at - (7 + days) * DAY &&
        row.at <= now.at - 7 * DAY,
    );
  const frauds = (days: number) =>
    there(days).filter((row) => row.fraudKnownAt !== null && row.fraudKnownAt <= now.at).length;
  const mean = (found: readonly PlainRow[]) => total(found.map((row) => row.euros)) / found.length;
  const earlier = own(30).slice(0, -1);
  return [
    Math.log1p(now.euros) - 4,
    isWeekend ? 1 : 0,
    hour <= 6 ? 1 : 0,
    ...[1, 7, 30].flatMap((days, level) => [
      Math.log1p(own(days).length) - ([1.3, 2.7, 4.1][level] ?? NaN),
      Math.log1p(mean(own(days))) - 4,
    ]),
    ...[1, 7, 30].flatMap((days, level) => [
      Math.log1p(there(days).length) - ([0.7, 2, 3.4][level] ?? NaN),
      there(days).length === 0 ? 0 : (3 * frauds(days)) / there(days).length,
    ]),
    ...[7, 30].flatMap((days) => [Math.log1p(frauds(days)), (3 * frauds(days)) / (there(days).length + 2)]),
    earlier.length === 0 ? 0 : clip(Math.log((now.euros + 1) / (mean(earlier) + 1)), -3, 3),
    clip(now.euros / 200, 0, 3),
  ];
}

/** Inputs of row `index`, an outgoing one. Windows end just before it. */
export function plainCardV2(rows: readonly PlainRow[], index: number): readonly number[] {
  const now = rows[index];
  if (now === undefined) throw new RangeError('no such row');
  const before = rows.slice(0, index);
  const own = before.filter((row) => row.account === now.account && !row.isIncoming);
  const received = before.filter(
    (row) => row.account === now.account && row.isIncoming && row.at > now.at - DAY,
  );
  const there = before.filter((row) => now.place !== null && row.place === now.place);
  const within = (found: readonly PlainRow[], span: number) => found.filter((row) => row.at > now.at - span);
  const sum = (found: readonly PlainRow[]) => total(found.map((row) => row.euros));
  const small = (found: readonly PlainRow[]) => within(found, HOUR).filter((row) => row.euros < 5).length;
  const month = within(own, 30 * DAY);
  const usual = month.length === 0 ? 40 : sum(month) / month.length;
  const last = own.at(-1);
  const { hour, isWeekend } = calendar(now.at);
  const one = (isSo: boolean) => (isSo ? 1 : 0);
  const placeRows = within(there, 30 * DAY).length;
  const placeFrauds = within(there, 44 * DAY).filter(
    (row) => row.fraudKnownAt !== null && row.fraudKnownAt <= now.at,
  ).length;
  return [
    Math.log1p(now.euros) - 3.5,
    clip(Math.log((now.euros + 1) / (usual + 1)), -3, 3),
    clip(now.euros / 300, 0, 4),
    Math.log1p(within(own, HOUR).length),
    Math.log1p(within(own, DAY).length) - 0.7,
    Math.log1p(within(own, 7 * DAY).length) - 1.5,
    (Math.log1p(sum(within(own, DAY))) - 3) / 2,
    Math.log1p(small(own)) + Math.log1p(small(there)),
    Math.log1p(within(own, 3 * HOUR).filter((row) => row.channel === 2).length),
    Math.log1p(Math.min(720, last === undefined ? 720 : (now.at - last.at) / HOUR)) / 3 - 1,
    one(hour <= 5),
    one(isWeekend),
    one(now.isForeign),
    one(now.isForeign && !within(own, 10 * DAY).some((row) => row.isForeign)),
    one(now.place !== null && !own.some((row) => row.place === now.place)),
    one(now.isNewDevice),
    one(now.isUnsecured),
    one(now.isMagstripe),
    ...[1, 2, 3, 4, 5].map((channel) => one(now.channel === channel)),
    ...[0, 1, 2, 3].map((risk) => one(now.riskClass === risk)),
    Math.log1p(received.length),
    clip(sum(received) / (3 * usual + 50), 0, 4),
    received.length === 0 ? 0 : clip(now.euros / (sum(received) + 1), 0, 2),
    0,
    Math.log1p(placeRows) - 1,
    Math.log1p(placeFrauds),
    (3 * placeFrauds) / (placeRows + 2),
  ];
}
