/** Puts the bank's parts together: which part gets which port. Decides nothing. */
import path from 'node:path';
import type { Clock, Log, Processes, Random, Secrets, Workers } from '#main/platform/ports.ts';
import { openAuditLog } from '#main/platform/sqlite/audit-log.ts';
import type { Store } from '#main/platform/sqlite/open.ts';
import type { connectFederation } from '#main/wire/federation-client.ts';
import { FailureError } from '#shared/failure.ts';
import { type UpdateId, UtcTime } from '#shared/ids.ts';
import type { AppState, BankTopic } from '#shared/contract/bank.ts';
import { createAuditAnchor } from './audit/anchor.ts';
import { type Audit, type AuditDetail, createAudit } from './audit/record.ts';
import { entriesBeforeAnchor } from './audit/store.ts';
import { type Changes, createChanges } from './changes.ts';
import { createDataService, type DataService } from './data/service.ts';
import { createFeatureService, type FeatureService } from './features/service.ts';
import { createLeakTests, type LeakTests } from './leaks/service.ts';
import { openLeakStore } from './leaks/store.ts';
import { type Ledger, openLedger } from './privacy/ledger.ts';
import { ledgerMacKey, secretsMirror } from './privacy/ledger-secrets.ts';
import { createGate, type Gate } from './review/gate.ts';
import type { GatePorts } from './review/gate-ports.ts';
import { openReviewStore } from './review/store.ts';
import { createLedgerAnchor, type LedgerAnchor } from './rounds/ledger-anchor.ts';
import { createParticipations } from './rounds/participations.ts';
import { createQuality } from './rounds/quality.ts';
import { createRounds, type Rounds } from './rounds/rounds.ts';
import type { RoundsPorts } from './rounds/rounds-ports.ts';
import { openRoundsStore } from './rounds/store/open.ts';
import { type BankKey, createBankKey } from './settings/bank-key.ts';
import { type ConsortiumLink, createConsortium } from './settings/consortium.ts';
import { createEngines, type Engines } from './settings/engines.ts';
import { createPreferences, type EngineChoice, type Preferences } from './settings/preferences.ts';
import { createSoundness, type Soundness } from './settings/soundness.ts';
import { createReviewers, type Reviewers } from './settings/reviewers.ts';
import { openSettingStore } from './settings/store.ts';
import { currentDataVersion } from './store/data-versions.ts';
import { type HomeCountry, openHomeCountry } from './store/home-country.ts';
import { openNames } from './store/names.ts';
import { openReviewerStore } from './store/reviewers.ts';
import { openSignatureStore } from './store/review-signatures.ts';
import { openScopeStore } from './store/scopes.ts';
import { transactor } from './store/transaction.ts';
import { createTrainer } from './training/create-trainer.ts';
import type { Trainer } from './training/trainer.ts';

export interface BankOptions {
  /** Folder of the store, the features and the exports. */
  readonly home: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly workers: Workers;
  readonly processes: Processes;
  readonly connectFederation: typeof connectFederation;
  readonly host: AppState['host'];
  readonly version: string;
  /** Threads that add up gradients. */
  readonly threads: number;
  /** The training thread unless stated: tests and measurements bring their own. */
  readonly trainer?: (features: FeatureService) => Trainer;
}

export interface Services {
  readonly options: BankOptions;
  readonly store: Store;
  readonly preferences: Preferences;
  readonly key: BankKey;
  readonly homeCountry: HomeCountry;
  readonly reviewers: Reviewers;
  readonly engines: Engines;
  readonly consortium: ConsortiumLink;
  readonly audit: Audit;
  readonly changes: Changes;
  readonly data: DataService;
  readonly features: FeatureService;
  readonly ledger: Ledger;
  readonly soundness: Soundness;
  readonly trainer: Trainer;
  readonly leaks: LeakTests;
  readonly gatePorts: GatePorts;
  readonly gate: Gate;
  readonly roundsPorts: RoundsPorts;
  readonly rounds: Rounds;
}

export function createServices(options: BankOptions, store: Store): Services {
  const base = createBase(options, store);
  const leaks = createLeakTests({
    ...base.leaks,
    roundOf: ({ roundId }) => rounds.openRounds.context(roundId),
    isTraining: () => gate.trainings.running() !== undefined,
  });
  const gatePorts: GatePorts = {
    ...base.shared,
    ...{ random: options.random, scopes: base.scopes, leaks },
    reviewers: base.services.reviewers,
    store: base.review,
    operatorKey: () => base.consortium().required().operatorKey,
    standing: () => base.preferences.standing(),
    dataVersion: () => dataVersion(store),
    roundOf: (roundId) => rounds.openRounds.context(roundId),
    lastIncluded: (runId) => base.review.lastIncluded(runId),
    send: () => void rounds.uploads.kick(),
    tellDeclined: (roundId) => {
      rounds.tellDeclined(roundId);
    },
  };
  const gate = createGate(gatePorts);
  const roundsPorts: RoundsPorts = {
    ...base.shared,
    ...{ store: base.roundsStore, review: base.review, gate },
    anchor: ledgerAnchor(base, () => consortium.session()),
    receipts: new Map(),
    adopted: (runId) => {
      quality.adopted(runId);
    },
    hub: () => consortium.session(),
  };
  const rounds = createRounds({
    ports: roundsPorts,
    standing: () => ({
      membership: consortium.joined()?.membership ?? 'unknown',
      rows: dataVersion(store).rows,
    }),
    onMembership: (membership) => {
      consortium.noteMembership(membership);
    },
  });
  const quality = createQuality({
    ...base.shared,
    store: base.roundsStore,
    scopes: base.scopes,
    models: rounds.models,
  });
  const consortium = createConsortium({
    ...base.link,
    onSignal: (event) => {
      void rounds.sync.signal(event?.version);
      if (event === undefined) void rounds.uploads.kick();
    },
  });
  base.bind(consortium);
  return { options, store, ...base.services, consortium, leaks, gatePorts, gate, roundsPorts, rounds };
}

