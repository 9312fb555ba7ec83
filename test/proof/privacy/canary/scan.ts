/**
 * Looks for planted records in captured bytes, also inside gzip and deflate streams. Forms of four and five bytes occur by
 * chance in megabytes of noise, so they count only where two different ones of one record stand close together.
 */
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
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

const LONG = 6;
const CLOSE_BYTES = 256;
const PREFIX = 4;
const MOST_INFLATED = 64 * 1024 * 1024;

export function createScan(patterns: readonly Pattern[]): Scan {
  const byPrefix = new Map<number, Pattern[]>();
  for (const pattern of patterns) {
    const prefix = pattern.bytes.readUInt32LE(0);
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), pattern]);
  }
  return ({ place, bytes }) =>
    [bytes, ...inflated(bytes)].flatMap((part, index) =>
      hitsIn(part, byPrefix).map(({ record, form }) => ({
        place: index === 0 ? place : `${place}, compressed`,
        record,
        form,
      })),
    );
}

interface Found extends Pattern {
  readonly at: number;
}

function hitsIn(bytes: Buffer, byPrefix: ReadonlyMap<number, readonly Pattern[]>): readonly Found[] {
  const found: Found[] = [];
  let prefix = bytes.length < PREFIX ? 0 : bytes.readUIntLE(0, PREFIX - 1) * 256;
  for (let at = 0; at + PREFIX <= bytes.length; at++) {
    prefix = ((prefix >>> 8) | ((bytes[at + PREFIX - 1] ?? 0) << 24)) >>> 0;
    for (const pattern of byPrefix.get(prefix) ?? []) {
      const { length } = pattern.bytes;
      if (bytes.compare(pattern.bytes, 0, length, at, at + length) === 0) found.push({ ...pattern, at });
    }
  }
  return found.filter((one) => one.bytes.length >= LONG || isBackedUp(one, found));
}

function isBackedUp(one: Found, found: readonly Found[]): boolean {
  return found.some(
    (other) =>
      other.record === one.record && other.form !== one.form && Math.abs(other.at - one.at) <= CLOSE_BYTES,
  );
}

/** What the streams in it unpack to; most places that look like a stream are none. */
function inflated(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  const attempt = (unpack: typeof gunzipSync, at: number): void => {
    const part = unpacked(unpack, bytes.subarray(at));
    if (part !== undefined) parts.push(part);
  };
  for (let at = bytes.indexOf(0x1f); at !== -1; at = bytes.indexOf(0x1f, at + 1))
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8) attempt(gunzipSync, at);
  for (let at = bytes.indexOf(0x78); at !== -1; at = bytes.indexOf(0x78, at + 1))
    if ([0x01, 0x5e, 0x9c, 0xda].includes(bytes[at + 1] ?? 0)) attempt(inflateSync, at);
  attempt(inflateRawSync, 0);
  return parts;
}

function unpacked(unpack: typeof gunzipSync, bytes: Buffer): Buffer | undefined {
  try {
    return unpack(bytes, { maxOutputLength: MOST_INFLATED });
  } catch (error) {
    // No stream, or one that something follows: nothing that these forms could hide in whole.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
