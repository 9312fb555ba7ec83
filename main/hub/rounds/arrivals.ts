/** Updates on their way in chunks: at most one a bank and round, in memory; a link that breaks resumes at the offset. */
import type { SignedUpdateHeader } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { UpdateId } from '#shared/ids.ts';

interface Arrival {
  readonly signed: SignedUpdateHeader;
  readonly bytes: Uint8Array;
  offset: number;
}

export interface Chunk {
  readonly updateId: UpdateId;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type ChunkOutcome =
  | { readonly kind: 'partial'; readonly offset: number }
  | { readonly kind: 'complete'; readonly signed: SignedUpdateHeader; readonly payload: Uint8Array };

export interface Arrivals {
  /** Where to go on: 0 for an update that was not announced before. */
  announce(signed: SignedUpdateHeader): number;
  /** Throws 'not-found' without an announcement and 'payload-too-large' past the announced length. */
  add(bankKey: string, chunk: Chunk): ChunkOutcome;
  forget(roundId: string): void;
}

export function createArrivals(): Arrivals {
  const byBank = new Map<string, Arrival>();
  return {
    announce: (signed) => {
      const { bankId, updateId, byteLength } = signed.header;
      const known = byBank.get(bankId);
      if (known?.signed.header.updateId === updateId) return known.offset;
      byBank.set(bankId, { signed, bytes: new Uint8Array(byteLength), offset: 0 });
      return 0;
    },
    add: (bankId, { updateId, offset, bytes }) => {
      const arrival = byBank.get(bankId);
      if (arrival?.signed.header.updateId !== updateId)
        throw new FailureError('not-found', 'Announce the update before its first chunk');
      // A chunk that came twice, or out of order: the answer says where to go on.
      if (offset !== arrival.offset) return { kind: 'partial', offset: arrival.offset };
      if (offset + bytes.length > arrival.bytes.length)
        throw new FailureError('payload-too-large', 'The chunks are longer than the announced update');
      arrival.bytes.set(bytes, offset);
      arrival.offset += bytes.length;
      if (arrival.offset < arrival.bytes.length) return { kind: 'partial', offset: arrival.offset };
      byBank.delete(bankId);
      return { kind: 'complete', signed: arrival.signed, payload: arrival.bytes };
    },
    forget: (roundId) => {
      for (const [bankId, { signed }] of byBank) if (signed.header.roundId === roundId) byBank.delete(bankId);
    },
  };
}
