/** Puts a hub together from its store, keys, rounds and wire. One process, one store. */
import type { Handlers } from '#shared/contract/define.ts';
import type { HubContract, HubEvent } from '#shared/contract/hub.ts';
import { type BankId, type PublicKeyHex, type RunId, UtcTime } from '#shared/ids.ts';
import type { Clock, Log, Random, Secrets } from '#main/platform/ports.ts';
import type { Standing } from '#main/wire/connections.ts';
import {
  type FederationServer,
  type FederationServerOptions,
  serveFederation,
} from '#main/wire/federation-server.ts';
import { hubHandlers } from './api.ts';
import { createAnnouncer } from './announcer.ts';
import { federationHandlers } from './federation-handlers.ts';
import { hubIdentity, loadHubKeys } from './keys.ts';
import { createLedgerHeads } from './ledger-heads.ts';
import { createMembers, requireConsortium } from './members.ts';
import { createArrivals } from './rounds/arrivals.ts';
import { createIntake } from './rounds/intake.ts';
import { loadRun, type OpenRun } from './rounds/open-run.ts';
import { createRunQuality } from './rounds/quality.ts';
import { createResults } from './rounds/results.ts';
import { createLogVerifier } from './rounds/verify-log.ts';
import { type Attendance, HubRounds } from './rounds/rounds.ts';
import { type HubStore, openHubStore } from './store/store.ts';

export interface HubOptions {
  readonly home: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: Secrets;
}

export interface Hub {
  readonly handlers: Handlers<HubContract>;
  /** Starts answering banks; resolves with the address. Throws 'hub-not-loopback' or 'not-set-up'. */
  serve(listen: { readonly host: string; readonly port: number }): Promise<string>;
  subscribe(listener: (event: HubEvent) => void): () => void;
  close(): Promise<void>;
}

/** Opens the store and stands ready; nothing is answered before `serve`. Throws as `openStore`. */
export function createHub(options: HubOptions): Hub {
  const parts = assemble(options);
  const { store, rounds, announcer, wire, handlers } = parts;
  return {
    handlers,
    subscribe: announcer.subscribe,
    serve: async (listen) => {
      wire.server = await serveFederation(federation(options, parts, listen));
      store.members.noteAddress(wire.server.address);
      rounds.resume();
      return wire.server.address;
    },
    close: async () => {
      rounds.close();
      announcer.close();
      await wire.server?.close();
      store.close();
    },
  };
}

type Parts = ReturnType<typeof assemble>;

function assemble(options: HubOptions) {
  const store = openHubStore(options);
  try {
    return assembleOn(store, options);
  } catch (error) {
    store.close();
    throw error;
  }
}

function assembleOn(store: HubStore, options: HubOptions) {
  const { clock, random, log } = options;
  const isFounded = store.members.consortium() !== undefined;
  const keys = loadHubKeys({ secrets: options.secrets, random, isFounded });
  const runs = new Map<RunId, OpenRun>();
  for (const record of store.runs.runs()) runs.set(record.runId, loadRun(record, store.runs));
  const wire: { server: FederationServer | undefined } = { server: undefined };
  const announcer = createAnnouncer({
    clock,
    announce: () => wire.server?.announce(store.members.consortium()?.version ?? 0),
  });
  const isConnected = (key: PublicKeyHex): boolean => wire.server?.connections.isConnected(key) ?? false;
  const arrivals = createArrivals();
  const rounds = new HubRounds({
    ...{ store, keys, clock, random, log, runs, announce: announcer.now },
    attendance: (run) => attendance(store, run, isConnected),
    onRoundOver: (roundId) => {
      arrivals.forget(roundId);
    },
  });
  const intake = createIntake({ store, keys, runs, rounds, arrivals });
  const members = createMembers({ store, keys, clock, random, announce: announcer.now });
  const results = createResults(store, runs);
  const answers = federationHandlers({
    ...{ store, members, runs, rounds, intake, results },
    ledgerHeads: createLedgerHeads(store),
    announce: announcer.now,
  });
  const handlers = hubHandlers({
    ...options,
    store,
    keys,
    members,
    runs,
    rounds,
    wire,
    isConnected,
    announcer,
    isLogGood: createLogVerifier(store.runs, keys.hub.publicKey),
    quality: createRunQuality(store.runs),
  });
  return { store, keys, rounds, announcer, wire, answers, handlers };
}

function federation(
  { clock, random, log }: HubOptions,
  { store, keys, rounds, announcer, answers }: Parts,
  listen: FederationServerOptions['listen'],
): FederationServerOptions {
  return {
    ...{ listen, clock, random, log, handlers: answers },
    identity: hubIdentity(keys, requireConsortium(store)),
    standingOf: (key) => standing(store.members.bankByKey(key)),
    onPresence: (key, connected) => {
      const bank = store.members.bankByKey(key);
      if (bank !== undefined)
        store.members.noteSeen(bank.bankId, UtcTime.parse(new Date(clock.now()).toISOString()));
      log.info('bank.presence', { bank: bank?.bankId ?? 'unknown', connected });
      rounds.presenceChanged();
      announcer.soon();
    },
    onBug: (error, method) => reportBug({ log, random }, error, method),
  };
}

/**
 * Joined members that are connected, and how many to wait for. Before the first published round that includes banks that
 * are connected and have not joined yet: else the first three to join would begin without the others.
 */
function attendance(store: HubStore, run: OpenRun, isConnected: (key: PublicKeyHex) => boolean): Attendance {
  const members = store.members.banks().filter((bank) => bank.status === 'member');
  const joined = members.filter((bank) => run.members.has(bank.bankId));
  const present = joined.filter((bank) => isConnected(bank.publicKey));
  const mayStillJoin = members.filter((bank) => !run.members.has(bank.bankId) && isConnected(bank.publicKey));
  const expected = joined.length + (run.committed === 0 ? mayStillJoin.length : 0);
  return { present: present.map((bank) => bank.bankId), members: expected };
}

function standing(
  bank: { readonly bankId: BankId; readonly status: Standing['membership'] } | undefined,
): Standing {
  return bank === undefined
    ? { membership: 'unknown', bankId: null }
    : { membership: bank.status, bankId: bank.bankId };
}

function reportBug(
  { log, random }: Pick<HubOptions, 'log' | 'random'>,
  error: unknown,
  method: string,
): string {
  const correlationId = Buffer.from(random.bytes(6)).toString('hex');
  log.error('hub.bug', {
    correlationId,
    method,
    message: error instanceof Error ? error.message : typeof error,
  });
  return correlationId;
}