/** The ledger's signed head at the hub. */
function ledgerAnchor(
  { shared, services }: ReturnType<typeof createBase>,
  hub: ConsortiumLink['session'],
): LedgerAnchor {
  return createLedgerAnchor({
    ...{ ledger: shared.ledger, log: shared.log, requireSound: shared.requireSound },
    identity: () => ({ ...shared.identity(), publicKey: services.key.required().publicKey }),
    hub: async () => (await hub()).calls,
    onOlder: (head) => {
      shared.audit('ledger.older-than-hub', { head });
      shared.changed('privacy', 'app', 'runs', 'review');
    },
  });
}

/** All that does not need the rounds: stores, settings, data, ledger, training. */
function createBase(options: BankOptions, store: Store) {
  const { clock, random, log } = options;
  const { database } = store;
  const settled = createSettled(options, store);
  const { audit, preferences, key, changed, isWatched } = settled;
  const worked = createWork(options, { store, audit, preferences, changed, isWatched });
  let bound: ConsortiumLink | undefined;
  const consortium = (): ConsortiumLink => {
    if (bound === undefined) throw new FailureError('not-set-up', 'The bank is still starting');
    return bound;
  };
  const roundsStore = openRoundsStore(database);
  const shared = {
    transact: transactor(database),
    signatures: openSignatureStore(database),
    participations: createParticipations(roundsStore),
    ...{ clock, log, changed, ledger: worked.ledger, trainer: worked.trainer },
    identity: () => ({ bankId: consortium().required().bankId, privateKey: key.required().privateKey }),
    policy: () => preferences.policy(),
    requireSound: () => {
      worked.soundness.require();
    },
    audit: (action: string, detail: AuditDetail) => {
      audit.parley(action, detail);
    },
  };
  const onChanged = (): void => {
    changed('app', 'runs');
  };
  const review = openReviewStore(database);
  return {
    ...{ shared, roundsStore, preferences, consortium, review },
    link: { ...settled.link, connect: options.connectFederation, clock, random, log, onChanged },
    services: { ...settled.services, ...worked },
    leaks: {
      ...{ clock, log, changed, workers: options.workers, features: worked.features },
      store: openLeakStore(database),
      held: (updateId: UpdateId) => review.held(updateId),
      engine: () => preferences.engineChoice(),
    },
    scopes: openScopeStore(database),
    bind: (made: ConsortiumLink) => {
      bound = made;
    },
  };
}

function createSettled({ clock, random, secrets }: BankOptions, { database }: Store) {
  const settings = openSettingStore(database);
  const preferences = createPreferences(settings, secrets);
  const key = createBankKey(secrets, random);
  const audit = createAudit({
    log: openAuditLog(database, clock),
    anchor: createAuditAnchor(secrets),
    entriesBeforeAnchor: entriesBeforeAnchor(database),
    analyst: () => preferences.profile()?.analyst,
    named: openNames(database),
  });
  audit.anchor();
  const reviewers = createReviewers({
    store: openReviewerStore(database),
    transact: transactor(database),
    ...{ settings, clock, random, secrets },
    audit: (action, detail) => {
      audit.parley(action, detail);
    },
    onReinstated: () => {
      preferences.setStanding({ kind: 'off' });
    },
  });
  const changes = createChanges(clock);
  const changed = (...topics: readonly BankTopic[]): void => {
    changes.note(...topics);
  };
  return {
    ...{ preferences, key, audit, changed },
    isWatched: () => changes.isWatched(),
    link: { settings, preferences, key },
    services: { preferences, key, homeCountry: openHomeCountry(database), reviewers, audit, changes },
  };
}

interface WorkParts {
  readonly store: Store;
  readonly audit: Audit;
  readonly preferences: Preferences;
  readonly changed: (...topics: readonly BankTopic[]) => void;
  readonly isWatched: () => boolean;
}

function createWork(options: BankOptions, { store, audit, preferences, changed, isWatched }: WorkParts) {
  const { clock, random, log, secrets, workers, threads } = options;
  const onChange = (): void => {
    changed('data', 'runs');
  };
  const data = createDataService({ store, workers, clock, random, log, onChange });
  const features = createFeatureService({ store, workers, clock, log, onChange });
  const macKey = ledgerMacKey(secrets, random);
  const ledger = openLedger({ database: store.database, macKey, clock, mirror: secretsMirror(secrets) });
  const soundness = createSoundness({ ledger, audit });
  const engines = createEngines({
    workers,
    log,
    choice: () => preferences.engineChoice(),
    isWatched,
    onChanged: () => {
      changed('app');
    },
  });
  const engine = (): EngineChoice => preferences.engineChoice();
  const trainer =
    options.trainer?.(features) ?? createTrainer({ workers, log, clock, features, threads, engine });
  return { data, features, ledger, soundness, engines, trainer };
}

function dataVersion({ database }: Store) {
  const { rows, lastAt } = currentDataVersion(database);
  return { rows, until: lastAt === null ? null : UtcTime.parse(new Date(lastAt).toISOString()) };
}

/** Where exports go unless a person names a file. */
export function exportFolder({ home }: Pick<BankOptions, 'home'>): string {
  return path.join(home, 'exports');
}
