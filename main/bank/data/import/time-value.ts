/** Times as files write them → UTC milliseconds since 1970. Strict: a date that does not exist is not moved. */
import type { ColumnMapping } from '#shared/features/data-view.ts';
import type { RejectReason } from './reject-reasons.ts';

export type TimeFormat = ColumnMapping['timeFormat'];

export type ParsedTime =
  number | Extract<RejectReason, 'not-a-time' | 'impossible-date' | 'time-out-of-range'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** A parser for one file: times without a zone are `utcOffsetMinutes` ahead of UTC. */
export function createTimeParser(format: TimeFormat, utcOffsetMinutes: number): (text: string) => ParsedTime {
  const offsetMs = utcOffsetMinutes * MINUTE_MS;
  switch (format) {
    case 'iso':
      return (text) => inRange(isoTime(text, offsetMs));
    case 'day-first':
      return (text) => inRange(localTime(text, { dayAt: 1, monthAt: 2, offsetMs }));
    case 'month-first':
      return (text) => inRange(localTime(text, { dayAt: 2, monthAt: 1, offsetMs }));
    case 'epoch-seconds':
      return (text) => inRange(epochTime(text, 1000));
    case 'epoch-milliseconds':
      return (text) => inRange(epochTime(text, 1));
  }
}

function inRange(time: ParsedTime): ParsedTime {
  if (typeof time !== 'number') return time;
  return time >= EARLIEST && time < LATEST ? time : 'time-out-of-range';
}

/** `2018-04-01T00:00:31Z` and `2018-04-01 00:00:31`, read digit by digit: most files, so most of the time goes here. */
function isoTime(text: string, offsetMs: number): ParsedTime {
  const length = text.length;
  const isZulu = length === 20 && text.charCodeAt(19) === 90;
  if (!(isZulu || length === 19) || !hasIsoMarks(text)) return isoTimeInWords(text, offsetMs);
  const time = timeOf(
    [digits4(text, 0), digits2(text, 5), digits2(text, 8)],
    [digits2(text, 11), digits2(text, 14), digits2(text, 17)],
  );
  return typeof time === 'number' && !isZulu ? time - offsetMs : time;
}

function hasIsoMarks(text: string): boolean {
  const separator = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (separator === 84 || separator === 32) &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  );
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function isoTimeInWords(text: string, offsetMs: number): ParsedTime {
  const match = ISO.exec(text);
  if (match === null) return 'not-a-time';
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const time = timeOf(
    [Number(year), Number(month), Number(day)],
    [Number(hour), Number(minute), Number(second)],
  );
  if (typeof time !== 'number') return time;
  const zoneMs = zoneOffsetMs(zone, offsetMs);
  return zoneMs === undefined
    ? 'impossible-date'
    : time + Number(fraction.padEnd(3, '0').slice(0, 3)) - zoneMs;
}

function zoneOffsetMs(zone: string | undefined, offsetMs: number): number | undefined {
  if (zone === undefined) return offsetMs;
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

const LOCAL = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

function localTime(text: string, order: { dayAt: 1 | 2; monthAt: 1 | 2; offsetMs: number }): ParsedTime {
  const match = LOCAL.exec(text);
  if (match === null) return 'not-a-time';
  const [, , , year, hour = '0', minute = '0', second = '0'] = match;
  const time = timeOf(
    [Number(year), Number(match[order.monthAt]), Number(match[order.dayAt])],
    [Number(hour), Number(minute), Number(second)],
  );
  return typeof time === 'number' ? time - order.offsetMs : time;
}

function epochTime(text: string, unitMs: number): ParsedTime {
  return /^\d{1,15}$/.test(text) ? Number(text) * unitMs : 'not-a-time';
}

type Three = readonly [number, number, number];

function timeOf([year, month, day]: Three, [hour, minute, second]: Three): ParsedTime {
  const sum = year + month + day + hour + minute + second;
  if (Number.isNaN(sum)) return 'not-a-time';
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return 'impossible-date';
  if (hour > 23 || minute > 59 || second > 59) return 'impossible-date';
  return daysSinceEpoch(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** Howard Hinnant, "chrono-compatible low-level date algorithms": days_from_civil. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function digits4(text: string, at: number): number {
  return digits2(text, at) * 100 + digits2(text, at + 2);
}

/** NaN when either character is no digit. */
function digits2(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
