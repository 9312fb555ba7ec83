/** A bank that speaks the federation contract and trains on nothing: its updates are integers made from its name and the round. */
import { createHash } from 'node:crypto';
import { realClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { newId, systemRandom } from '#main/platform/random.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { encodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { connectFederation, type FederationClient } from '#main/wire/federation-client.ts';
import { digestOf, keyPairFromSeed, newKeySeed, signStatement, type KeyPair } from '#main/wire/identity.ts';
import { openInvite } from '#main/wire/invite.ts';
import {
  CHUNK_BYTES,
  type HubSnapshot,
  type OwnUpdateState,
  type RoundState,
  type RunState,
  type SignedUpdateHeader,
  type UpdateHeader,
} from '#shared/contract/federation.ts';
import { isFailure } from '#shared/failure.ts';
import { UpdateId, type BankId, type ConsortiumId, type RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { HISTOGRAM_BINS } from '#shared/round/evaluation.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { seededRandom } from './random.ts';

export interface FakeUpdate {
  readonly signed: SignedUpdateHeader;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export interface FakeBank {
  readonly name: string;
  readonly keys: KeyPair;
  readonly client: FederationClient;
  bankId(): BankId;
  enrol(invite: string): Promise<void>;
  join(runId: RunId, tier: number): Promise<void>;
  pull(): Promise<HubSnapshot>;
  /** Waits for a round that collects, with this bank in its cohort (it enters when late). */
  openRound(runId: RunId): Promise<{ readonly run: RunState; readonly round: RoundState }>;
  update(charter: Charter, run: RunState, changes?: Partial<UpdateHeader>): FakeUpdate;
  send(update: FakeUpdate): Promise<OwnUpdateState>;
  /** A new connection after a cut, with the same key. */
  reconnect(address?: string): void;
  close(): void;
}

export function createFakeBank(options: { readonly name: string; readonly address: string }): FakeBank {
  const { name } = options;
  const keys = keyPairFromSeed(newKeySeed(seededRandom(`key of ${name}`)));
  const connect = (address: string): FederationClient =>
    connectFederation({
      address,
      identity: keys,
      clock: realClock,
      random: systemRandom,
      log: silentLog,
    });
  let address = options.address;
  let client = connect(address);
  let known: { readonly bankId: BankId; readonly consortiumId: ConsortiumId } | undefined;
  const identity = (): { readonly bankId: BankId; readonly consortiumId: ConsortiumId } => {
    if (known === undefined) throw new Error(`${name} has not enrolled`);
    return known;
  };
  return {
    name,
    keys,
    get client() {
      return client;
    },
    bankId: () => identity().bankId,
    enrol: async (text) => {
      const invite = openInvite(text);
      const { consortium, code } = invite;
      const document = { consortiumId: consortium.id, code, bankName: name, publicKey: keys.publicKey };
      const signature = signStatement(keys.privateKey, 'enrolment', document);
      const { bankId } = await client.enrol({ code, bankName: name, signature });
      known = { bankId, consortiumId: consortium.id };
    },
    join: async (runId, tier) => {
      const { bankId } = identity();
      const { plan } = await client.runPlan({ runId });
      const membership = { runId, charterHash: plan.charterHash, bankId, tier };
      const signature = signStatement(keys.privateKey, 'run-membership', membership);
      await client.joinRun({ membership, signature });
    },
    pull: () => client.pull({}),
    openRound: (runId) =>
      waitFor(client, async (snapshot) => {
        const run = snapshot.runs.find((one) => one.runId === runId);
        const round = run?.round;
        if (run === undefined || round?.phase !== 'training') return undefined;
        if (round.own.kind === 'committed') return undefined;
        if (!round.cohort.includes(identity().bankId)) await client.joinRound({ roundId: round.roundId });
        return { run, round };
      }),
    update: (charter, run, changes = {}) => {
      if (run.round === null) throw new Error('no round to make an update for');
      const payload = syntheticPayload(name, charter, run.round.index);
      const header: UpdateHeader = {
        consortiumId: identity().consortiumId,
        runId: run.runId,
        roundId: run.round.roundId,
        bankId: identity().bankId,
        updateId: newId(seededRandom(`${name}/${run.round.roundId}`), 'upd', UpdateId),
        charterHash: run.charterHash,
        baseHash: run.round.baseHash,
        payloadHash: digestOf(payload),
        byteLength: payload.length,
        ...changes,
      };
      return { signed: signHeader(keys, header), payload };
    },
    send: (update) => sendUpdate(client, update),
    reconnect: (next = address) => {
      client.close();
      address = next;
      client = connect(address);
    },
    close: () => {
      client.close();
    },
  };
}

export function signHeader(keys: KeyPair, header: UpdateHeader): SignedUpdateHeader {
  return { header, signature: signStatement(keys.privateKey, 'update', header) };
}

/** Offers, then goes on wherever the hub says, until the receipt. */
export async function sendUpdate(
  client: Pick<FederationClient, 'offerUpdate' | 'sendChunk'>,
  { signed, payload }: FakeUpdate,
): Promise<OwnUpdateState> {
  const { updateId } = signed.header;
  let own = await client.offerUpdate(signed);
  while (own.kind === 'partial') {
    const bytes = payload.subarray(own.offset, own.offset + CHUNK_BYTES);
    own = await client.sendChunk({ updateId, offset: own.offset, bytes });
  }
  return own;
}

/** Small integers inside the layout's bounds: the same for one bank and round, whenever they are made. */
export function syntheticPayload(name: string, charter: Charter, index: number): Uint8Array<ArrayBuffer> {
  const layout = updateLayout(charter, parameterCount(charter.model.layers), index);
  const vector = (which: 'difference' | 'sum'): Float64Array | null => {
    const found = layout.find((one) => one.name === which);
    if (found === undefined) return null;
    let state = createHash('sha256')
      .update(`${name}/${String(index)}/${which}`)
      .digest()
      .readUInt32LE(0);
    return Float64Array.from({ length: found.length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return ((state >>> 8) % (2 * Math.min(found.bound, 30_000))) - Math.min(found.bound, 30_000);
    });
  };
  const evaluation = layout.some(({ name: vectorName }) => vectorName === 'evaluation')
    ? syntheticHistogram()
    : null;
  return encodeUpdate(layout, { difference: vector('difference'), sum: vector('sum'), evaluation });
}

/** Fewer genuine rows with every bin up, frauds in the upper quarter. */
function syntheticHistogram(): Float64Array {
  const genuine = Float64Array.from({ length: HISTOGRAM_BINS }, (_, bin) => 5 * (HISTOGRAM_BINS - 1 - bin));
  const frauds = Float64Array.from({ length: HISTOGRAM_BINS }, (_, bin) => (bin < 24 ? 0 : bin - 12));
  return Float64Array.of(...genuine, ...frauds);
}

/** Pulls at every signal until `find` answers; a hub that restarts is waited for. */
export async function waitFor<T>(
  client: FederationClient,
  find: (snapshot: HubSnapshot) => Promise<T | undefined> | T | undefined,
): Promise<T> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const unsubscribe = client.subscribe(() => {
        unsubscribe();
        resolve();
      });
      // Counts of updates are not signalled: look again by and by.
      realClock.after(200, () => {
        unsubscribe();
        resolve();
      });
    });
    try {
      const found = await find(await client.pull({}));
      if (found !== undefined) return found;
    } catch (error) {
      const isPassing = ['hub-unreachable', 'round-closed', 'round-not-open'].some(
        (code) => isFailure(error) && error.code === code,
      );
      if (!isPassing) throw error;
    }
    await changed;
  }
}
