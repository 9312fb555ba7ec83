/** Figures as a person reads them. ε spent is rounded up, what remains is rounded down: never a promise too good. */
import { formatEpsilonUp, formatRemainingDown } from '#shared/privacy/format.ts';

function decimals(value: number, digits: number): string {
  return new Intl.NumberFormat(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'negative', // no minus before what rounds to zero
  }).format(value);
}

/** Three decimals below 0.1, where two would say too little; two where even three would say nothing but zeros. */
function briefly(value: number, format: (value: number, digits: number) => string): string {
  const fine = format(value, 3);
  return value < 0.1 && Number(fine) > 0 ? fine : format(value, 2);
}

/** ε that is or would be spent, rounded up; two decimals, three below 0.1. */
export function epsilonSpent(value: number): string {
  return briefly(value, formatEpsilonUp);
}

/** ε that remains, rounded down and never below 0. */
export function epsilonLeft(value: number): string {
  return briefly(value, formatRemainingDown);
}

/** δ in short: `5e-7`. */
export function deltaText(delta: number): string {
  return delta.toExponential(1).replace('.0e', 'e');
}

export function count(value: number): string {
  return new Intl.NumberFormat().format(value);
}

export function figure(value: number | null, digits = 3): string {
  return value === null ? '–' : decimals(value, digits);
}

/** For the ticks of an axis that reaches to `most`: all with the same decimals, as many as its steps need. */
export function tickFigures(most: number): (value: number) => string {
  const size = Math.abs(most);
  const digits = size >= 400 ? 0 : size >= 4 ? 1 : size >= 1 ? 2 : 3;
  return (value) => decimals(value, digits);
}

/** A share of one as per cent. */
export function percent(value: number | null, digits = 0): string {
  return value === null ? '–' : `${decimals(value * 100, digits)} %`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${count(bytes)} B`;
  if (bytes < 1e6) return `${decimals(bytes / 1000, bytes < 10_000 ? 1 : 0)} KB`;
  if (bytes < 1e9) return `${decimals(bytes / 1e6, 1)} MB`;
  return `${decimals(bytes / 1e9, 2)} GB`;
}

/** `1 h 42 min`, `4 min 10 s`, `42 s`: rounded down, two units at most. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return joined(`${String(minutes)} min`, seconds % 60, 's');
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(`${String(hours)} h`, minutes % 60, 'min');
  return joined(`${String(Math.floor(hours / 24))} d`, hours % 24, 'h');
}

function joined(larger: string, rest: number, unit: string): string {
  return rest === 0 ? larger : `${larger} ${String(rest)} ${unit}`;
}

/** `about 4 min left`; null while nothing can be said. */
export function timeLeftText(seconds: number | null): string | null {
  if (seconds === null) return null;
  if (seconds < 50) return `about ${String(Math.max(5, Math.ceil(seconds / 5) * 5))} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `about ${String(Math.max(1, minutes))} min left`;
  return `about ${decimals(minutes / 60, 1)} h left`;
}

/** `14:02` in the reader's zone. */
export function clockText(utc: string | number): string {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false }).format(
    new Date(utc),
  );
}

/** `24 Nov 2026, 14:02 CET`. */
export function momentText(utc: string | number): string {
  return new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZoneName: 'short',
  }).format(new Date(utc));
}

/** `24 Nov, 14:02:07`, without year and zone, for rows of a table whose header names the zone. */
export function rowMomentText(utc: string): string {
  return new Intl.DateTimeFormat(undefined, {
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(new Date(utc));
}

/** `24 Nov 2026` of a UTC day or moment, in UTC so that a day stays that day. */
export function dayText(utcDay: string): string {
  return new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(utcDay));
}

/** Groups of four, as fingerprints and digests are compared aloud. */
export function inFours(hex: string): readonly string[] {
  return hex.match(/.{1,4}/g) ?? [];
}

/** First and last four groups of a long digest. */
export function shortDigest(hex: string): string {
  const groups = inFours(hex);
  if (groups.length <= 4) return groups.join(' ');
  return `${groups.slice(0, 2).join(' ')} … ${groups.slice(-1).join(' ')}`;
}

/** Rounds are counted from 1 for people; their index from 0 is the number of committed rounds before. */
export function roundNumber(index: number): number {
  return index + 1;
}

/** The last four characters of an identifier, enough to tell those of one run apart. */
export function shortId(id: string): string {
  return `…${id.slice(-4)}`;
}
