/** The hub's end of the wire: receives what the bank sends, and answers, refuses, forgets or breaks off as it is told. */
import {
  type OwnUpdateState,
  type Receipt,
  type SignedReceipt,
  SignedUpdateHeader,
  type UpdateHeader,
} from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { FederationClient } from '#main/wire/federation-client.ts';
import { signStatement } from '#main/wire/identity.ts';
import type { Clock } from '#main/platform/ports.ts';
import type { Recorder } from './recorder.ts';
import { HUB_KEYS } from './terms.ts';

export type HubMood =
  | 'takes-all'
  /** Not reachable: nothing arrives. */
  | 'unreachable'
  /** The offer arrives, then the line breaks. */
  | 'breaks-after-offer'
  /** All bytes arrive, the receipt is lost. */
  | 'loses-receipt'
  | 'refuses'
  | 'is-busy';

export interface FakeWire {
  mood: HubMood;
  readonly calls: Pick<FederationClient, 'offerUpdate' | 'sendChunk'>;
  /** The hub's store is gone: it asks for everything again. */
  forget(): void;
  /** What the hub has a receipt for. */
  taken(updateId: string): boolean;
}

/** `taken`: what this hub has acknowledged before. */
export function createFakeWire(
  recorder: Recorder,
  clock: Pick<Clock, 'monotonic'>,
  taken: readonly Receipt[] = [],
): FakeWire {
  const headers = new Map<string, UpdateHeader>();
  const receipts = new Map<string, SignedReceipt>();
  for (const receipt of taken) receipts.set(receipt.updateId, signedReceipt(receipt));
  const receiptFor = ({ updateId, roundId, bankId, payloadHash }: UpdateHeader): OwnUpdateState => {
    const receipt = signedReceipt({ updateId, roundId, bankId, payloadHash });
    receipts.set(updateId, receipt);
    return { kind: 'committed', receipt };
  };
  const wire: FakeWire = {
    mood: 'takes-all',
    calls: {
      offerUpdate: async (offer) => {
        const signed = SignedUpdateHeader.parse(offer);
        if (wire.mood === 'unreachable') throw new FailureError('hub-unreachable', 'No answer');
        const { updateId } = signed.header;
        recorder.offered(signed, clock.monotonic());
        if (wire.mood === 'breaks-after-offer') throw new FailureError('hub-unreachable', 'Cut');
        if (wire.mood === 'refuses') throw new FailureError('update-refused', 'Not wanted');
        if (wire.mood === 'is-busy') throw new FailureError('busy', 'Later');
        headers.set(updateId, signed.header);
        const known = receipts.get(updateId);
        return known === undefined
          ? { kind: 'partial', updateId, offset: 0 }
          : { kind: 'committed', receipt: known };
      },
      sendChunk: async ({ updateId, bytes }) => {
        recorder.bytes({ updateId, bytes, atMs: clock.monotonic() });
        const header = headers.get(updateId);
        if (wire.mood === 'loses-receipt' || header === undefined)
          throw new FailureError('hub-unreachable', 'Cut');
        return receiptFor(header);
      },
    },
    forget: () => {
      headers.clear();
      receipts.clear();
    },
    taken: (updateId) => receipts.has(updateId),
  };
  return wire;
}

function signedReceipt(receipt: Receipt): SignedReceipt {
  return { receipt, hubSignature: signStatement(HUB_KEYS.privateKey, 'receipt', receipt) };
}
