import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock, sleep } from '#main/platform/clock.ts';
import { digestOf, keyPairFromSeed, newKeySeed } from '#main/wire/identity.ts';
import { newId } from '#main/platform/random.ts';
import { CHUNK_BYTES, type RunState, type UpdateHeader } from '#shared/contract/federation.ts';
import { BankId, Digest, RoundId, UpdateId, type RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { sendUpdate, signHeader, waitFor, type FakeBank } from '../fakes/fake-bank.ts';
import { seededRandom } from '../fakes/random.ts';
import { addBanks, planTestRun, startTestHub, temporaryFolder, type TestHub } from '../fakes/test-hub.ts';

const folder = temporaryFolder();
let hub: TestHub;
let banks: readonly FakeBank[];
let run: RunState;
let charter: Charter;
let runId: RunId;

const bankAt = (index: number): FakeBank => {
  const bank = banks[index];
  if (bank === undefined) throw new Error(`no bank ${String(index)}`);
  return bank;
};

beforeAll(async () => {
  hub = await startTestHub({ home: folder.path });
  banks = await addBanks(hub, ['Ahorn', 'Birke', 'Cedar', 'Douglas']);
  // About 150 KB of payload: three chunks.
  ({ runId, charter } = await planTestRun(hub.operator, { rounds: 2, layers: [21, 256, 128, 1] }));
  await Promise.all(banks.map((bank) => bank.join(runId, 512)));
  ({ run } = await bankAt(0).openRound(runId));
});

afterAll(async () => {
  for (const bank of banks) bank.close();
  await hub.close();
  folder.remove();
});

const random = seededRandom('updates');
const other = {
  digest: Digest.parse('7'.repeat(64)),
  round: newId(random, 'rnd', RoundId),
  bank: newId(random, 'bnk', BankId),
};

describe('an update that departs from what was agreed is refused, and the bank can still send the right one', () => {
  const cases: readonly (readonly [string, Partial<UpdateHeader>, string])[] = [
    ['of another round', { roundId: other.round }, 'round-closed'],
    ['from another model', { baseHash: other.digest }, 'update-refused'],
    ['under another charter', { charterHash: other.digest }, 'update-refused'],
    ['in the name of another bank', { bankId: other.bank }, 'update-refused'],
    ['of another length', { byteLength: 17 }, 'update-refused'],
    ['of a huge length', { byteLength: 1e9 }, 'update-refused'],
  ];
  it.each(cases)('%s', async (_, changes, code) => {
    const update = bankAt(0).update(charter, run, changes);
    await expect(bankAt(0).send(update)).rejects.toMatchObject({ code });
  });

  it('with a signature by another key', async () => {
    const { signed, payload } = bankAt(0).update(charter, run);
    const forged = signHeader(keyPairFromSeed(newKeySeed(random)), signed.header);
    await expect(bankAt(0).send({ signed: forged, payload })).rejects.toMatchObject({
      code: 'signature-invalid',
    });
  });

  it('with any field changed after it was signed', async () => {
    const { signed, payload } = bankAt(0).update(charter, run);
    const changes: Partial<UpdateHeader>[] = [
      { roundId: other.round },
      { baseHash: other.digest },
      { charterHash: other.digest },
      { payloadHash: other.digest },
      { byteLength: payload.length + 4 },
      { updateId: newId(random, 'upd', UpdateId) },
    ];
    for (const change of changes) {
      const altered = { ...signed, header: { ...signed.header, ...change } };
      await expect(bankAt(0).client.offerUpdate(altered)).rejects.toMatchObject({
        code: 'signature-invalid',
      });
    }
  });

  it('with bytes other than the signed ones', async () => {
    const { signed, payload } = bankAt(0).update(charter, run, { updateId: newId(random, 'upd', UpdateId) });
    const changed = Uint8Array.from(payload);
    changed[5] = (changed[5] ?? 0) ^ 1;
    await expect(sendUpdate(bankAt(0).client, { signed, payload: changed })).rejects.toMatchObject({
      code: 'update-refused',
    });
  });

  it('with a number outside the clamp', async () => {
    const { payload } = bankAt(0).update(charter, run);
    const changed = Uint8Array.from(payload);
    new DataView(changed.buffer).setInt32(4 * 100, 2 ** 31 - 1, true);
    const update = bankAt(0).update(charter, run, {
      payloadHash: digestOf(changed),
      updateId: newId(random, 'upd', UpdateId),
    });
    const sent = sendUpdate(bankAt(0).client, { ...update, payload: changed });
    await expect(sent).rejects.toThrow(/number 100 of difference/);
  });

  it('with a chunk that goes beyond the announced length', async () => {
    const { signed } = bankAt(0).update(charter, run, { updateId: newId(random, 'upd', UpdateId) });
    await bankAt(0).client.offerUpdate(signed);
    const { updateId } = signed.header;
    const chunk = (offset: number) =>
      bankAt(0).client.sendChunk({ updateId, offset, bytes: new Uint8Array(CHUNK_BYTES) });
    await chunk(0);
    await chunk(CHUNK_BYTES);
    await expect(chunk(2 * CHUNK_BYTES)).rejects.toMatchObject({ code: 'payload-too-large' });
  });
});

describe('an honest update', () => {
  it('goes on where a cut connection left it', async () => {
    const bank = bankAt(1);
    const update = bank.update(charter, run);
    const { updateId } = update.signed.header;
    await bank.client.offerUpdate(update.signed);
    const bytes = update.payload.subarray(0, CHUNK_BYTES);
    expect(await bank.client.sendChunk({ updateId, offset: 0, bytes })).toMatchObject({
      offset: CHUNK_BYTES,
    });
    bank.reconnect();
    expect(await bank.client.offerUpdate(update.signed)).toMatchObject({
      kind: 'partial',
      offset: CHUNK_BYTES,
    });
    // The same chunk again, as after a lost acknowledgement, moves nothing.
    expect(await bank.client.sendChunk({ updateId, offset: 0, bytes })).toMatchObject({
      offset: CHUNK_BYTES,
    });
    expect(await bank.send(update)).toMatchObject({ kind: 'committed' });
  });

  it('is counted once, and acknowledged with the same receipt however often it is sent (I4)', async () => {
    const bank = bankAt(2);
    const update = bank.update(charter, run);
    const receipts = [await bank.send(update), await bank.send(update), await bank.send(update)];
    expect(new Set(receipts.map((one) => JSON.stringify(one))).size).toBe(1);
    const second = bank.update(charter, run, { updateId: newId(random, 'upd', UpdateId) });
    await expect(bank.send(second)).rejects.toMatchObject({ code: 'update-refused' });
    const [view] = await hub.operator['runs.list']({});
    expect(view?.round).toMatchObject({ received: 2, phase: 'training' });
  });

  it('is acknowledged once when it is sent twice at the same time', async () => {
    const bank = bankAt(0);
    const update = bank.update(charter, run);
    const outcomes = await Promise.allSettled([bank.send(update), bank.send(update)]);
    const receipts = outcomes.flatMap((one) =>
      one.status === 'fulfilled' ? [JSON.stringify(one.value)] : [],
    );
    expect(new Set(receipts).size).toBe(1);
    expect(await bank.send(update)).toMatchObject({ kind: 'committed' });
  });

  it('comes too late once the round is over', async () => {
    const late = bankAt(3).update(charter, run);
    const [view] = await hub.operator['runs.list']({});
    await bankAt(3).client.declineRound({ roundId: view?.round?.roundId ?? '' });
    await sleep(realClock, 50);
    await expect(bankAt(3).send(late)).rejects.toMatchObject({ code: 'round-closed' });
    // The others' bytes are in the log all the same.
    const { entry } = await bankAt(0).client.roundResult({ runId, index: 0, inlineLimit: 0 });
    expect(entry.entry.included).toHaveLength(3);
  });

  it('of a suspended bank is refused by name', async () => {
    const bank = bankAt(3);
    const update = bank.update(charter, (await bank.openRound(runId)).run);
    await hub.operator['banks.suspend']({ bankId: bank.bankId(), reason: 'a test' });
    // Its connection was ended with the suspension; it may come back and ask, but not take part.
    await waitFor(bank.client, ({ membership }) => (membership === 'suspended' ? true : undefined));
    await expect(bank.send(update)).rejects.toMatchObject({ code: 'bank-suspended' });
  });
});
