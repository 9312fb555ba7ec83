import { describe, expect, it } from 'vitest';
import { type OwnUpdateState, SignedUpdateHeader } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import { approvalOf } from '#main/bank/review/approval.ts';
import { acknowledge } from '#main/bank/rounds/outbox-end.ts';
import { createUploads } from '#main/bank/rounds/uploads.ts';
import type { HubSession, RoundsPorts } from '#main/bank/rounds/rounds-ports.ts';
import { digestOf, keyPairFromSeed, signStatement } from '#main/wire/identity.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { codeOf, CONSORTIUM, type GateFixture, gateFixture } from '../review/gate-fixture.ts';

const hubKeys = keyPairFromSeed(new Uint8Array(32).fill(5));
const operatorKey = keyPairFromSeed(new Uint8Array(32).fill(1)).publicKey;

/** A hub that keeps bytes in memory and fails where a test says. */
function fakeHub() {
  const offered: SignedUpdateHeader[] = [];
  const hub = {
    offered,
    received: new Uint8Array(),
    /** Called before each piece; may throw. */
    onChunk: (() => undefined) as (offset: number) => void,
    onOffer: (): void => undefined,
    pieceBytes: 100,
    offerUpdate: async (signed: SignedUpdateHeader): Promise<OwnUpdateState> => {
      offered.push(signed);
      hub.onOffer();
      return state(signed);
    },
    sendChunk: async ({ offset, bytes }: { offset: number; bytes: Uint8Array }): Promise<OwnUpdateState> => {
      hub.onChunk(offset);
      const signed = offered.at(-1);
      if (signed === undefined) throw new Error('no offer');
      const taken = bytes.slice(0, hub.pieceBytes);
      hub.received = Uint8Array.from([...hub.received.slice(0, offset), ...taken]);
      return state(signed);
    },
  };
  const state = ({ header }: SignedUpdateHeader): OwnUpdateState => {
    const { updateId, roundId, bankId, payloadHash, byteLength } = header;
    if (hub.received.length < byteLength) return { kind: 'partial', updateId, offset: hub.received.length };
    const receipt = { updateId, roundId, bankId, payloadHash };
    return {
      kind: 'committed',
      receipt: { receipt, hubSignature: signStatement(hubKeys.privateKey, 'receipt', receipt) },
    };
  };
  return hub;
}

function portsOf(fixture: GateFixture, hub: ReturnType<typeof fakeHub>): RoundsPorts {
  const { participations, ledger, trainer, clock, database } = fixture;
  return {
    transact: (work) => database.transaction(work).immediate(),
    store: fixture.rounds,
    review: fixture.store,
    ...{ participations, ledger, trainer, clock },
    gate: fixture.gate,
    log: recordingLog(),
    identity: fixture.ports.identity,
    signatures: fixture.signatures,
    policy: () => fixture.policy,
    requireSound: () => undefined,
    audit: () => undefined,
    receipts: new Map(),
    anchor: { noted: () => undefined, beforeSending: () => Promise.resolve() },
    adopted: () => undefined,
    changed: () => undefined,
    hub: async () => ({
      calls: callsOf(hub),
      trust: { consortiumId: CONSORTIUM, operatorKey, hubKey: hubKeys.publicKey },
    }),
  };
}

const never = (): never => {
  throw new Error('not part of this test');
};
const callsOf = (hub: ReturnType<typeof fakeHub>): HubSession['calls'] => ({
  offerUpdate: (signed) => hub.offerUpdate(SignedUpdateHeader.parse(signed)),
  sendChunk: (chunk) => hub.sendChunk(chunk),
  pull: never,
  runPlan: never,
  joinRun: never,
  leaveRun: never,
  joinRound: never,
  declineRound: never,
  roundResult: never,
  blob: never,
});

