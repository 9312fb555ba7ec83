/** What is published: entries of the log, their sums, and with open payloads the updates they list. */
import { CHUNK_BYTES } from '#shared/contract/federation.ts';
import type { Output, Parsed } from '#shared/contract/define.ts';
import type { FederationContract } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { Digest, RunId } from '#shared/ids.ts';
import type { HubStore } from '../store/store.ts';
import type { OpenRun } from './open-run.ts';

type ResultInput = Parsed<FederationContract['roundResult']>;
type ResultOutput = Output<FederationContract['roundResult']>;
type BlobInput = Parsed<FederationContract['blob']>;
type BlobOutput = Output<FederationContract['blob']>;

/** socket.io's parser takes ten binary parts a message: the sums and nine updates. More are fetched one by one. */
const MOST_INLINE_UPDATES = 9;

export interface Results {
  roundResult(input: ResultInput): ResultOutput;
  blob(input: BlobInput): BlobOutput;
}

export function createResults(store: HubStore, runs: ReadonlyMap<RunId, OpenRun>): Results {
  return {
    roundResult: ({ runId, index, inlineLimit }) => {
      const published = store.runs.published(runId, index);
      const run = runs.get(runId);
      if (published === undefined || run === undefined)
        throw new FailureError('not-found', `Round ${String(index + 1)} of this run is not published`);
      const { entry, sums } = published;
      const isInline = sums.length <= inlineLimit;
      const left = isInline ? inlineLimit - sums.length : 0;
      const payloads = run.charter.openPayloads ? payloadsOf(store, entry.entry) : [];
      const size = payloads.reduce((total, { bytes }) => total + bytes.length, 0);
      const areInline = size <= left && payloads.length <= MOST_INLINE_UPDATES;
      return { entry, sums: isInline ? sums : null, payloads: areInline ? payloads : [] };
    },
    blob: ({ digest, offset }) => {
      const bytes = store.runs.sums(digest) ?? openPayload(store, runs, digest);
      if (bytes === undefined) throw new FailureError('not-found', 'Nothing published has this digest');
      return { totalBytes: bytes.length, bytes: bytes.slice(offset, offset + CHUNK_BYTES) };
    },
  };
}

function payloadsOf(store: HubStore, entry: ResultOutput['entry']['entry']): ResultOutput['payloads'] {
  return entry.included.flatMap(({ update }) => {
    const { roundId, bankId, payloadHash } = update.header;
    const bytes = store.updates.payload(roundId, bankId);
    return bytes === undefined ? [] : [{ payloadHash, bytes: new Uint8Array(bytes) }];
  });
}

/** Payloads travel on only where every charter that could list them says so. */
function openPayload(
  store: HubStore,
  runs: ReadonlyMap<RunId, OpenRun>,
  digest: Digest,
): Uint8Array | undefined {
  const found = store.updates.publishedPayload(digest);
  if (found === undefined) return undefined;
  return runs.get(found.runId)?.charter.openPayloads === true ? found.payload : undefined;
}
