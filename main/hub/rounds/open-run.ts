/** An open run in memory: the parsed plan, the newest checkpoint, who joined, and the round that is going on. */
import type { SignedRunMembership } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankId, RoundId, RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { HubRoundState } from '#shared/round/hub-round.ts';
import { type Checkpoint, parseCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import type { HubRunRecord, RunStatus, RunStore } from '../store/runs.ts';

export interface CurrentRound {
  readonly roundId: RoundId;
  state: HubRoundState;
  /** Monotonic time at which the round closes; null while no deadline runs. */
  closesAt: number | null;
}

/** Mutable: the hub's shell is its only writer, and what it holds was committed before. */
export interface OpenRun {
  readonly record: HubRunRecord;
  readonly charter: Charter;
  status: RunStatus;
  committed: number;
  checkpoint: Checkpoint;
  checkpointHash: HubRunRecord['checkpointHash'];
  headHash: HubRunRecord['headHash'];
  members: ReadonlyMap<BankId, SignedRunMembership>;
  /** Also of banks that left: published rounds name their tiers. */
  everSigned: readonly SignedRunMembership[];
  round: CurrentRound | undefined;
  /** Rounds failed in a row: the pause before the next attempt grows with them. */
  failures: number;
  cancelTimer: () => void;
}

/** What is committed together with the round's new state, and what memory takes over with it. */
export interface Alongside {
  readonly inTransaction: () => void;
  readonly afterwards?: () => void;
}

/** The run as the store has it; timers are started by the shell. */
export function loadRun(record: HubRunRecord, store: RunStore): OpenRun {
  const newest = store.newestRound(record.runId);
  return {
    record,
    charter: record.plan.plan.charter,
    status: record.status,
    committed: record.committed,
    checkpoint: parseCheckpoint(record.checkpoint),
    checkpointHash: record.checkpointHash,
    headHash: record.headHash,
    ...memberships(record.runId, store),
    round:
      newest === undefined ? undefined : { roundId: newest.roundId, state: newest.state, closesAt: null },
    failures: 0,
    cancelTimer: () => undefined,
  };
}

/** Takes a run in memory back to what the store has, after a transaction that failed. */
export function reloadRun(run: OpenRun, store: RunStore): void {
  const record = store.runs().find((one) => one.runId === run.record.runId);
  if (record === undefined) return;
  const { failures, cancelTimer } = run;
  Object.assign(run, { ...loadRun(record, store), failures, cancelTimer });
}

/** Who is in the run, as the store has it now. */
export function memberships(
  runId: RunId,
  store: Pick<RunStore, 'members' | 'everSigned'>,
): Pick<OpenRun, 'members' | 'everSigned'> {
  const members = new Map(store.members(runId).map((one) => [one.membership.bankId, one]));
  return { members, everSigned: store.everSigned(runId) };
}

/** Throws 'run-not-open' when the run is over. */
export function requireOpen(run: OpenRun | undefined, what: string): OpenRun {
  if (run === undefined) throw new FailureError('not-found', `This hub has no run ${what}`);
  if (run.status !== 'open') throw new FailureError('run-not-open', `The run ${what} is ${run.status}`);
  return run;
}
