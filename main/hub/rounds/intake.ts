/** Updates as they come in: checked against roster, plan and round before anything is kept, acknowledged after commit. */
import type { OwnUpdateState, SignedUpdateHeader } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import { updateBytes, updateLayout, type VectorLayout } from '#shared/round/update-layout.ts';
import { decodeUpdate, type UpdateRefusal } from '#main/learning/recipes/update-codec.ts';
import { digestOf, requireStatement } from '#main/wire/identity.ts';
import type { HubKeys } from '../keys.ts';
import type { BankRecord } from '../store/members.ts';
import type { HubStore } from '../store/store.ts';
import type { CommittedUpdate } from '../store/updates.ts';
import type { Arrivals, Chunk } from './arrivals.ts';
import { createGroupCommit } from './group-commit.ts';
import { type CurrentRound, type OpenRun, requireOpen } from './open-run.ts';
import type { Rounds } from './rounds.ts';

export interface IntakeOptions {
  readonly store: HubStore;
  readonly keys: HubKeys;
  readonly runs: ReadonlyMap<RunId, OpenRun>;
  readonly rounds: Pick<Rounds, 'apply'>;
  readonly arrivals: Arrivals;
}

export interface Intake {
  offer(bank: BankRecord, signed: SignedUpdateHeader): OwnUpdateState;
  /** Resolves when the chunk is kept, with the last one when the whole update is on the disk. */
  chunk(bank: BankRecord, chunk: Chunk): Promise<OwnUpdateState>;
}

interface Place {
  readonly run: OpenRun;
  readonly round: CurrentRound;
  /** The size tier that the bank declared. */
  readonly tier: number;
}

export function createIntake(options: IntakeOptions): Intake {
  const { store, arrivals } = options;
  const commits = createGroupCommit(options);
  return {
    offer: (bank, signed) => {
      const { header } = signed;
      if (header.bankId !== bank.bankId) throw refused('it is signed in the name of another bank');
      requireStatement(bank.publicKey, 'update', { document: header, signature: signed.signature });
      const before = store.updates.committedBy(header.roundId, bank.bankId);
      if (before !== undefined) return acknowledgeAgain(before, signed);
      const { run, round } = placeOf(options, signed);
      checkHeader(run, signed);
      if (round.state.kind === 'training')
        options.rounds.apply(run, { kind: 'bank-entered', bankId: bank.bankId });
      return { kind: 'partial', updateId: header.updateId, offset: arrivals.announce(signed) };
    },
    chunk: async (bank, chunk) => {
      const outcome = arrivals.add(bank.bankId, chunk);
      if (outcome.kind === 'partial')
        return { kind: 'partial', updateId: chunk.updateId, offset: outcome.offset };
      const { signed, payload } = outcome;
      const before = store.updates.committedBy(signed.header.roundId, bank.bankId);
      if (before !== undefined) return acknowledgeAgain(before, signed);
      const { run, tier } = placeOf(options, signed);
      checkPayload(run, signed, payload);
      const waiting = commits.waitingOf(bank.bankId);
      if (waiting !== undefined && !isSameUpdate(waiting.signed, signed)) throw anotherUpdate();
      const receipt = waiting?.receipt ?? commits.add({ run, bankId: bank.bankId, tier, signed, payload });
      return { kind: 'committed', receipt: await receipt };
    },
  };
}

/** A retry of what was acknowledged is answered with the same receipt; another update for the round is refused (I4). */
function acknowledgeAgain(before: CommittedUpdate, signed: SignedUpdateHeader): OwnUpdateState {
  if (isSameUpdate(before.signed, signed)) return { kind: 'committed', receipt: before.receipt };
  throw anotherUpdate();
}

function isSameUpdate(a: SignedUpdateHeader, b: SignedUpdateHeader): boolean {
  return a.header.updateId === b.header.updateId && a.header.payloadHash === b.header.payloadHash;
}

function anotherUpdate(): FailureError {
  return refused('another update of this bank is in the round already');
}

/** Throws 'round-closed' unless the header names the round that collects now. */
function placeOf(options: IntakeOptions, { header }: SignedUpdateHeader): Place {
  const run = requireOpen(options.runs.get(header.runId), header.runId);
  const { round } = run;
  if (round?.roundId !== header.roundId || round.state.kind !== 'training')
    throw new FailureError('round-closed', `Round ${header.roundId} does not collect updates now`);
  const tier = run.members.get(header.bankId)?.membership.tier;
  if (tier === undefined) throw new FailureError('not-in-cohort', 'This bank has not joined the run');
  return { run, round, tier };
}

function checkHeader(run: OpenRun, { header }: SignedUpdateHeader): void {
  const { plan } = run.record.plan;
  if (header.consortiumId !== plan.charter.consortium.id) throw refused('it is for another consortium');
  if (header.charterHash !== plan.charterHash) throw refused('it follows another charter');
  if (header.baseHash !== run.checkpointHash) throw refused('it starts from another model');
  const expected = updateBytes(layoutOf(run));
  if (header.byteLength !== expected)
    throw refused(`it has ${String(header.byteLength)} bytes, the charter's layout ${String(expected)}`);
}

function checkPayload(run: OpenRun, { header }: SignedUpdateHeader, payload: Uint8Array): void {
  if (digestOf(payload) !== header.payloadHash) throw refused('its bytes do not have the signed digest');
  const decoded = decodeUpdate(layoutOf(run), payload);
  if (decoded.kind === 'refused') throw refused(reasonOf(decoded.refusal));
}

function layoutOf(run: OpenRun): readonly VectorLayout[] {
  return updateLayout(run.charter, run.checkpoint.weights.length, run.committed);
}

function reasonOf(refusal: UpdateRefusal): string {
  switch (refusal.kind) {
    case 'wrong-length':
      return `it has ${String(refusal.found)} bytes instead of ${String(refusal.expected)}`;
    case 'out-of-range':
      return `number ${String(refusal.index)} of ${refusal.vector} is outside ±${String(refusal.bound)}`;
  }
}

function refused(reason: string): FailureError {
  return new FailureError('update-refused', `The hub refuses the update: ${reason}`, { reason });
}
