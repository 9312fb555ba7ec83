/**
 * Looks for planted records in captured bytes, also inside gzip and deflate streams. Forms of four and five bytes occur by
 * chance in megabytes of noise, so they count only where two stand close together: two values of a record, or one column.
 */
import { constants, inflateRawSync } from 'node:zlib';
import type { Pattern } from './encodings.ts';

export interface Captured {
  /** `wire up`, `log`, `temporary files`, … */
  readonly place: string;
  readonly bytes: Buffer;
}

export interface Hit {
  readonly place: string;
  readonly record: number;
  readonly form: string;
}

export type Scan = (captured: Captured) => readonly Hit[];

/** Some 500 forms are shorter. In ten megabytes of noise one of them is met in most runs, two close together in one of 10,000. */
const LONG = 6;
const CLOSE_BYTES = 256;
/** Bytes by which a form is looked up. */
const KEY = 4;
const MOST_INFLATED = 64 * 1024 * 1024;

interface Keyed extends Pattern {
  /** Where its key stands in it: at the end where it starts with zeros, of which a store is full. */
  readonly keyAt: number;
}

export function createScan(patterns: readonly Pattern[]): Scan {
  const byKey = new Map<number, Keyed[]>();
  for (const pattern of patterns) {
    const startsWithZeros = pattern.bytes.readUInt16LE(0) === 0;
    const keyAt = startsWithZeros ? pattern.bytes.length - KEY : 0;
    const key = pattern.bytes.readUInt32LE(keyAt);
    byKey.set(key, [...(byKey.get(key) ?? []), { ...pattern, keyAt }]);
  }
  return ({ place, bytes }) =>
    [bytes, ...inflated(bytes)].flatMap((part, index) =>
      hitsIn(part, byKey).map(({ record, form }) => ({
        place: index === 0 ? place : `${place}, compressed`,
        record,
        form,
      })),
    );
}

interface Found extends Pattern {
  readonly at: number;
}

function hitsIn(bytes: Buffer, byKey: ReadonlyMap<number, readonly Keyed[]>): readonly Found[] {
  const found: Found[] = [];
  let key = bytes.length < KEY ? 0 : bytes.readUIntLE(0, KEY - 1) * 256;
  for (let place = 0; place + KEY <= bytes.length; place++) {
    key = ((key >>> 8) | ((bytes[place + KEY - 1] ?? 0) << 24)) >>> 0;
    for (const pattern of byKey.get(key) ?? []) {
      const at = place - pattern.keyAt;
      const end = at + pattern.bytes.length;
      if (at < 0 || end > bytes.length) continue;
      if (bytes.compare(pattern.bytes, 0, undefined, at, end) === 0) found.push({ ...pattern, at });
    }
  }
  return found.filter((one) => one.bytes.length >= LONG || isBackedUp(one, found));
}

/** By another value: the same bytes may be several forms. */
function isBackedUp(one: Found, found: readonly Found[]): boolean {
  return found.some(({ at }) => {
    const apart = Math.abs(at - one.at);
    return apart >= KEY && apart <= CLOSE_BYTES;
  });
}

/** What the streams in it unpack to; most places that look like a stream are none. */
function inflated(bytes: Buffer): readonly Buffer[] {
  return [...new Set(streamStarts(bytes))].flatMap((at) => unpacked(bytes.subarray(at)) ?? []);
}

const GZIP_HEADER = 10;
const ZLIB_HEADER = 2;
const HEAD_END = '\r\n\r\n';

/** Where the bare deflate data of a gzip or zlib stream would start, and what has no header: whole captures and HTTP bodies. */
function* streamStarts(bytes: Buffer): Generator<number> {
  yield 0;
  for (const at of placesOf(bytes, HEAD_END)) yield at + HEAD_END.length;
  for (const at of placesOf(bytes, Buffer.from([0x1f, 0x8b, 0x08]))) yield at + gzipHeader(bytes, at);
  for (const at of placesOf(bytes, Buffer.from([0x78])))
    if ([0x01, 0x5e, 0x9c, 0xda].includes(bytes[at + 1] ?? 0)) yield at + ZLIB_HEADER;
}

function* placesOf(bytes: Buffer, sought: Buffer | string): Generator<number> {
  for (let at = bytes.indexOf(sought); at !== -1; at = bytes.indexOf(sought, at + 1)) yield at;
}

/** Length of the header with its optional fields (RFC 1952 section 2.3). */
function gzipHeader(bytes: Buffer, at: number): number {
  const flags = bytes[at + 3] ?? 0;
  let end = at + GZIP_HEADER;
  if ((flags & 4) !== 0) end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
  for (const flag of [8, 16]) if ((flags & flag) !== 0) end = bytes.indexOf(0, end) + 1;
  return end + ((flags & 2) !== 0 ? 2 : 0) - at;
}

/** What starts as no stream fails within so many bytes, mostly. */
const TRIED = 64;

/** What the stream at the start unpacks to, as far as it goes: it may be cut off, or other bytes may lie in it. */
function unpacked(bytes: Buffer): Buffer | undefined {
  const whole = inflatedPart(bytes);
  let [good, bad] = [Math.min(TRIED, bytes.length), bytes.length];
  let part = whole ?? inflatedPart(bytes.subarray(0, good));
  if (whole !== undefined || part === undefined) return part;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const found = inflatedPart(bytes.subarray(0, middle));
    if (found === undefined) bad = middle;
    else [good, part] = [middle, found];
  }
  return part;
}

function inflatedPart(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_INFLATED });
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
