/** What a bank pulls: the roster, the runs and where each round stands; the same for all members but for their own update. */
import type {
  HubSnapshot,
  Membership,
  OwnUpdateState,
  RoundState,
  RunState,
  SignedRosterEntry,
} from '#shared/contract/federation.ts';
import type { BankId, ConsortiumId } from '#shared/ids.ts';
import type { HubRoundState } from '#shared/round/hub-round.ts';
import type { BankRecord } from '../store/members.ts';
import type { HubStore } from '../store/store.ts';
import type { CurrentRound, OpenRun } from './open-run.ts';
import type { Rounds } from './rounds.ts';

export interface SnapshotOptions {
  readonly store: HubStore;
  readonly runs: Iterable<OpenRun>;
  readonly rounds: Pick<Rounds, 'remainingMs'>;
  readonly version: number;
}

/** Strangers and banks that wait for approval see nothing but their standing. */
export function snapshotFor(bank: BankRecord | undefined, options: SnapshotOptions): HubSnapshot {
  const membership: Membership = bank?.status ?? 'unknown';
  const { version, store } = options;
  if (bank?.status !== 'member') return { version, membership, roster: [], runs: [], ownLedgerHead: null };
  const roster = rosterOf(store);
  const runs = [...options.runs].map((run) => runState(run, { bankId: bank.bankId, options }));
  const ownLedgerHead = store.ledgerHeads.of(bank.bankId) ?? null;
  return { version, membership, roster: [...roster], runs, ownLedgerHead };
}

/** Everyone the operator ever signed: a suspended bank's key still verifies what it sent before. */
export function rosterOf(store: Pick<HubStore, 'members'>): readonly SignedRosterEntry[] {
  const consortium = store.members.consortium();
  if (consortium === undefined) return [];
  return store.members.banks().flatMap((bank) => signedEntry(bank, consortium.id) ?? []);
}

function signedEntry(bank: BankRecord, consortiumId: ConsortiumId): SignedRosterEntry | undefined {
  const { bankId, name, publicKey, operatorSignature } = bank;
  if (operatorSignature === null) return undefined;
  return { entry: { consortiumId, bankId, name, publicKey }, operatorSignature };
}

interface Asking {
  readonly bankId: BankId;
  readonly options: SnapshotOptions;
}

function runState(run: OpenRun, asking: Asking): RunState {
  return {
    runId: run.record.runId,
    charterHash: run.record.plan.plan.charterHash,
    status: run.status,
    members: [...run.everSigned],
    committed: run.committed,
    round: run.round === undefined ? null : roundState(run, run.round, asking),
  };
}

function roundState(run: OpenRun, round: CurrentRound, { bankId, options }: Asking): RoundState {
  const { state, roundId } = round;
  return {
    roundId,
    index: state.index,
    phase: state.kind,
    baseHash: run.checkpointHash,
    cohort: [...cohortOf(state)],
    received: committedIn(state).length,
    closesInMs: options.rounds.remainingMs(round),
    reason: 'reason' in state ? state.reason.slice(0, 200) : null,
    own: ownUpdate(options.store, round, bankId),
  };
}

export function cohortOf(state: HubRoundState): readonly BankId[] {
  switch (state.kind) {
    case 'planned':
      return [];
    case 'enrolling':
      return state.present;
    case 'training':
    case 'aggregating':
    case 'published':
    case 'failed':
    case 'cancelled':
      return state.cohort;
  }
}

export function committedIn(state: HubRoundState): readonly BankId[] {
  return 'committed' in state ? state.committed : [];
}

function ownUpdate(store: HubStore, round: CurrentRound, bankId: BankId): OwnUpdateState {
  if (!committedIn(round.state).includes(bankId)) return { kind: 'none' };
  const update = store.updates.committedBy(round.roundId, bankId);
  return update === undefined ? { kind: 'none' } : { kind: 'committed', receipt: update.receipt };
}
