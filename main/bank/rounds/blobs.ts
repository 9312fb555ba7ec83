/** Fetches a published blob in pieces; its hash is its name, so the caller need not trust the hub for the bytes. */
import { digestOf } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import type { Digest } from '#shared/ids.ts';
import type { HubCalls } from './rounds-ports.ts';

/** 64 MiB: more than the largest model that a charter allows; a hub can't make a bank fill its memory. */
const LARGEST_BLOB = 64 * 1024 * 1024;

export async function fetchBlob(calls: Pick<HubCalls, 'blob'>, digest: Digest): Promise<Uint8Array> {
  const first = await calls.blob({ digest, offset: 0 });
  if (first.totalBytes > LARGEST_BLOB)
    throw new FailureError(
      'payload-too-large',
      `The hub names ${String(first.totalBytes)} bytes for one blob`,
    );
  const whole = new Uint8Array(first.totalBytes);
  let piece = first.bytes;
  for (let offset = 0; ;) {
    if (piece.length === 0 && offset < whole.length) throw broken(digest);
    if (offset + piece.length > whole.length) throw broken(digest);
    whole.set(piece, offset);
    offset += piece.length;
    if (offset === whole.length) break;
    piece = (await calls.blob({ digest, offset })).bytes;
  }
  if (digestOf(whole) !== digest) throw broken(digest);
  return whole;
}

function broken(digest: Digest): FailureError {
  return new FailureError('checkpoint-invalid', 'The hub passed on other bytes than it published', {
    digest,
  });
}
