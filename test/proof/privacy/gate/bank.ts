/**
 * The bank under test: the real store, ledger, gate and uploads, put together as main/bank/services does it, with ports
 * that note what happens and that end the process where the fuse says. Seeded bugs wrap the same ports.
 */
import type Database from 'better-sqlite3';
import type { LocalPolicy, StandingPolicy } from '#shared/contract/bank.ts';
import type { ReviewMode } from '#shared/round/reviewer-view.ts';
import type { Accountant } from '#shared/privacy/accountant.ts';
import { openLedger, type Ledger } from '#main/bank/privacy/ledger.ts';
import type { LedgerMirror } from '#main/bank/privacy/kept-head.ts';
import { createGate, type Gate } from '#main/bank/review/gate.ts';
import type { GatePorts } from '#main/bank/review/gate-ports.ts';
import type { GateLedger } from '#main/bank/review/ledger-port.ts';
import type { RoundContext } from '#main/bank/review/round-context.ts';
import { openReviewStore, type ReviewStore } from '#main/bank/review/store.ts';
import { createParticipations, type Participations } from '#main/bank/rounds/participations.ts';
import type { HubCalls, RoundsPorts } from '#main/bank/rounds/rounds-ports.ts';
import { openRoundsStore } from '#main/bank/rounds/store/open.ts';
import type { RoundsStore } from '#main/bank/rounds/store/records.ts';
import { createUploads, type Uploads } from '#main/bank/rounds/uploads.ts';
import { createSoundness } from '#main/bank/settings/soundness.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { openScopeStore, type ScopeStore } from '#main/bank/store/scopes.ts';
import { openSignatureStore } from '#main/bank/store/review-signatures.ts';
import { transactor, type Transact } from '#main/bank/store/transaction.ts';
import type { Trainer } from '#main/bank/training/trainer.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Clock, Random } from '#main/platform/ports.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { FailureError } from '#shared/failure.ts';
import type { ReviewerId } from '#shared/ids.ts';
import { noLeakTests } from '../../../fakes/leak-watch.ts';
import { behindFuse, type Fuse } from './fuse.ts';
import { BANK, BANK_KEYS, CONSORTIUM, HUB_KEYS, OPERATOR, REVIEWERS } from './terms.ts';
import type { FakeWire } from './wire.ts';

/** The ports that a seeded bug may wrap. */
export interface Seams {
  readonly ledger: GateLedger;
  readonly trainer: Trainer;
  readonly review: ReviewStore;
  readonly scopes: ScopeStore;
  readonly calls: FakeWire['calls'];
  readonly reviewers: GatePorts['reviewers'];
}

/** What a bug may reach besides: it is made for one opening of the store. */
export interface BugTools {
  readonly database: Database.Database;
  readonly mirror: LedgerMirror;
  /** Notes that noise is drawn for this round. */
  /** With the charter's noise, or with more where more was asked for. */
  readonly drawNoise: (roundId: string | null, noiseMultiplier?: number) => void;
  /** The trainer without that note, for a bug that draws elsewhere. */
  readonly silentTrainer: Trainer;
}

export interface Bug {
  readonly seams: (seams: Seams, tools: BugTools) => Seams;
  readonly gate?: (gate: Gate, seams: Seams) => Gate;
}

export interface BankSettings {
  policy: LocalPolicy;
  standing: StandingPolicy;
  /** One person or two decide. */
  mode: ReviewMode;
  /** The round that is open at the hub. */
  round: RoundContext | undefined;
}

export interface Machine {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly trainer: Trainer;
  readonly wire: FakeWire;
  readonly mirror: LedgerMirror;
  readonly accountant?: Accountant;
  readonly settings: BankSettings;
  readonly fuse: Fuse;
  readonly bug: Bug;
  readonly drawNoise: BugTools['drawNoise'];
}

export interface BankUnderTest {
  readonly gate: Gate;
  /** The ledger as the product opens it, without seams: for judging and for budgets. */
  readonly ledger: Ledger;
  readonly ports: GatePorts;
  readonly review: ReviewStore;
  readonly scopes: ScopeStore;
  readonly rounds: RoundsStore;
  readonly participations: Participations;
  readonly uploads: Uploads;
  readonly database: Database.Database;
  readonly fuse: Fuse;
  /** Timers and file; nothing is written any more. */
  close(): void;
}