async function released() {
  const fixture = gateFixture();
  await fixture.gate.train(fixture.round);
  const held = fixture.store.heldOfRound(fixture.round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  const { updateId, header } = held;
  fixture.gate.ask({ updateId, digest: header.payloadHash, scope: { kind: 'this-round' }, note: '' });
  fixture.clock.advance(5000);
  return { fixture, held };
}

function partOf(fixture: GateFixture): string | undefined {
  return fixture.participations.get(fixture.round.roundId)?.state.kind;
}

describe('sending a released update', () => {
  it('sends the stored bytes in pieces and keeps the receipt', async () => {
    const { fixture, held } = await released();
    const hub = fakeHub();
    await createUploads(portsOf(fixture, hub)).kick();
    expect(digestOf(hub.received)).toBe(held.header.payloadHash);
    expect(fixture.store.outbox(held.updateId)).toMatchObject({ state: 'sent' });
    expect(partOf(fixture)).toBe('sent');
  });

  it('sends no byte before the hub holds the ledger as it stands', async () => {
    const { fixture, held } = await released();
    const hub = fakeHub();
    const older = new FailureError('ledger-broken', 'the hub knows a newer ledger');
    const anchor = { noted: () => undefined, beforeSending: () => Promise.reject(older) };
    await createUploads({ ...portsOf(fixture, hub), anchor }).kick();
    expect(hub.offered).toHaveLength(0);
    expect(fixture.store.outbox(held.updateId)).toMatchObject({ state: 'waiting' });
  });

  it('goes on at every offset after a cut, and a restart sends identical bytes under the same header', async () => {
    const { fixture, held } = await released();
    const hub = fakeHub();
    for (let cut = 0; cut < held.payload.length; cut += hub.pieceBytes) {
      hub.onChunk = (offset) => {
        if (offset >= cut) throw new FailureError('hub-unreachable', 'cut');
      };
      await createUploads(portsOf(fixture, hub)).kick();
      expect(partOf(fixture)).toBe('sending');
    }
    const reopened = fixture.restart();
    hub.onChunk = () => undefined;
    await createUploads(portsOf(reopened, hub)).kick();
    expect(digestOf(hub.received)).toBe(held.header.payloadHash);
    expect(new Set(hub.offered.map((offer) => JSON.stringify(offer))).size).toBe(1);
    expect(hub.offered.length).toBeGreaterThan(3);
    expect(partOf(reopened)).toBe('sent');
  });

  it('sends nothing when the stored bytes changed after the release', async () => {
    const { fixture, held } = await released();
    fixture.database.exec('DROP TRIGGER held_update_no_update');
    const other = Uint8Array.from(held.payload).fill(1, 0, 1);
    fixture.database
      .prepare('UPDATE held_update SET payload = ? WHERE update_id = ?')
      .run(other, held.updateId);
    const hub = fakeHub();
    await createUploads(portsOf(fixture, hub)).kick();
    expect(hub.offered).toEqual([]);
    expect(partOf(fixture)).toBe('refused');
  });

  it('sends nothing when the approval is for another charge', async () => {
    const { fixture, held } = await released();
    fixture.database.exec('DROP TRIGGER held_update_no_update');
    const charge = JSON.stringify({ ...held.charge, sequence: 99 });
    fixture.database
      .prepare('UPDATE held_update SET charge = ? WHERE update_id = ?')
      .run(charge, held.updateId);
    const hub = fakeHub();
    await createUploads(portsOf(fixture, hub)).kick();
    expect(hub.offered).toEqual([]);
  });

  it('sends nothing of a release that was written into the file: the bank did not sign it', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    const held = fixture.store.heldOfRound(fixture.round.roundId);
    if (held === undefined) throw new Error('nothing is held');
    const { updateId, header, charge } = held;
    const signature = signStatement(keyPairFromSeed(new Uint8Array(32).fill(9)).privateKey, 'update', header);
    const forged = { approval: approvalOf(header, charge), header: { header, signature } };
    fixture.store.addRelease(updateId, { ...forged, source: 'review', scopeNumber: null });
    const hub = fakeHub();
    await createUploads(portsOf(fixture, hub)).kick();
    expect(hub.offered).toEqual([]);
    expect(fixture.store.outbox(updateId)).toMatchObject({ state: 'ended', receipt: null });
  });

  it('ends with the refusal that the hub names, and is not sent again', async () => {
    const { fixture, held } = await released();
    const hub = fakeHub();
    hub.onOffer = () => {
      throw new FailureError('update-refused', 'it starts from another model');
    };
    const uploads = createUploads(portsOf(fixture, hub));
    await uploads.kick();
    await uploads.kick();
    expect(hub.offered).toHaveLength(1);
    expect(partOf(fixture)).toBe('refused');
    expect(fixture.store.outbox(held.updateId)?.state).toBe('ended');
  });

  it('waits for the published entry when the round closed before the last piece', async () => {
    const { fixture, held } = await released();
    const hub = fakeHub();
    hub.onOffer = () => {
      throw new FailureError('round-closed', 'too late');
    };
    await createUploads(portsOf(fixture, hub)).kick();
    expect(partOf(fixture)).toBe('sending');
    expect(fixture.store.outbox(held.updateId)?.state).toBe('waiting');
  });

  it('takes no receipt that another key signed', async () => {
    const { fixture, held } = await released();
    const hub = fakeHub();
    const ports = portsOf(fixture, hub);
    const stranger = keyPairFromSeed(new Uint8Array(32).fill(8)).publicKey;
    const trust = { consortiumId: CONSORTIUM, operatorKey, hubKey: stranger };
    await createUploads({ ...ports, hub: async () => ({ calls: callsOf(hub), trust }) }).kick();
    expect(fixture.store.outbox(held.updateId)?.state).not.toBe('sent');
    expect(partOf(fixture)).not.toBe('sent');
  });

  it('a receipt that comes twice changes nothing', async () => {
    const { fixture, held } = await released();
    const hub = fakeHub();
    const ports = portsOf(fixture, hub);
    await createUploads(ports).kick();
    const receipt = fixture.store.outbox(held.updateId)?.receipt;
    if (receipt == null) throw new Error('no receipt');
    expect(
      await codeOf(() => {
        acknowledge(ports, held, receipt);
      }),
    ).toBe('no failure');
    expect(partOf(fixture)).toBe('sent');
  });
});
