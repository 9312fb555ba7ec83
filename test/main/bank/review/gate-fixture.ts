/** The gate over a real store and ledger; trainer, clock and round are in the test's hands, every effect in one log. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Canonical, canonicalJson } from '#shared/canonical.ts';
import type { LocalPolicy, StandingPolicy } from '#shared/contract/bank.ts';
import { BankId, ConsortiumId, Digest, idFromBytes, RoundId, RunId, type UpdateId } from '#shared/ids.ts';
import { type Charter, Charter as CharterSchema } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import type { Accountant } from '#shared/privacy/accountant.ts';
import { openLedger, type Ledger } from '#main/bank/privacy/ledger.ts';
import type { LedgerMirror } from '#main/bank/privacy/kept-head.ts';
import { createGate, type Gate } from '#main/bank/review/gate.ts';
import type { GatePorts } from '#main/bank/review/gate-ports.ts';
import type { RoundContext } from '#main/bank/review/round-context.ts';
import { openReviewStore, type ReviewStore } from '#main/bank/review/store.ts';
import { firstModel } from '#main/bank/rounds/replay.ts';
import { createParticipations, type Participations } from '#main/bank/rounds/participations.ts';
import { openRoundsStore } from '#main/bank/rounds/store/open.ts';
import type { RoundsStore } from '#main/bank/rounds/store/records.ts';
import { DEFAULT_POLICY } from '#main/bank/settings/policy.ts';
import { createReviewers, type Reviewers } from '#main/bank/settings/reviewers.ts';
import { openSettingStore } from '#main/bank/settings/store.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { openReviewerStore, type ReviewerStore } from '#main/bank/store/reviewers.ts';
import { openSignatureStore, type SignatureStore } from '#main/bank/store/review-signatures.ts';
import { openScopeStore, type ScopeStore } from '#main/bank/store/scopes.ts';
import { transactor } from '#main/bank/store/transaction.ts';
import { openAuditLog } from '#main/platform/sqlite/audit-log.ts';
import { openStore, type Store } from '#main/platform/sqlite/open.ts';
import { digestOf, keyPairFromSeed, signStatement } from '#main/wire/identity.ts';
import { type FakeClock, fakeClock } from '../../../fakes/clock.ts';
import { noLeakTests } from '../../../fakes/leak-watch.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { type FakeTrainer, fakeTrainer } from '../../../fakes/bank-trainer.ts';

const random = seededRandom('gate');
export const CONSORTIUM = ConsortiumId.parse(idFromBytes('con', ConsortiumId, random.bytes(26)));
export const BANK = BankId.parse(idFromBytes('bnk', BankId, random.bytes(26)));
export const RUN = RunId.parse(idFromBytes('run', RunId, random.bytes(26)));
const operator = keyPairFromSeed(new Uint8Array(32).fill(1));
const bank = keyPairFromSeed(new Uint8Array(32).fill(2));

export function roundId(number: number): RoundId {
  return RoundId.parse(idFromBytes('rnd', RoundId, seededRandom(`round ${String(number)}`).bytes(26)));
}

export function testCharter(change: Partial<Charter> = {}): Charter {
  const preset = presetCharter({
    consortium: { id: CONSORTIUM, name: 'Test consortium' },
    title: 'Test run',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe: 'few-rounds',
    rounds: 10,
    noiseMultiplier: 1.1,
  });
  return CharterSchema.parse({ ...preset, model: { ...preset.model, layers: [6, 4, 1] }, ...change });
}

/** ε grows like the square root of the steps: fast, monotone, and the first round costs most, as in truth. */
const accountant: Accountant = {
  epsilon: (mechanisms) => 0.1 * Math.sqrt(mechanisms.reduce((steps, one) => steps + one.steps, 0)),
  crossCheck: (mechanisms) => 0.11 * Math.sqrt(mechanisms.reduce((steps, one) => steps + one.steps, 0)),
};

