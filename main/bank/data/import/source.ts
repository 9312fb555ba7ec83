/** Reads a CSV or .csv.gz as text, piece by piece; gzip is told by its first bytes, not by the file's name. */
import { open, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip, gunzipSync, constants } from 'node:zlib';
import { FailureError } from '#shared/failure.ts';
import { asStoreFailure } from '#main/platform/sqlite/failures.ts';
import { createDecoder, isGzip, type Encoding } from './encoding.ts';

/** Bytes read at a time, before and after decompression. */
const CHUNK_BYTES = 1 << 18;
const SAMPLE_BYTES = 1 << 16;

export interface TextPiece {
  readonly text: string;
  /** Bytes of the file itself read so far, compressed where it is. */
  readonly bytesRead: number;
  readonly fileBytes: number;
}

/** The whole file in order. Throws `file-not-readable` where the file fails, also for gzip data that ends early. */
export async function* readText(path: string, encoding: Encoding): AsyncGenerator<TextPiece> {
  const decoder = createDecoder(encoding);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const { head, fileBytes } = await readHead(path);
  const chunks: AsyncIterable<unknown> = isGzip(head)
    ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined)
    : file;
  try {
    for await (const chunk of chunks) {
      if (!Buffer.isBuffer(chunk)) continue;
      yield { text: decoder.write(chunk), bytesRead: file.bytesRead, fileBytes };
    }
  } catch (error) {
    throw readFailure(error, path);
  } finally {
    file.destroy();
  }
  yield { text: decoder.end(), bytesRead: file.bytesRead, fileBytes };
}

export interface FileSample {
  /** Decompressed first bytes. */
  readonly bytes: Uint8Array;
  readonly fileBytes: number;
  readonly isCompressed: boolean;
  /** The sample is the whole file. */
  readonly isWhole: boolean;
}

export async function readSample(path: string): Promise<FileSample> {
  const { head, fileBytes } = await readHead(path);
  if (!isGzip(head)) {
    return { bytes: head, fileBytes, isCompressed: false, isWhole: head.length === fileBytes };
  }
  try {
    // The sample cuts the compressed data; what comes out before the cut is good.
    const bytes = gunzipSync(head, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 64 * SAMPLE_BYTES,
    });
    return { bytes, fileBytes, isCompressed: true, isWhole: head.length === fileBytes };
  } catch (error) {
    throw readFailure(error, path);
  }
}

async function readHead(path: string): Promise<{ head: Buffer; fileBytes: number }> {
  try {
    const status = await stat(path);
    if (!status.isFile()) throw new FailureError('file-not-readable', `${path} is not a file`);
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
      return { head: buffer.subarray(0, bytesRead), fileBytes: status.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readFailure(error, path);
  }
}

function readFailure(error: unknown, path: string): unknown {
  const isGzipError = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  if (isGzipError)
    return new FailureError('file-not-readable', `${path} is damaged: ${error.message} (gzip)`);
  return asStoreFailure(error, path);
}
