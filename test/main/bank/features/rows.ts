/** Plain rows as the transforms' columns, and random ones. */
import type { FeaturePresetName } from '#shared/round/charter.ts';
import { FEATURE_PRESETS } from '#shared/features/presets.ts';
import {
  AMOUNT_UNITS_A_EURO,
  type LabelEvents,
  type TransactionColumns,
} from '#main/bank/features/transform/columns.ts';
import { createTransform } from '#main/bank/features/transform/transform.ts';
import { seededRandom } from '../../../fakes/random.ts';
import type { PlainRow } from './slow-reference.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Sunday. */
export const START = Date.UTC(2018, 3, 1);

export const plainRow = (changes: Partial<PlainRow> = {}): PlainRow => ({
  at: START,
  account: 1,
  place: 1,
  euros: 50,
  isIncoming: false,
  channel: 1,
  isForeign: false,
  isNewDevice: false,
  isUnsecured: false,
  isMagstripe: false,
  riskClass: 0,
  fraudKnownAt: null,
  ...changes,
});

/** A number in [0, 1) from two bytes. */
function chance(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    const value = ((bytes[at % bytes.length] ?? 0) * 256 + (bytes[(at + 1) % bytes.length] ?? 0)) / 65_536;
    at += 2;
    return value;
  };
}

/** A few accounts and places, dense in time, with ties, late labels, incoming rows and rows without a place. */
export function randomRows(seed: number, count: number): readonly PlainRow[] {
  const next = chance(seededRandom(seed).bytes(count * 40));
  let at = START;
  return Array.from({ length: count }, () => {
    at += next() < 0.1 ? 0 : Math.floor(next() ** 3 * 12 * HOUR);
    const isFraud = next() < 0.2;
    return plainRow({
      at,
      account: Math.floor(next() * 4),
      place: next() < 0.1 ? null : Math.floor(next() * 5),
      euros: Math.round(next() ** 3 * 40_000) / 100,
      isIncoming: next() < 0.15,
      channel: Math.floor(next() * 6),
      isForeign: next() < 0.2,
      isNewDevice: next() < 0.1,
      isUnsecured: next() < 0.1,
      isMagstripe: next() < 0.1,
      riskClass: next() < 0.2 ? null : Math.floor(next() * 4),
      fraudKnownAt: isFraud ? at + Math.floor(next() * 20 * DAY) : null,
    });
  });
}

function columnsOf(rows: readonly PlainRow[]): TransactionColumns {
  const bits = (value: (row: PlainRow) => boolean | number) =>
    Uint8Array.from(rows, (row) => Number(value(row)));
  return {
    rows: rows.length,
    occurredAt: Float64Array.from(rows, (row) => row.at),
    account: Uint32Array.from(rows, (row) => row.account),
    accounts: 10,
    place: Int32Array.from(rows, (row) => row.place ?? -1),
    places: 10,
    amount: Float64Array.from(rows, (row) => Math.round(row.euros * AMOUNT_UNITS_A_EURO)),
    isIncoming: bits((row) => row.isIncoming),
    channel: bits((row) => row.channel),
    isForeign: bits((row) => row.isForeign),
    isNewDevice: bits((row) => row.isNewDevice),
    isUnsecured: bits((row) => row.isUnsecured),
    isMagstripe: bits((row) => row.isMagstripe),
    riskClass: bits((row) => (row.riskClass === null ? 0 : row.riskClass + 1)),
  };
}

function labelsOf(rows: readonly PlainRow[]): LabelEvents {
  const events = rows
    .map((row, index) => ({ index, knownAt: row.fraudKnownAt }))
    .filter((event): event is { index: number; knownAt: number } => event.knownAt !== null)
    .toSorted((a, b) => a.knownAt - b.knownAt);
  return {
    length: events.length,
    row: Uint32Array.from(events, (event) => event.index),
    knownAt: Float64Array.from(events, (event) => event.knownAt),
    isFraud: new Uint8Array(events.length).fill(1),
  };
}

/** Inputs by row; null for incoming rows. */
export function transformed(
  preset: FeaturePresetName,
  rows: readonly PlainRow[],
): readonly (Float32Array | null)[] {
  const width = FEATURE_PRESETS[preset].inputs.length;
  const transform = createTransform(preset, {
    columns: columnsOf(rows),
    labels: labelsOf(rows),
    seenBefore: [],
  });
  return rows.map((_, row) => {
    const out = new Float32Array(width).fill(NaN);
    return transform(row, out, 0) ? out : null;
  });
}