export interface GateFixture {
  readonly gate: Gate;
  readonly ledger: Ledger;
  readonly store: ReviewStore;
  readonly scopes: ScopeStore;
  readonly signatures: SignatureStore;
  readonly reviewers: Reviewers;
  readonly reviewerStore: ReviewerStore;
  /** Audit entries in order, as action and detail. */
  readonly audited: (readonly [string, Readonly<Record<string, Canonical>>])[];
  readonly ports: GatePorts;
  readonly rounds: RoundsStore;
  readonly participations: Participations;
  readonly trainer: FakeTrainer;
  readonly clock: FakeClock;
  readonly database: Store['database'];
  /** What happened, in order: charge, noise, held, release, send, … */
  readonly log: string[];
  readonly sent: UpdateId[];
  policy: LocalPolicy;
  standing: StandingPolicy;
  /** The round that is open now. */
  round: RoundContext;
  /** Opens round `number` (its position is `index`) with `seconds` to go, joined. */
  openRound(number: number, index?: number, seconds?: number): RoundContext;
  /** As after kill -9: memory gone, files as they are, or as `between` leaves them. */
  restart(between?: (file: string) => void): GateFixture;
}

interface Parts {
  readonly file: string;
  readonly clock: FakeClock;
  readonly trainer: FakeTrainer;
  readonly mirror: LedgerMirror;
  readonly log: string[];
  readonly sent: UpdateId[];
  readonly audited: (readonly [string, Readonly<Record<string, Canonical>>])[];
  readonly charter: Charter;
}

export function gateFixture(
  options: { readonly charter?: Charter; readonly budget?: number; readonly delta?: number } = {},
): GateFixture {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-gate-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  let head: ReturnType<LedgerMirror['readMirroredHead']>;
  const parts: Parts = {
    file: path.join(folder, 'bank.sqlite'),
    clock: fakeClock(),
    trainer: fakeTrainer('gate'),
    mirror: { readMirroredHead: () => head, mirrorHead: (next) => void (head = next) },
    log: [],
    sent: [],
    audited: [],
    charter: options.charter ?? testCharter(),
  };
  const fixture = open(parts);
  fixture.ledger.setBudget({
    epsilon: options.budget ?? 4,
    delta: options.delta ?? 5e-7,
    unit: 'transaction',
    reason: 'test',
  });
  const plan = { runId: RUN, charterHash: digestOf(parts.charter), charter: parts.charter };
  const signed = { plan, operatorSignature: signStatement(operator.privateKey, 'run-plan', plan) };
  fixture.rounds.addRun(signed, '2026-11-24T09:00:00.000Z' as never);
  fixture.openRound(1, 0);
  return fixture;
}