export function openBank(machine: Machine): BankUnderTest {
  const { fuse, settings, clock } = machine;
  const timers = ownTimers(clock);
  const opened = openStore({
    file: machine.file,
    migrations: bankMigrations,
    clock: timers.clock,
    log: silentLog,
  });
  const { database } = opened;
  const mirror = behindFuse(machine.mirror, fuse.touch, 'mirror');
  const macKey = new Uint8Array(32).fill(7);
  const ledger = openLedger({
    ...{ database, macKey, clock: timers.clock, mirror },
    ...(machine.accountant === undefined ? {} : { accountant: machine.accountant }),
  });
  const rounds = behindFuse(openRoundsStore(database), fuse.touch, 'rounds');
  const participations = createParticipations(rounds);
  const tools = { ...machine, database, silentTrainer: machine.trainer };
  const seams = guarded(machine.bug.seams(plainSeams(machine, database, ledger), tools), fuse);
  const soundness = createSoundness({
    ledger,
    audit: { verify: () => ({ kind: 'verified', entries: 0, head: null }) },
  });
  const shared = {
    transact: guardedTransactor(database, fuse),
    participations,
    ledger: seams.ledger,
    trainer: seams.trainer,
    clock: timers.clock,
    log: silentLog,
    identity: () => ({ bankId: BANK, privateKey: BANK_KEYS.privateKey }),
    policy: () => settings.policy,
    requireSound: () => {
      soundness.require();
    },
    signatures: behindFuse(openSignatureStore(database), fuse.touch, 'signatures'),
    reviewers: seams.reviewers,
    audit: () => undefined,
    changed: () => undefined,
  };
  const ports: GatePorts = {
    ...shared,
    store: seams.review,
    scopes: seams.scopes,
    random: machine.random,
    operatorKey: () => OPERATOR.publicKey,
    standing: () => settings.standing,
    dataVersion: () => ({ rows: 20_000, until: null }),
    roundOf: (id) => (settings.round?.roundId === id ? settings.round : undefined),
    lastIncluded: (runId) => seams.review.lastIncluded(runId),
    send: () => void uploads.kick(),
    leaks: noLeakTests,
    tellDeclined: () => undefined,
  };
  const gate = createGate(ports);
  const roundsPorts: RoundsPorts = {
    ...shared,
    store: rounds,
    review: seams.review,
    gate,
    receipts: new Map(),
    anchor: { noted: () => undefined, beforeSending: () => Promise.resolve() },
    adopted: () => undefined,
    hub: async () => ({
      calls: hubCalls(seams.calls),
      trust: { consortiumId: CONSORTIUM, operatorKey: OPERATOR.publicKey, hubKey: HUB_KEYS.publicKey },
    }),
  };
  const uploads = createUploads(roundsPorts);
  return {
    ...{ ledger, ports, scopes: seams.scopes, rounds, participations, uploads, database, fuse },
    gate: machine.bug.gate?.(gate, seams) ?? gate,
    review: seams.review,
    close: () => {
      timers.cancelAll();
      opened.close();
    },
  };
}

function plainSeams(machine: Machine, database: Database.Database, ledger: Ledger): Seams {
  const { trainer, wire, settings } = machine;
  return {
    ledger,
    review: openReviewStore(database),
    scopes: openScopeStore(database),
    trainer: {
      ...trainer,
      start: (request, onProgress) => {
        machine.drawNoise(request.roundId, request.noiseMultiplier);
        return trainer.start(request, onProgress);
      },
    },
    calls: wire.calls,
    reviewers: {
      mode: () => settings.mode,
      activeKey: (id: ReviewerId) => REVIEWERS.find(({ reviewerId }) => reviewerId === id)?.publicKey,
    },
  };
}

function guarded(seams: Seams, { touch }: Fuse): Seams {
  return {
    ledger: behindFuse(seams.ledger, touch, 'ledger'),
    trainer: behindFuse(seams.trainer, touch, 'trainer'),
    review: behindFuse(seams.review, touch, 'review'),
    scopes: behindFuse(seams.scopes, touch, 'scopes'),
    calls: behindFuse(seams.calls, touch, 'wire'),
    reviewers: seams.reviewers,
  };
}

/** A crash before the commit rolls back, as the operating system would lose it; a crash after it finds the row. */
function guardedTransactor(database: Database.Database, { touch }: Fuse): Transact {
  const transact = transactor(database);
  return (work) => {
    touch('before transaction');
    const result = transact(() => {
      const inner = work();
      touch('before commit');
      return inner;
    });
    touch('after commit');
    return result;
  };
}

const notAsked = async (): Promise<never> => {
  throw new FailureError('hub-unreachable', 'The proof has no hub for this call');
};

function hubCalls(calls: FakeWire['calls']): HubCalls {
  return {
    pull: notAsked,
    runPlan: notAsked,
    joinRun: notAsked,
    leaveRun: notAsked,
    joinRound: notAsked,
    declineRound: notAsked,
    roundResult: notAsked,
    blob: notAsked,
    offerUpdate: (header) => calls.offerUpdate(header),
    sendChunk: (chunk) => calls.sendChunk(chunk),
  };
}

/** Timers of one opening: they end with it, as those of a process do. */
function ownTimers(clock: Clock): { readonly clock: Clock; cancelAll(): void } {
  const cancels = new Set<() => void>();
  return {
    clock: {
      ...clock,
      after: (delayMs, action) => {
        const cancel = clock.after(delayMs, () => {
          cancels.delete(cancel);
          action();
        });
        cancels.add(cancel);
        return () => {
          cancels.delete(cancel);
          cancel();
        };
      },
    },
    cancelAll: () => {
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}

/** After a start, as main/bank/rounds does it: interrupted parts are told, and what waits in the outbox is sent. */
export function resume({ participations, ports, uploads }: BankUnderTest): void {
  for (const part of participations.open())
    ports.transact(() => participations.offerEvent(part.roundId, { kind: 'restarted' }));
  void uploads.kick();
}
