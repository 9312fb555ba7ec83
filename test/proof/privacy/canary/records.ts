/** Planted records: values that occur nowhere else, so that one of them outside the bank is the record that left. */
import type { Stream } from '#main/sample/generator/stream.ts';

export interface Canary {
  /** Bank that holds it, from 0. */
  readonly bank: number;
  readonly transaction: string;
  readonly card: string;
  readonly merchant: string;
  readonly terminal: string;
  /** Minor units, above 2^32: its binary forms are eight bytes long. */
  readonly amount: number;
  /** UTC milliseconds, to the second; no other row has this second. */
  readonly at: number;
  readonly isFraud: boolean;
}

const TRAINING_DAYS = { from: Date.parse('2026-01-26T00:00:00Z'), days: 60 };
const DAY_MS = 86_400_000;

export function plantCanaries(count: number, banks: number, random: Stream): readonly Canary[] {
  return Array.from({ length: count }, (_, number) => ({
    bank: number % banks,
    transaction: `KX${letters(random, 12)}`,
    card: `CARD${letters(random, 14)}`,
    merchant: `MERCHANT${letters(random, 12)}`,
    terminal: `TERM${letters(random, 12)}`,
    amount: 5_000_000_000 + random.whole(1, 3_999_999_999),
    at: secondOf(number, random),
    isFraud: number % 2 === 0,
  }));
}

/** Seconds that are no multiple of a minute, one for each record. */
function secondOf(number: number, random: Stream): number {
  const day = number % TRAINING_DAYS.days;
  const second = 3600 * random.whole(1, 22) + 60 * random.whole(0, 59) + (1 + (number % 58));
  return TRAINING_DAYS.from + day * DAY_MS + second * 1000;
}

function letters(random: Stream, length: number): string {
  return Array.from({ length }, () => 'ABCDEFGHJKLMNPQRSTUVWXYZ'.charAt(random.whole(0, 23))).join('');
}

/** The record as a line of the sample's file format. */
export function canaryLine(canary: Canary, like: string): string {
  const fields = like.trimEnd().split(',');
  const at = utc(canary.at);
  const labelledAt = utc(canary.at + 2 * DAY_MS);
  const { transaction, card, merchant, terminal, amount, isFraud } = canary;
  const kept = (index: number): string => fields[index] ?? '';
  return [
    ...[transaction, kept(1), at, card, merchant, terminal, kept(6), kept(7), kept(8), kept(9)],
    ...[String(amount), kept(11), kept(12), kept(13), isFraud ? '1' : '0', labelledAt, ''],
  ].join(',');
}

export function utc(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