function open(parts: Parts): GateFixture {
  const { clock, trainer, log } = parts;
  const opened = openStore({ file: parts.file, migrations: bankMigrations, clock, log: recordingLog() });
  onTestFinished(() => {
    opened.close();
  });
  const { database } = opened;
  const ledger = openLedger({
    database,
    macKey: new Uint8Array(32).fill(7),
    clock,
    mirror: parts.mirror,
    accountant,
  });
  const rounds = openRoundsStore(database);
  const store = openReviewStore(database);
  const scopes = openScopeStore(database);
  const participations = createParticipations(rounds);
  const signatures = openSignatureStore(database);
  const auditLog = openAuditLog(database, clock);
  const audit: GatePorts['audit'] = (action, detail) => {
    auditLog.append({ actor: 'Parley', action, detail: canonicalJson(detail) });
    parts.audited.push([action, detail]);
  };
  const reviewerStore = openReviewerStore(database);
  const reviewers = createReviewers({
    store: reviewerStore,
    settings: openSettingStore(database),
    transact: transactor(database),
    random: seededRandom(`reviewers ${String(log.length)}`),
    secrets: { read: () => undefined, write: () => undefined },
    onReinstated: () => undefined,
    ...{ audit, clock },
  });
  trainer.onNoise = () => log.push('noise');
  const noting = <R>(name: string, result: R): R => {
    log.push(name);
    return result;
  };
  let current: RoundContext | undefined;
  const ports: GatePorts = {
    transact: (work) => {
      const isOutermost = !database.inTransaction;
      const result = transactor(database)(work);
      if (isOutermost) log.push('commit');
      return result;
    },
    store: {
      ...store,
      addHeld: (update) => {
        store.addHeld(update);
        log.push('held');
      },
      addRelease: (updateId, release) => {
        store.addRelease(updateId, release);
        log.push('release');
      },
    },
    scopes,
    signatures,
    reviewers,
    participations,
    ledger: { ...ledger, charge: (request) => noting('charge', ledger.charge(request)) },
    trainer,
    clock,
    random: seededRandom(`updates ${String(log.length)}`),
    log: recordingLog(),
    identity: () => ({ bankId: BANK, privateKey: bank.privateKey }),
    operatorKey: () => operator.publicKey,
    policy: () => fixture.policy,
    standing: () => fixture.standing,
    requireSound: () => undefined,
    audit,
    dataVersion: () => ({ rows: 20_000, until: null }),
    roundOf: (id) => (current?.roundId === id ? current : undefined),
    lastIncluded: (runId) => store.lastIncluded(runId),
    send: (updateId) => {
      log.push('send');
      parts.sent.push(updateId);
    },
    leaks: noLeakTests,
    tellDeclined: () => void log.push('tell-declined'),
    changed: () => undefined,
  };
  const fixture: GateFixture = {
    gate: createGate(ports),
    ...{
      ledger,
      store,
      scopes,
      signatures,
      reviewers,
      rounds,
      participations,
      trainer,
      clock,
      database,
      log,
    },
    ...{ ports, reviewerStore, sent: parts.sent, audited: parts.audited },
    policy: DEFAULT_POLICY,
    standing: { kind: 'off' },
    get round() {
      if (current === undefined) throw new Error('no round is open');
      return current;
    },
    set round(next) {
      current = next;
    },
    openRound: (number, index = 0, seconds = 600) => {
      current = roundContext(parts, { number, index, seconds });
      const { roundId: id, runId, baseHash } = current;
      participations.offer({ roundId: id, runId, index, baseHash, closesInMs: seconds * 1000 });
      participations.offerEvent(id, { kind: 'entered' });
      return current;
    },
    restart: (between) => {
      void fixture.gate.close();
      opened.close();
      between?.(parts.file);
      const next = open(parts);
      next.policy = fixture.policy;
      next.standing = fixture.standing;
      if (current !== undefined) next.round = current;
      for (const part of next.participations.open())
        next.participations.offerEvent(part.roundId, { kind: 'restarted' });
      return next;
    },
  };
  return fixture;
}

function roundContext(
  { charter, clock }: Parts,
  round: { readonly number: number; readonly index: number; readonly seconds: number },
): RoundContext {
  const { checkpoint, hash } = firstModel(charter);
  const plan = { runId: RUN, charterHash: digestOf(charter), charter };
  const lastMean = new Float64Array(checkpoint.weights.length).fill(0.1);
  return {
    consortiumId: CONSORTIUM,
    runId: RUN,
    roundId: roundId(round.number),
    index: round.index,
    plan: { plan, operatorSignature: signStatement(operator.privateKey, 'run-plan', plan) },
    charter,
    charterHash: plan.charterHash,
    baseHash: Digest.parse(hash),
    checkpoint: round.index === 0 ? checkpoint : { ...checkpoint, round: round.index, lastMean },
    model: { sumCheck: round.index === 0 ? 'none' : 'recomputed', alarms: [] },
    tier: 16_384,
    cohort: 3,
    cohortTiers: 3 * 16_384,
    epsilonAtJoin: 0,
    closesAt: clock.monotonic() + round.seconds * 1000,
  };
}

/** The failure code that `action` ends in. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  return 'no failure';
}
