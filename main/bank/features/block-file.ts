/**
 * Computed inputs on disk, a block of rows a file: training reads flat arrays and never row-wise SQL.
 *
 * Layout, little-endian: 8 bytes `PARLEYF1`; uint32 length of the header; the header as JSON, padded with blanks to a
 * multiple of 8; then occurredAt float64[rows], x float32[rows · width], account uint32[rows], rowNo uint32[rows].
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import { FeaturePresetName } from '#shared/round/charter.ts';

export interface FeatureBlock {
  readonly rows: number;
  readonly width: number;
  /** UTC milliseconds, ascending. */
  readonly occurredAt: Float64Array;
  /** x[row · width + input] */
  readonly x: Float32Array;
  readonly account: Uint32Array;
  /** Number of the row in the store. */
  readonly rowNo: Uint32Array;
}

export const BlockHeader = z.strictObject({
  preset: FeaturePresetName,
  presetVersion: z.int(),
  dataVersion: z.int(),
  rows: z.int().min(1),
  width: z.int().min(1),
  /** SHA-256 of all that follows the header. */
  sha256: z.string(),
});
export type BlockHeader = z.infer<typeof BlockHeader>;

const MAGIC = 'PARLEYF1';
const PREFIX_BYTES = 12;

/** A block to fill; its arrays lie in one buffer in the order of the file. */
export function allocateBlock(rows: number, width: number): FeatureBlock {
  return blockOver(new ArrayBuffer(bodyBytes(rows, width)), { rows, width, offset: 0 });
}

/** The first `rows` rows of a block, for the last and shorter one. */
export function cutBlock(block: FeatureBlock, rows: number): FeatureBlock {
  if (rows === block.rows) return block;
  const cut = allocateBlock(rows, block.width);
  cut.occurredAt.set(block.occurredAt.subarray(0, rows));
  cut.x.set(block.x.subarray(0, rows * block.width));
  cut.account.set(block.account.subarray(0, rows));
  cut.rowNo.set(block.rowNo.subarray(0, rows));
  return cut;
}

export function writeBlock(
  file: string,
  block: FeatureBlock,
  made: Pick<BlockHeader, 'preset' | 'presetVersion' | 'dataVersion'>,
): void {
  const body = new Uint8Array(block.occurredAt.buffer);
  const header: BlockHeader = { ...made, rows: block.rows, width: block.width, sha256: sha256(body) };
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil((PREFIX_BYTES + text.length) / 8) * 8 - PREFIX_BYTES);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(MAGIC, 'latin1');
  prefix.writeUInt32LE(padded.length, 8);
  writeFileSync(file, Buffer.concat([prefix, Buffer.from(padded, 'latin1'), body]), { mode: 0o600 });
}

/** Throws `features-not-ready` for a file that is missing, cut, altered, or of another preset. */
export function readBlock(
  file: string,
  expected: Pick<BlockHeader, 'preset' | 'presetVersion'>,
): FeatureBlock {
  const bytes = readBytes(file);
  const headerEnd = PREFIX_BYTES + bytes.readUInt32LE(8);
  if (bytes.toString('latin1', 0, 8) !== MAGIC || headerEnd > bytes.length) throw damaged(file);
  const header = BlockHeader.safeParse(parseJson(bytes.toString('latin1', PREFIX_BYTES, headerEnd)));
  if (!header.success) throw damaged(file);
  const { preset, presetVersion, rows, width } = header.data;
  const body = bytes.subarray(headerEnd);
  const isWhole = body.length === bodyBytes(rows, width) && sha256(body) === header.data.sha256;
  if (!isWhole || preset !== expected.preset || presetVersion !== expected.presetVersion) throw damaged(file);
  return blockOver(bytes.buffer, { rows, width, offset: bytes.byteOffset + headerEnd });
}

function readBytes(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    if (bytes.length < PREFIX_BYTES) throw damaged(file);
    // Arrays of 8-byte numbers need an aligned beginning, which a small file from Node's pool may not have.
    return bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw damaged(file);
    throw error;
  }
}

function bodyBytes(rows: number, width: number): number {
  return rows * (8 + 4 * width + 4 + 4);
}

function blockOver(
  buffer: ArrayBufferLike,
  { rows, width, offset }: { readonly rows: number; readonly width: number; readonly offset: number },
): FeatureBlock {
  const x = offset + 8 * rows;
  const account = x + 4 * rows * width;
  return {
    rows,
    width,
    occurredAt: new Float64Array(buffer, offset, rows),
    x: new Float32Array(buffer, x, rows * width),
    account: new Uint32Array(buffer, account, rows),
    rowNo: new Uint32Array(buffer, account + 4 * rows, rows),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function damaged(file: string): FailureError {
  return new FailureError(
    'features-not-ready',
    `${file} is missing or was altered; it has to be computed again`,
    { file },
  );
}
