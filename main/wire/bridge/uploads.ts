/** Takes a file from the page to home/uploads, streamed, closed to other users, each in a folder with a name made here. */
import { createWriteStream, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FailureError } from '#shared/failure.ts';
import { hasCode, makePrivateDirectory } from '../../platform/files.ts';
import type { Random } from '../../platform/ports.ts';

export interface UploadsOptions {
  /** Emptied at the start: what an earlier process received was imported or abandoned. */
  readonly directory: string;
  readonly maxBytes: number;
  readonly random: Random;
}

export interface Uploads {
  /** Resolves with the source that the data service imports from. Rejects with a FailureError, keeping nothing. */
  receive(request: IncomingMessage): Promise<{ readonly source: string }>;
}

const AT_ONCE = 2;

export function createUploads(options: UploadsOptions): Uploads {
  rmSync(options.directory, { recursive: true, force: true });
  makePrivateDirectory(options.directory);
  let running = 0;
  return {
    receive: async (request) => {
      if (running >= AT_ONCE) throw new FailureError('rate-limited', 'Two files are being received already');
      running += 1;
      try {
        return await receive(request, options);
      } finally {
        running -= 1;
      }
    },
  };
}

async function receive(
  request: IncomingMessage,
  options: UploadsOptions,
): Promise<{ readonly source: string }> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > options.maxBytes) throw tooLarge(options.maxBytes);
  const id = Buffer.from(options.random.bytes(16)).toString('hex');
  // A folder of its own, so that the file keeps its name: lists, buttons and the audit record show it.
  const folder = path.join(options.directory, id);
  const source = path.join(folder, safeName(request.headers['x-file-name']));
  const partial = `${source}.part`;
  try {
    makePrivateDirectory(folder);
    const file = createWriteStream(partial, { mode: 0o600, flags: 'wx' });
    await pipeline(request, limit(options.maxBytes), file);
    await rename(partial, source);
    return { source };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw asFailure(error);
  }
}

/** The name's last part in harmless letters, so that a person recognises the file in lists. */
export function safeName(header: string | string[] | undefined): string {
  const given = typeof header === 'string' ? decoded(header) : '';
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const safe = last.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._-]+/, '');
  return safe === '' ? 'file' : safe.slice(-80);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded: the harmless letters of it will do
  }
}

function limit(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      seen += chunk.length;
      if (seen > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
}

function tooLarge(maxBytes: number): FailureError {
  const gigabytes = (maxBytes / 1e9).toFixed(1);
  return new FailureError(
    'file-not-readable',
    `The file is larger than ${gigabytes} GB; import it with the command line`,
  );
}

function asFailure(error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  if (hasCode(error, 'ENOSPC'))
    return new FailureError('disk-full', 'The disk became full while the file was received');
  const why = error instanceof Error ? error.message : 'unknown cause';
  return new FailureError('file-not-readable', `The file did not arrive whole: ${why}`);
}
