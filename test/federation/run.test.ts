import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPublishedQuality } from '#main/learning/evaluate/published-quality.ts';
import {
  initialCheckpoint,
  serialiseCheckpoint,
  type Checkpoint,
} from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, decodeSums, emptySums, encodeSums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import type { RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { waitFor, type FakeBank } from '../fakes/fake-bank.ts';
import {
  addBanks,
  planTestRun,
  startTestHub,
  testCharter,
  temporaryFolder,
  type TestHub,
} from '../fakes/test-hub.ts';

const INLINE = 1024 * 1024;
let folder: ReturnType<typeof temporaryFolder>;
let hub: TestHub;
let banks: readonly FakeBank[];

beforeEach(async () => {
  folder = temporaryFolder();
  hub = await startTestHub({ home: folder.path });
  banks = await addBanks(hub, ['Ahorn', 'Birke', 'Cedar']);
});

afterEach(async () => {
  for (const bank of banks) bank.close();
  await hub.close();
  folder.remove();
});

async function takePart(bank: FakeBank, runId: RunId, charter: Charter): Promise<void> {
  for (let round = 0; round < charter.recipe.rounds; round++) {
    const { run } = await bank.openRound(runId);
    await bank.send(bank.update(charter, run));
  }
}

async function completed(bank: FakeBank, runId: RunId): Promise<void> {
  await waitFor(bank.client, (snapshot) =>
    snapshot.runs.find((one) => one.runId === runId && one.status === 'completed'),
  );
}

const TIERS = [512, 768, 2048];

describe.each(['fedavgm', 'one-step', 'few-rounds'] as const)('a whole run of %s', (recipe) => {
  it('publishes a log that every bank can recompute bit for bit', async () => {
    const { runId, charter } = await planTestRun(hub.operator, { recipe, rounds: 3 });
    await Promise.all(banks.map((bank, i) => bank.join(runId, TIERS[i] ?? 512)));
    await Promise.all(banks.map((bank) => takePart(bank, runId, charter)));
    const [bank] = banks;
    if (bank === undefined) throw new Error('no bank');
    await completed(bank, runId);
    const { hubKey } = await bank.client.session();
    let checkpoint: Checkpoint = initialCheckpoint(charter);
    let previousHash = digestOf(await bank.client.runPlan({ runId }));
    for (let index = 0; index < 3; index++) {
      const {
        entry: signed,
        sums,
        payloads,
      } = await bank.client.roundResult({ runId, index, inlineLimit: INLINE });
      const { entry } = signed;
      expect(verifyStatement(hubKey, 'checkpoint', { document: entry, signature: signed.hubSignature })).toBe(
        true,
      );
      expect(entry.previousHash).toBe(previousHash);
      expect(entry.baseHash).toBe(digestOf(serialiseCheckpoint(checkpoint)));
      expect(entry.included.map(({ tier }) => tier).sort((a, b) => a - b)).toEqual(TIERS);
      const layout = updateLayout(charter, parameterCount(charter.model.layers), index);
      let added = emptySums(layout);
      for (const { tier, update } of entry.included) {
        const payload = payloads.find((one) => one.payloadHash === update.header.payloadHash);
        const decoded = decodeUpdate(layout, payload?.bytes ?? new Uint8Array());
        if (decoded.kind === 'refused') throw new Error('a published update does not decode');
        added = addToSums(added, decoded.vectors, tier);
      }
      expect(digestOf(encodeSums(layout, added))).toBe(entry.sumsHash);
      const published = decodeSums(layout, sums ?? new Uint8Array());
      if (published.kind === 'refused') throw new Error('the sums do not decode');
      const included = entry.included.map(({ tier, update }) => ({ bankId: update.header.bankId, tier }));
      checkpoint = stepFromSums({ charter, checkpoint, sums: published.vectors, included });
      expect(entry.checkpointHash).toBe(digestOf(serialiseCheckpoint(checkpoint)));
      previousHash = digestOf(signed);
    }
  });
});

describe('score histograms', () => {
  it('give the hub a figure of the federation, which every bank computes from the same published sums', async () => {
    const plain = await testCharter(hub.operator, { recipe: 'few-rounds', rounds: 3 });
    const histogram = { kind: 'on', everyRounds: 2, noiseStandardDeviation: 5, rowsPerUnit: 1 } as const;
    const charter = { ...plain, evaluation: { ...plain.evaluation, histogram } };
    const { runId } = await hub.operator['runs.plan']({ charter });
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    await Promise.all(banks.map((bank) => takePart(bank, runId, charter)));
    await Promise.all(banks.map((bank) => completed(bank, runId)));
    const [run] = await hub.operator['runs.list']({});
    const [quality, ...others] = run?.quality ?? [];
    expect(others).toEqual([]);
    expect(quality).toMatchObject({ version: 2, banks: 3 });
    const { quality: newest } = await hub.operator['hub.status']({});
    expect(newest).toEqual([{ runId, title: charter.title, ...quality }]);
    const result = await banks[0]?.client.roundResult({ runId, index: 2, inlineLimit: INLINE });
    const entry = result?.entry.entry;
    if (entry === undefined || !result?.sums) throw new Error('nothing is published');
    const sums = { sums: result.sums, banks: entry.included.length };
    const own = createPublishedQuality().of({ runId, charter, published: () => sums }, 2);
    expect({ version: 2, ...own }).toEqual(quality);
    // 124 frauds of a fake bank lie in the upper quarter, among 140 genuine rows
    expect(own?.prAuc).toBeGreaterThan(0.4);
  });
});

describe('two runs', () => {
  it('follow one another at the same hub', async () => {
    for (const rounds of [1, 2]) {
      const { runId, charter } = await planTestRun(hub.operator, { rounds });
      await Promise.all(banks.map((bank) => bank.join(runId, 512)));
      await Promise.all(banks.map((bank) => takePart(bank, runId, charter)));
      await Promise.all(banks.map((bank) => completed(bank, runId)));
    }
    const runs = await hub.operator['runs.list']({});
    expect(runs.map((run) => [run.status, run.committed])).toEqual([
      ['completed', 1],
      ['completed', 2],
    ]);
    expect((await hub.operator['hub.status']({})).verified).toBe(true);
  });
});

describe('what is published', () => {
  it('serves sums and open updates by digest, and nothing of an open round', async () => {
    const { runId, charter } = await planTestRun(hub.operator, { rounds: 2 });
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    const sent = await Promise.all(
      banks.map(async (bank) => {
        const update = bank.update(charter, (await bank.openRound(runId)).run);
        await bank.send(update);
        return update;
      }),
    );
    const [first, second] = banks;
    if (first === undefined || second === undefined) throw new Error('no banks');
    const { run } = await second.openRound(runId);
    const open = second.update(charter, run);
    await second.send(open);
    for (const { signed, payload } of sent) {
      const blob = await first.client.blob({ digest: signed.header.payloadHash, offset: 0 });
      expect(Buffer.from(blob.bytes)).toEqual(Buffer.from(payload));
    }
    const hidden = first.client.blob({ digest: open.signed.header.payloadHash, offset: 0 });
    await expect(hidden).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keeps updates to itself where the charter has no open payloads', async () => {
    const { runId, charter } = await planTestRun(hub.operator, { rounds: 1, openPayloads: false });
    await Promise.all(banks.map((bank) => bank.join(runId, 512)));
    await Promise.all(banks.map((bank) => takePart(bank, runId, charter)));
    const [bank] = banks;
    if (bank === undefined) throw new Error('no bank');
    await completed(bank, runId);
    const { entry, payloads } = await bank.client.roundResult({ runId, index: 0, inlineLimit: INLINE });
    expect(payloads).toEqual([]);
    const digest = entry.entry.included[0]?.update.header.payloadHash ?? '';
    await expect(bank.client.blob({ digest, offset: 0 })).rejects.toMatchObject({ code: 'not-found' });
  });
});
