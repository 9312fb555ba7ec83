/** A hub's signed log of three banks, made by hand: what an honest hub would publish, to be forged field by field. */
import { addToSums, emptySums, encodeSums } from '#main/learning/recipes/sums.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { type Checkpoint, serialiseCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { firstModel } from '#main/bank/rounds/replay.ts';
import { type EntryExpectation, entryHash, planHash, type Trust } from '#main/bank/rounds/verify.ts';
import { digestOf, type KeyPair, keyPairFromSeed, signStatement } from '#main/wire/identity.ts';
import type {
  CheckpointEntry,
  Inclusion,
  SignedCheckpointEntry,
  SignedRunPlan,
} from '#shared/contract/federation.ts';
import {
  BankId,
  ConsortiumId,
  type Digest,
  idFromBytes,
  RoundId,
  RunId,
  UpdateId,
  UtcTime,
} from '#shared/ids.ts';
import { Charter } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { syntheticPayload } from '../../../fakes/fake-bank.ts';

const random = seededRandom('log');
const CONSORTIUM = ConsortiumId.parse(idFromBytes('con', ConsortiumId, random.bytes(26)));
const RUN = RunId.parse(idFromBytes('run', RunId, random.bytes(26)));
export const operator = keyPairFromSeed(new Uint8Array(32).fill(1));
export const hub = keyPairFromSeed(new Uint8Array(32).fill(2));
export const stranger = keyPairFromSeed(new Uint8Array(32).fill(9));
export const trust: Trust = {
  consortiumId: CONSORTIUM,
  operatorKey: operator.publicKey,
  hubKey: hub.publicKey,
};

export interface Member {
  readonly name: string;
  readonly bankId: BankId;
  readonly keys: KeyPair;
  readonly tier: number;
}

export const members: readonly Member[] = [512, 768, 2048].map((tier, i) => ({
  name: `bank ${String(i)}`,
  bankId: BankId.parse(idFromBytes('bnk', BankId, random.bytes(26))),
  keys: keyPairFromSeed(new Uint8Array(32).fill(10 + i)),
  tier,
}));

export function logCharter(): Charter {
  const preset = presetCharter({
    consortium: { id: CONSORTIUM, name: 'Test consortium' },
    title: 'Test run',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe: 'few-rounds',
    rounds: 5,
    noiseMultiplier: 1.1,
    histogram: { kind: 'on', everyRounds: 1, noiseStandardDeviation: 5, rowsPerUnit: 1 },
  });
  return Charter.parse({ ...preset, model: { ...preset.model, layers: [6, 4, 1] } });
}

export const charter = logCharter();
export const plan: SignedRunPlan = signPlan({ runId: RUN, charterHash: digestOf(charter), charter });

export function signPlan(document: SignedRunPlan['plan'], keys = operator): SignedRunPlan {
  return { plan: document, operatorSignature: signStatement(keys.privateKey, 'run-plan', document) };
}

export function signEntry(entry: CheckpointEntry, keys = hub): SignedCheckpointEntry {
  return { entry, hubSignature: signStatement(keys.privateKey, 'checkpoint', entry) };
}

export interface Published {
  readonly signed: SignedCheckpointEntry;
  readonly sums: Uint8Array<ArrayBuffer>;
  readonly payloads: ReadonlyMap<Digest, Uint8Array>;
  readonly before: Checkpoint;
  readonly after: Checkpoint;
  readonly expected: EntryExpectation;
}

const roundId = (index: number): RoundId =>
  RoundId.parse(idFromBytes('rnd', RoundId, seededRandom(`round ${String(index)}`).bytes(26)));

/** The first `count` rounds of an honest hub. `twist` makes another history of the same run. */
export function publish(count: number, twist = ''): readonly Published[] {
  const rounds: Published[] = [];
  const first = firstModel(charter);
  let checkpoint = first.checkpoint;
  let baseHash = first.hash;
  let previousHash = planHash(plan);
  for (let index = 0; index < count; index++) {
    const published = publishRound({ index, checkpoint, baseHash, previousHash, twist });
    rounds.push(published);
    checkpoint = published.after;
    baseHash = published.signed.entry.checkpointHash;
    previousHash = entryHash(published.signed);
  }
  return rounds;
}

interface RoundStart {
  readonly index: number;
  readonly checkpoint: Checkpoint;
  readonly baseHash: Digest;
  readonly previousHash: Digest;
  readonly twist: string;
}

function publishRound({ index, checkpoint, baseHash, previousHash, twist }: RoundStart): Published {
  const layout = updateLayout(charter, parameterCount(charter.model.layers), index);
  let sums = emptySums(layout);
  const payloads = new Map<Digest, Uint8Array>();
  const included: Inclusion[] = members.map((member) => {
    const payload = syntheticPayload(`${member.name}${twist}`, charter, index);
    const decoded = decodeUpdate(layout, payload);
    if (decoded.kind === 'refused') throw new Error('the fixture made an update out of range');
    sums = addToSums(sums, decoded.vectors, member.tier);
    payloads.set(digestOf(payload), payload);
    const header = {
      consortiumId: CONSORTIUM,
      runId: RUN,
      roundId: roundId(index),
      bankId: member.bankId,
      updateId: UpdateId.parse(
        idFromBytes('upd', UpdateId, seededRandom(`${member.name}/${String(index)}`).bytes(26)),
      ),
      charterHash: plan.plan.charterHash,
      baseHash,
      payloadHash: digestOf(payload),
      byteLength: payload.length,
    };
    return {
      tier: member.tier,
      update: { header, signature: signStatement(member.keys.privateKey, 'update', header) },
    };
  });
  const banks = included.map(({ tier, update }) => ({ bankId: update.header.bankId, tier }));
  const after = stepFromSums({ charter, checkpoint, sums, included: banks });
  const sumBytes = encodeSums(layout, sums);
  const entry: CheckpointEntry = {
    consortiumId: CONSORTIUM,
    runId: RUN,
    roundId: roundId(index),
    index,
    previousHash,
    charterHash: plan.plan.charterHash,
    baseHash,
    checkpointHash: digestOf(serialiseCheckpoint(after)),
    sumsHash: digestOf(sumBytes),
    included,
    publishedAt: UtcTime.parse('2026-11-24T10:00:00.000Z'),
  };
  const expected: EntryExpectation = {
    runId: RUN,
    charter,
    charterHash: plan.plan.charterHash,
    head: { index, previousHash, baseHash },
    keys: new Map(members.map((member) => [member.bankId, member.keys.publicKey] as const)),
    tiers: new Map(members.map((member) => [member.bankId, member.tier] as const)),
  };
  return { signed: signEntry(entry), sums: sumBytes, payloads, before: checkpoint, after, expected };
}
