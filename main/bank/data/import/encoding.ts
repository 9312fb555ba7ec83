/** Which encoding a file is in, seen from its first bytes; proposed in the import dialog, never assumed in silence. */
import { isUtf8 } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { FailureError } from '#shared/failure.ts';
import type { ColumnMapping } from '#shared/features/data-view.ts';

export type Encoding = ColumnMapping['encoding'];

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Throws `not-a-csv` for what is plainly another kind of file, and `encoding-not-supported` for UTF-32. */
export function detectEncoding(sample: Uint8Array): Encoding {
  refuseOtherKinds(sample);
  const marked = byteOrderMark(sample);
  if (marked !== undefined) return marked;
  const zeros = zeroShares(sample);
  // Text in Latin letters has a zero in every second byte of UTF-16, and none in UTF-8.
  if (zeros.odd > 0.4 && zeros.even < 0.1) return 'utf-16le';
  if (zeros.even > 0.4 && zeros.odd < 0.1) return 'utf-16be';
  return isUtf8(withoutCutCharacter(sample)) ? 'utf-8' : 'windows-1252';
}

/** Turns bytes into text piece by piece; bytes that are no text become U+FFFD, which the record reader rejects. */
export function createDecoder(encoding: Encoding): { write(bytes: Buffer): string; end(): string } {
  let isFirst = true;
  const withoutMark = (text: string): string => {
    if (!isFirst || text === '') return text;
    isFirst = false;
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  };
  if (encoding === 'utf-8') {
    // Several times as fast as TextDecoder in its streaming mode.
    const decoder = new StringDecoder('utf8');
    return { write: (bytes) => withoutMark(decoder.write(bytes)), end: () => withoutMark(decoder.end()) };
  }
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return {
    write: (bytes) => withoutMark(decoder.decode(bytes, { stream: true })),
    end: () => withoutMark(decoder.decode()),
  };
}

function refuseOtherKinds(sample: Uint8Array): void {
  if (sample.length === 0) throw new FailureError('not-a-csv', 'The file is empty');
  const head = Buffer.from(sample.subarray(0, 8)).toString('latin1');
  for (const [magic, kind] of OTHER_KINDS) {
    if (head.startsWith(magic))
      throw new FailureError('not-a-csv', `The file is ${kind}, not delimited text`);
  }
  if (head.startsWith('\xff\xfe\0\0') || head.startsWith('\0\0\xfe\xff')) {
    throw new FailureError('encoding-not-supported', 'The file is UTF-32');
  }
}

const OTHER_KINDS = [
  ['PK\x03\x04', 'a ZIP archive or an Excel workbook'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook'],
  ['%PDF', 'a PDF'],
  ['SQLite f', 'a SQLite database'],
  ['PAR1', 'a Parquet file'],
  ['BZh', 'compressed by bzip2'],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd'],
  ['\xfd7zXZ', 'compressed by xz'],
] as const;

function byteOrderMark(sample: Uint8Array): Encoding | undefined {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8';
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  return sample[0] === 0xfe && sample[1] === 0xff ? 'utf-16be' : undefined;
}

function zeroShares(sample: Uint8Array): { even: number; odd: number } {
  let even = 0;
  let odd = 0;
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  const half = Math.max(1, sample.length / 2);
  return { even: even / half, odd: odd / half };
}

/** The sample may end inside a character of up to four bytes. */
function withoutCutCharacter(sample: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, sample.length); back++) {
    const byte = sample[sample.length - back] ?? 0;
    if (byte >= 0xc0) return sample.subarray(0, sample.length - back);
    if (byte < 0x80) return sample;
  }
  return sample;
}
